"""A model's tokenizer, config and weights, each opened when it is first asked for.

What a server generates with is described by the same checkpoint: its tokenizer lays out the
prompts.
"""

import logging
import time
import warnings
from functools import cached_property
from pathlib import PurePath
from typing import Any

from clue.backends import Setup
from clue.backends.huggingface import memory, quantization
from clue.checkpoints import locate
from clue.checkpoints.chat_template import Chat

log = logging.getLogger(__name__)


class Checkpoint:
    """The checkpoint that a model file names, with its adapter."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def identity(self) -> dict[str, Any]:
        """Weights, adapter and layout of the chat: what of them can change a completion.

        Raises:
            ModelUnavailable: they are not to be had, or this machine cannot load them quantised.
        """
        if self.setup.backend.name == "transformers":
            quantization.check(self.setup.model, self.config)
        made = {
            "weights": self.place.identity or getattr(self.config, "_commit_hash", None),
            "adapter": self.adapter.identity if self.adapter else None,
            "chat": self.chat.facts,
        }
        already = quantization.stored(self.config)
        return made | {"quantization": already} if already else made

    def context(self) -> int | None:
        """The smaller of what the model file and what the checkpoint's config say, in tokens."""
        said = (self.setup.model.context, getattr(self.config, "max_position_embeddings", None))
        return min((tokens for tokens in said if tokens), default=None)

    @cached_property
    def place(self) -> locate.CheckpointLocation:
        """Where the files are."""
        return locate.locate_weights(self.setup.model, self.setup.models, self.setup.cache)

    @cached_property
    def adapter(self) -> locate.CheckpointLocation | None:
        """Where the files of the adapter are."""
        setup = self.setup
        return locate.locate_adapter(setup.model, setup.models, setup.cache)

    @cached_property
    def chat(self) -> Chat:
        """The tokenizer and how this model wants its turns."""
        from transformers import AutoTokenizer

        with locate.explain_unavailable(self.setup.model):
            tokenizer = AutoTokenizer.from_pretrained(self.place.source, **self._revision)
        return Chat(tokenizer, ends=self._ends())

    @cached_property
    def config(self) -> Any:
        """The architecture."""
        from transformers import AutoConfig

        with locate.explain_unavailable(self.setup.model):
            return AutoConfig.from_pretrained(self.place.source, **self._revision)

    @cached_property
    def model(self) -> Any:
        """The weights, on their device."""
        import torch
        from transformers import AutoModelForCausalLM

        conf = self.setup.model
        started = time.perf_counter()
        with locate.explain_unavailable(conf), memory.for_weights(conf.label):
            model = AutoModelForCausalLM.from_pretrained(
                self.place.source,
                dtype=getattr(torch, conf.dtype),
                device_map=self._device_map(),
                **quantization.options(conf),
                **self._revision,
            )
            model = self._adapted(model) if self.adapter else model
        log.info(
            "loaded %s on %s in %.0f s", conf.label, model.device, time.perf_counter() - started
        )
        return model.eval()

    @property
    def _revision(self) -> dict[str, str]:
        return {"revision": self.place.revision} if self.place.revision else {}

    def _ends(self) -> list[int]:
        """Ids that end a turn according to config and generation config."""
        from transformers import GenerationConfig

        try:
            said = GenerationConfig.from_pretrained(
                self.place.source, **self._revision
            ).eos_token_id
        except OSError:  # many checkpoints have no generation config; the config's end remains
            said = getattr(self.config, "eos_token_id", None)
        return [] if said is None else [said] if isinstance(said, int) else list(said)

    def _adapted(self, model: Any) -> Any:
        """The model with its adapter, merged where rounding does not matter: in float32."""
        from peft import PeftModel

        assert self.adapter
        conf = self.setup.model
        with warnings.catch_warnings():  # peft asks transformers by a name that is going
            warnings.simplefilter("ignore", FutureWarning)
            made = PeftModel.from_pretrained(model, self.adapter.source)
        base = made.active_peft_config.base_model_name_or_path
        if base and PurePath(base).name != PurePath(str(conf.repo)).name:
            log.warning("the adapter %s was made for %s, not %s", conf.adapter, base, conf.repo)
        whole = conf.dtype == "float32" and not getattr(model, "is_quantized", False)
        return made.merge_and_unload() if whole else made

    def _device_map(self) -> str | None:
        import torch

        device = self.setup.backend.device
        if device != "auto":
            return device
        return "auto" if torch.cuda.is_available() else "cpu"
