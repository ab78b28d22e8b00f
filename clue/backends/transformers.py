"""Hugging Face transformers on this machine: greedy, in batches of similar length."""

import resource
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from clue.backends import Setup
from clue.backends.checkpoint import Checkpoint
from clue.batches import plan
from clue.records import Completion, Prompt

if TYPE_CHECKING:  # torch takes seconds
    from clue.backends.decode import Decoder


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

    def _render(self, prompt: Prompt) -> list[int]:
        if prompt.sha256 not in self._ids:
            self._ids[prompt.sha256] = self.checkpoint.chat.render(prompt.messages)
        return self._ids[prompt.sha256]

    def _decoder(self, prompts: Sequence[Prompt]) -> "Decoder":
        from clue.backends.decode import Decoder, common_beginning

        rows = [self._render(prompt) for prompt in prompts]
        # padding behind the beginning would push it out of a sliding window
        whole = getattr(self.checkpoint.config, "sliding_window", None) is not None
        beginning = [] if whole else common_beginning(rows)
        chat = self.checkpoint.chat
        return Decoder(
            self.checkpoint.model, chat.tokenizer, chat.stop_ids, chat.stop_strings, beginning
        )

    def _answer(self, decoder: "Decoder", prompts: Sequence[Prompt]) -> list[Completion]:
        rows = [self._render(prompt) for prompt in prompts]
        started = time.perf_counter()
        answers = decoder.answer(rows, [prompt.max_new_tokens for prompt in prompts])
        share = (time.perf_counter() - started) / len(rows)
        return [
            self.checkpoint.chat.completion(len(row), answer, share)
            for row, answer in zip(rows, answers, strict=True)
        ]
