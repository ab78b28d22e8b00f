"""Hugging Face transformers on this machine: greedy, in batches of similar length."""

import resource
import sys
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from clue.backends import Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.records import Completion, Prompt

if TYPE_CHECKING:  # torch takes seconds
    from clue.backends.huggingface.batching import Batched


class TransformersBackend:
    """One model, loaded when the first answer is asked for and kept until the job ends."""

    def __init__(self, setup: Setup) -> None:
        from transformers.utils import logging as library

        if not sys.stderr.isatty():  # bars of loading and unpacking fill a log file
            library.disable_progress_bar()
        self.setup = setup
        self.checkpoint = Checkpoint(setup)
        self._ids: dict[str, list[int]] = {}

    def identity(self) -> dict[str, Any]:
        """Weights, layout of the chat, decoding."""
        return {"name": "transformers", **self.checkpoint.identity()}

    def endpoint(self) -> str | None:
        """This process."""
        return None

    def context(self) -> int | None:
        """The smaller of what the model file and what the checkpoint's config say."""
        return self.checkpoint.context()

    def count(self, prompt: Prompt) -> int:
        """Token ids after the chat template."""
        return len(self._render(prompt))

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Batch by batch; see `clue.backends.huggingface.batching`.

        Raises:
            ModelError: memory does not suffice for a single prompt.
        """
        rows = [self._render(prompt) for prompt in prompts]
        budgets = [prompt.max_new_tokens for prompt in prompts]
        for index, answer, seconds in self._batched.answers(rows, budgets, done):
            completion = self.checkpoint.chat.completion(len(rows[index]), answer, seconds)
            yield index, completion

    def facts(self) -> dict[str, Any]:
        """Device, versions, bounds and halvings of batches, peak memory in bytes."""
        import torch

        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        gpus = range(torch.cuda.device_count())
        return {
            "device": ", ".join(torch.cuda.get_device_name(gpu) for gpu in gpus) or "cpu",
            "torch": torch.__version__,
            "transformers": version("transformers"),
            "threads": torch.get_num_threads(),
            **self._batches,
            "peak_memory_bytes": peak,
            "peak_gpu_memory_bytes": sum(torch.cuda.max_memory_allocated(gpu) for gpu in gpus),
        }

    def _render(self, prompt: Prompt) -> list[int]:
        if prompt.sha256 not in self._ids:
            self._ids[prompt.sha256] = self.checkpoint.chat.render(prompt.messages)
        return self._ids[prompt.sha256]

    @cached_property
    def _batched(self) -> "Batched":
        from clue.backends.huggingface.batching import Batched

        chat, conf = self.checkpoint.chat, self.setup.backend
        return Batched(
            self.checkpoint.model,
            chat.tokenizer,
            chat.stop_ids,
            chat.stop_strings,
            conf.batch_tokens,
            conf.batch_size,
        )

    @property
    def _batches(self) -> dict[str, int | None]:
        """Bounds of batches and how often memory made them smaller; nothing if none was needed."""
        if "_batched" not in self.__dict__:
            return {}
        made = self._batched
        return {
            "batch_tokens": made.tokens,
            "batch_size": made.size,
            "batch_halvings": made.halvings,
        }
