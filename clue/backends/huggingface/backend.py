"""Hugging Face transformers on this machine: greedy decoding in batches of similar length."""

import resource
import sys
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from clue.backends import Backend, Setup
from clue.backends.huggingface.architecture import auto_class
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.backends.huggingface.memory import devices
from clue.backends.huggingface.quantization import check_loadable
from clue.checkpoints.continuation import continued_prompt
from clue.records import Completion, Prompt, TokenLogProbs

if TYPE_CHECKING:  # torch takes seconds
    from clue.backends.huggingface.batching import BatchGenerator


class TransformersBackend(Backend):
    """One model, loaded for the first answer and kept until the job ends."""

    def __init__(self, setup: Setup) -> None:
        from transformers.utils import logging as library

        if not sys.stderr.isatty():  # progress bars of loading fill a log file
            library.disable_progress_bar()
        self.setup = setup
        self.checkpoint = Checkpoint(setup)
        self._ids: dict[str, list[int]] = {}

    def identity(self) -> dict[str, Any]:
        """Weights, layout of the chat, decoding.

        Raises:
            ModelUnavailable: there are no weights, or this machine cannot load them.
            ModelError: the model does not answer text.
        """
        check_loadable(self.setup.model, self.checkpoint.config)
        auto_class(self.setup.model.label, self.checkpoint.config)
        return {"name": "transformers", **self.checkpoint.identity()}

    def notes(self) -> tuple[str, ...]:
        """Notes on the layout of turns."""
        return self.checkpoint.notes

    def context(self) -> int | None:
        """Smaller context of the model file and the checkpoint's config."""
        return self.checkpoint.context()

    def count(self, prompt: Prompt) -> int:
        """Token ids after the chat template."""
        return len(self._render(prompt))

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Yields completions batch by batch; see `clue.backends.huggingface.batching`.

        Raises:
            ModelError: memory does not suffice for a single prompt.
        """
        rows = [self._render(prompt) for prompt in prompts]
        budgets = [prompt.max_new_tokens for prompt in prompts]
        for index, answer, seconds in self._batches.answers(rows, budgets, done):
            completion = self.checkpoint.chat.completion(len(rows[index]), answer, seconds)
            yield index, completion

    def likelihood_problem(self) -> str | None:
        """Nothing prevents it."""
        return None

    def loglikelihood(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        done: Collection[int] = (),
    ) -> Iterator[tuple[int, list[TokenLogProbs]]]:
        """Yields log-probabilities batch by batch; see `clue.backends.huggingface.likelihood`.

        Raises:
            ModelError: memory does not suffice for a single prompt, or a continuation has no token.
        """
        pairs = zip(prompts, continuations, strict=True)
        rows = [continued_prompt(self.checkpoint.chat, prompt, texts) for prompt, texts in pairs]
        yield from self._batches.logprobs(rows, done)

    def facts(self) -> dict[str, Any]:
        """Device, versions, bounds and halvings of batches, peak memory in bytes."""
        import torch

        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        gpus = range(torch.cuda.device_count())
        return {
            "device": devices(),
            "torch": torch.__version__,
            "transformers": version("transformers"),
            "threads": torch.get_num_threads(),
            **self._batch_facts(),
            "peak_memory_bytes": peak,
            "peak_gpu_memory_bytes": sum(torch.cuda.max_memory_allocated(gpu) for gpu in gpus),
        }

    def _render(self, prompt: Prompt) -> list[int]:
        if prompt.sha256 not in self._ids:
            self._ids[prompt.sha256] = self.checkpoint.chat.render(prompt.messages)
        return self._ids[prompt.sha256]

    @cached_property
    def _batches(self) -> "BatchGenerator":
        from clue.backends.huggingface.batching import BatchGenerator

        chat, conf = self.checkpoint.chat, self.setup.backend
        return BatchGenerator(
            self.checkpoint.model,
            chat.tokenizer,
            chat.stop_ids,
            chat.stop_strings,
            conf.batch_tokens,
            conf.batch_size,
        )

    def _batch_facts(self) -> dict[str, int | None]:
        """Bounds of batches and number of halvings; empty if no model was loaded."""
        if "_batches" not in self.__dict__:
            return {}
        batches = self._batches
        return {
            "batch_tokens": batches.tokens,
            "batch_size": batches.size,
            "batch_halvings": batches.halvings,
        }
