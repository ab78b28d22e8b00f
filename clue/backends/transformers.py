"""Hugging Face transformers on this machine: greedy, in batches of similar length."""

import logging
import resource
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clue import weights
from clue.backends import Setup
from clue.batches import plan
from clue.chat import Chat
from clue.records import Completion, FinishReason, Prompt

if TYPE_CHECKING:  # torch takes seconds
    from clue.backends.decode import Decoder

log = logging.getLogger(__name__)


class TransformersBackend:
    """One model, loaded when the first answer is asked for and kept until the job ends."""

    def __init__(self, setup: Setup) -> None:
        from transformers.utils import logging as library

        if not sys.stderr.isatty():  # bars of loading and unpacking fill a log file
            library.disable_progress_bar()
        self.setup = setup
        self._ids: dict[str, list[int]] = {}

    def identity(self) -> dict[str, Any]:
        """Weights, layout of the chat, decoding."""
        return {
            "name": "transformers",
            "weights": self.checkpoint.identity or getattr(self._config, "_commit_hash", None),
            "adapter": self._adapter_identity(),
            "chat": self.chat.facts,
        }

    def endpoint(self) -> str | None:
        """This process."""
        return None

    def context(self) -> int | None:
        """The smaller of what the model file and what the checkpoint's config say."""
        said = (self.setup.model.context, getattr(self._config, "max_position_embeddings", None))
        return min((tokens for tokens in said if tokens), default=None)

    def count(self, prompt: Prompt) -> int:
        """Token ids after the chat template."""
        return len(self._render(prompt))

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Batches from the longest prompt down, so that one too large fails first."""
        budgets = [(self.count(prompt), prompt.max_new_tokens) for prompt in prompts]
        conf = self.setup.backend
        decoder = self._decoder(prompts)
        for batch in plan(budgets, conf.batch_tokens, conf.batch_size):
            if set(batch) - set(done):
                completions = self._answer(decoder, [prompts[index] for index in batch])
                answered = zip(batch, completions, strict=True)
                yield from (pair for pair in answered if pair[0] not in done)

    def facts(self) -> dict[str, Any]:
        """Device, versions, peak memory of process and GPUs in bytes."""
        import torch

        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        gpus = range(torch.cuda.device_count())
        return {
            "device": ", ".join(torch.cuda.get_device_name(gpu) for gpu in gpus) or "cpu",
            "torch": torch.__version__,
            "transformers": version("transformers"),
            "threads": torch.get_num_threads(),
            "peak_memory_bytes": peak,
            "peak_gpu_memory_bytes": sum(torch.cuda.max_memory_allocated(gpu) for gpu in gpus),
        }

    @cached_property
    def checkpoint(self) -> weights.Checkpoint:
        """Where the weights are."""
        return weights.locate(self.setup.model, self.setup.models, self.setup.cache)

    @cached_property
    def chat(self) -> Chat:
        """The tokenizer and how this model wants its turns."""
        from transformers import AutoTokenizer

        with weights.explained(self.setup.model):
            tokenizer = AutoTokenizer.from_pretrained(self.checkpoint.source, **self._revision)
        return Chat(tokenizer, ends=self._ends())

    @cached_property
    def model(self) -> Any:
        """The weights, on their device."""
        import torch
        from transformers import AutoModelForCausalLM

        conf = self.setup.model
        started = time.perf_counter()
        with weights.explained(conf):
            model = AutoModelForCausalLM.from_pretrained(
                self.checkpoint.source,
                dtype=getattr(torch, conf.dtype),
                device_map=self._device_map(),
                **self._revision,
            )
            if conf.adapter:
                from peft import PeftModel

                model = PeftModel.from_pretrained(model, conf.adapter)
        log.info(
            "loaded %s on %s in %.0f s", conf.label, model.device, time.perf_counter() - started
        )
        return model.eval()

    @cached_property
    def _config(self) -> Any:
        from transformers import AutoConfig

        with weights.explained(self.setup.model):
            return AutoConfig.from_pretrained(self.checkpoint.source, **self._revision)

    @property
    def _revision(self) -> dict[str, str]:
        return {"revision": self.checkpoint.revision} if self.checkpoint.revision else {}

    def _ends(self) -> list[int]:
        """Ids that end a turn according to config and generation config."""
        from transformers import GenerationConfig

        try:
            said = GenerationConfig.from_pretrained(
                self.checkpoint.source, **self._revision
            ).eos_token_id
        except OSError:  # many checkpoints have no generation config; the config's end remains
            said = getattr(self._config, "eos_token_id", None)
        return [] if said is None else [said] if isinstance(said, int) else list(said)

    def _adapter_identity(self) -> str | None:
        adapter = self.setup.model.adapter
        if adapter and Path(adapter).is_dir():
            return weights.digest(Path(adapter), self.setup.cache)
        return adapter

    def _device_map(self) -> str | None:
        import torch

        device = self.setup.backend.device
        if device != "auto":
            return device
        return "auto" if torch.cuda.is_available() else "cpu"

    def _render(self, prompt: Prompt) -> list[int]:
        if prompt.sha256 not in self._ids:
            self._ids[prompt.sha256] = self.chat.render(prompt.messages)
        return self._ids[prompt.sha256]

    def _decoder(self, prompts: Sequence[Prompt]) -> "Decoder":
        from clue.backends.decode import Decoder, common_beginning

        rows = [self._render(prompt) for prompt in prompts]
        # padding behind the beginning would push it out of a sliding window
        whole = getattr(self._config, "sliding_window", None) is not None
        beginning = [] if whole else common_beginning(rows)
        chat = self.chat
        return Decoder(self.model, chat.tokenizer, chat.stop_ids, chat.stop_strings, beginning)

    def _answer(self, decoder: "Decoder", prompts: Sequence[Prompt]) -> list[Completion]:
        rows = [self._render(prompt) for prompt in prompts]
        started = time.perf_counter()
        answers = decoder.answer(rows, [prompt.max_new_tokens for prompt in prompts])
        share = (time.perf_counter() - started) / len(rows)
        return [
            self._completion(len(row), answer, share)
            for row, answer in zip(rows, answers, strict=True)
        ]

    def _completion(self, prompt_tokens: int, answer: list[int], seconds: float) -> Completion:
        """Cut an answer where its turn ends; the rest of its row is padding."""
        ends = [place for place, token in enumerate(answer) if token in self.chat.stop_ids]
        kept = answer[: ends[0]] if ends else answer
        text: str = self.chat.tokenizer.decode(
            kept, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        reason: FinishReason = "stop" if ends else "length"
        for stop in self.chat.stop_strings:
            if stop in text:
                text, reason = text.partition(stop)[0], "stop"
        return Completion(text, reason, prompt_tokens, len(kept) + bool(ends), seconds)
