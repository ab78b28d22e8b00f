"""Tokenizer, config and weights of a model, each opened at its first use.

A model on a server is described by the same checkpoint: its tokenizer lays out the prompts.
"""

import logging
import time
import warnings
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

from clue.backends import Setup
from clue.backends.huggingface import architecture, memory, quantization
from clue.backends.huggingface.device import device_map
from clue.checkpoints import intact, layout_notes, locate
from clue.checkpoints.chat_template import Chat
from clue.checkpoints.stage import staged
from clue.checkpoints.template_text import chosen_template
from clue.checkpoints.tokenizer import open_tokenizer
from clue.common.amounts import duration
from clue.common.meter import METER
from clue.errors import ModelError

log = logging.getLogger(__name__)


class Checkpoint:
    """The checkpoint that a model file names, with its adapter."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    @classmethod
    def for_layout(cls, setup: Setup) -> "Checkpoint":
        """Returns the checkpoint for its chat, notes and context: weights need not be here.

        Raises:
            ModelUnavailable: the tokenizer is not on this machine; gives the command that gets it.
        """
        checkpoint = cls(setup)
        checkpoint.location = locate.locate_local_tokenizer(setup.model, setup.models, setup.cache)
        return checkpoint

    def identity(self) -> dict[str, Any]:
        """Facts of weights, adapter and layout of the chat that can change a completion.

        Raises:
            ModelUnavailable: they are not on this machine and cannot be downloaded.
        """
        identity = {
            "weights": self.location.identity or self.commit,
            "adapter": self.adapter.identity if self.adapter else None,
            "chat": self.chat.facts,
        }
        stored = quantization.stored_quantization(self.config)
        return identity | {"quantization": stored} if stored else identity

    def context(self) -> int | None:
        """Smaller context of the model file and the checkpoint's config, in tokens."""
        # of a model for text and pictures it is in the part for text
        configs = (self.config, architecture.text_config(self.config))
        positions = [getattr(config, "max_position_embeddings", None) for config in configs]
        limits = (self.setup.model.context, *positions)
        return min((tokens for tokens in limits if tokens), default=None)

    @cached_property
    def location(self) -> locate.CheckpointLocation:
        """Location of the files."""
        return locate.locate_weights(self.setup.model, self.setup.models, self.setup.cache)

    @cached_property
    def weights(self) -> locate.CheckpointLocation:
        """Location from which the weights are read: a copy on this machine with `paths.stage`.

        Raises:
            ModelError: they cannot be copied; says what to do.
        """
        setup = self.setup
        if setup.stage is None:
            return self.location
        return staged(self.location, setup.stage, setup.cache, fallback=setup.stage_fallback)

    @cached_property
    def adapter(self) -> locate.CheckpointLocation | None:
        """Location of the adapter's files."""
        setup = self.setup
        return locate.locate_adapter(setup.model, setup.models, setup.cache)

    @cached_property
    def chat(self) -> Chat:
        """The tokenizer and the chat layout of this model."""
        tokenizer = open_tokenizer(self.setup.model, self.location)
        setup = self.setup
        if setup.model.chat_template:
            template = chosen_template(setup.model.chat_template, setup.models, setup.cache)
            tokenizer.chat_template = template
        vocabulary = getattr(architecture.text_config(self.config), "vocab_size", None)
        return Chat(
            tokenizer, self._end_ids(), vocabulary, setup.thinking, setup.model.thought_tags
        )

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Facts of the layout that a reader of the scores should know; a doubtful one is logged."""
        if self.chat.template:
            return (layout_notes.LATE_SYSTEM,) if self.chat.is_system_late else ()
        setup = self.setup
        lost = layout_notes.lost_template(
            setup.model, self.chat.tokenizer, setup.models, setup.cache
        )
        if lost:
            log.warning("%s", lost)
        return (lost,) if lost else ()

    @cached_property
    def config(self) -> Any:
        """The architecture."""
        with locate.explain_unavailable(self.setup.model):
            return architecture.open_config(self.setup.model, self.location.source, self._revision)

    @cached_property
    def commit(self) -> str | None:
        """Commit of a checkpoint on the hub; None of a folder."""
        source = self.location.source
        if Path(source).is_dir():
            return None
        from huggingface_hub import hf_hub_download

        with locate.explain_unavailable(self.setup.model):
            config = hf_hub_download(source, "config.json", revision=self.location.revision)
        return Path(config).parent.name

    @cached_property
    def model(self) -> Any:
        """The weights, on their device."""
        started = time.perf_counter()
        with METER.doing("loading weights"):
            model = self._load()
        seconds = duration(time.perf_counter() - started)
        log.info("loaded %s on %s in %s", self.setup.model.label, model.device, seconds)
        return model

    def _load(self) -> Any:
        import torch

        from clue.backends.huggingface import packed_linear
        from clue.backends.huggingface.prefix_trial import enable

        conf, source = self.setup.model, self.location.source
        loader = architecture.auto_class(conf.label, self.config)
        with (
            locate.explain_unavailable(conf),
            memory.explain_exhausted(conf.label),
            intact.explain_damaged(conf.label, source),
        ):
            model, report = loader.from_pretrained(
                self.weights.source,
                trust_remote_code=False,
                dtype=getattr(torch, conf.dtype),
                device_map=device_map(self.setup),
                **intact.REPORT,
                **quantization.load_options(conf),
                **({"revision": self.commit} if self.commit else {}),
            )
            _check_no_adapter(conf.label, source, model)
            intact.check_tensors(conf.label, source, report)
            intact.check_finite(conf.label, source, model)
            model = self._with_adapter(model) if self.adapter else model
            architecture.free_encoders(model)
        model = model.eval()
        _unfreeze(model)
        if packed_linear.helps(model.dtype):
            packed_linear.pack(model)
        enable(model)
        return model

    @property
    def _revision(self) -> dict[str, str]:
        return {"revision": self.location.revision} if self.location.revision else {}

    def _end_ids(self) -> list[int]:
        """Ids that end a turn according to config and generation config."""
        from transformers import GenerationConfig

        try:
            end = GenerationConfig.from_pretrained(
                self.location.source, **self._revision
            ).eos_token_id
        except OSError:  # many checkpoints have no generation config; the config's end remains
            parts = (self.config, architecture.text_config(self.config))
            ends = (getattr(part, "eos_token_id", None) for part in parts)
            end = next((value for value in ends if value is not None), None)
        return [] if end is None else [end] if isinstance(end, int) else list(end)

    def _with_adapter(self, model: Any) -> Any:
        """The model with its adapter, merged if rounding does not matter: in float32."""
        from peft import PeftModel

        assert self.adapter
        conf = self.setup.model
        with warnings.catch_warnings():  # peft uses a deprecated name of transformers
            warnings.simplefilter("ignore", FutureWarning)
            warnings.filterwarnings("ignore", message="Found missing adapter keys")
            adapted = PeftModel.from_pretrained(model, self.adapter.source)
            # loaded once more, since only this call returns the report
            report = adapted.load_adapter(self.adapter.source, adapted.active_adapter)
        label = f"{conf.label}'s adapter"
        intact.check_tensors(label, self.adapter.source, report._asdict())
        intact.check_finite(label, self.adapter.source, adapted)
        base = adapted.active_peft_config.base_model_name_or_path
        if base and PurePath(base).name != PurePath(str(conf.repo)).name:
            log.warning("the adapter %s was trained for %s, not %s", conf.adapter, base, conf.repo)
        exact = conf.dtype == "float32" and not getattr(model, "is_quantized", False)
        return adapted.merge_and_unload() if exact else adapted


def _unfreeze(model: Any) -> None:
    """Let weights need gradients, as those of a model without an adapter do.

    For the logits of rows, PyTorch copies a frozen head once for each row on a CPU. Nothing is
    trained: gradients are off wherever the model computes.
    """
    for weight in model.parameters():
        weight.requires_grad_(weight.is_floating_point())


def _check_no_adapter(label: str, source: str, model: Any) -> None:
    """Check that the library did not load an adapter, whose base the identity does not cover.

    Raises:
        ModelError: it did.
    """
    if getattr(model, "_hf_peft_config_loaded", False):
        raise ModelError(
            f"{label}: {source} contains an adapter (adapter_config.json). Name it as one, "
            f"with its base: model.adapter={source} model.repo=<base>"
        )
