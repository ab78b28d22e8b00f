"""Planned batches of prompts through one model; a batch that exceeds the memory is halved."""

import gc
import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from clue.backends.huggingface.architecture import check_stateless
from clue.backends.huggingface.decoding import Decoder
from clue.backends.huggingface.likelihood import LikelihoodReader
from clue.backends.huggingface.memory import default_batch_tokens, is_exhausted
from clue.backends.huggingface.prefix_attention import is_enabled
from clue.backends.huggingface.prompt_reading import PromptReader
from clue.backends.huggingface.sampling import Sampler
from clue.backends.huggingface.shared_prefix import (
    TokenIds,
    common_prefix,
    family_saving,
    is_large_share,
    reading_order,
)
from clue.backends.huggingface.turn import AnswerRequest, Turn, TurnRules
from clue.checkpoints.continuation import ContinuedPrompt
from clue.common.batch_plan import plan
from clue.common.meter import METER
from clue.errors import ModelError
from clue.records import TokenLogProbs

log = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass
class BatchGenerator:
    """A model, the ends of its turns, its choice of tokens and the bounds of its batches.

    Raises:
        ModelError: the model has no keys and values of each token, which `KvCache` needs.
    """

    model: Any
    rules: TurnRules
    tokens: int | None = None
    """Upper bound of a batch in padded prompt tokens plus answer budgets, without a prefix that
    memory holds once; none = by memory."""
    size: int = 64
    """Upper bound of a batch in prompts."""
    sampler: Sampler | None = None
    """None = the likeliest token is chosen."""
    halvings: int = field(default=0, init=False)
    """Batches that exceeded the memory: their answers come from smaller ones."""

    def __post_init__(self) -> None:
        check_stateless(self.model, self.model.config)
        self.tokens = self.tokens or default_batch_tokens(self.model)

    def answers(
        self, requests: Sequence[AnswerRequest], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Turn, float]]:
        """Yields index, turn and seconds of every prompt that is not `done`.

        Batches are planned over all prompts: those that share a prefix next to each other,
        otherwise from the longest to the shortest, so that one that is too large fails first.

        Args:
            requests: shape (n,).
            done: indices that need no answer; a batch with nothing else is left out.

        Raises:
            ModelError: memory does not suffice for a single prompt.
        """
        rows = [request.ids for request in requests]
        decoder = Decoder(self.model, self.rules, common_prefix(rows), self.sampler)

        def answer(batch: Sequence[int]) -> list[Turn]:
            return decoder.answer([requests[i] for i in batch])

        yield from self._computed(rows, [request.room for request in requests], answer, done)

    def logprobs(
        self, prompts: Sequence[ContinuedPrompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, list[TokenLogProbs]]]:
        """Yields index and log-probabilities of the continuations of every prompt not `done`.

        Batches are planned as for `answers`.

        Args:
            prompts: token ids, shape (n,).
            done: indices that need no value.

        Raises:
            ModelError: memory does not suffice for a single prompt.
        """
        rows = [prompt.context for prompt in prompts]
        budgets = [max(map(len, prompt.continuations)) for prompt in prompts]
        reader = LikelihoodReader(self.model, PromptReader(self.model, common_prefix(rows)))

        def score(batch: Sequence[int]) -> list[list[TokenLogProbs]]:
            return reader.logprobs([prompts[i] for i in batch])

        for index, scores, _ in self._computed(rows, budgets, score, done):
            yield index, scores

    def _computed(
        self,
        rows: Sequence[TokenIds],
        budgets: Sequence[int],
        compute: Callable[[Sequence[int]], list[Result]],
        done: Collection[int],
    ) -> Iterator[tuple[int, Result, float]]:
        """Yields index, result and seconds of every row that is not `done`, batch by batch."""
        common = len(common_prefix(rows))
        held_once = common if self._refers_to(common, rows) else 0
        sizes = [(len(row) - held_once, budget) for row, budget in zip(rows, budgets, strict=True)]
        order = reading_order(rows, common, family_saving(self.model.device.type))
        assert self.tokens
        for batch in plan(sizes, self.tokens, self.size, order):
            if set(batch) - set(done):
                for index, result, share in self._halved(batch, rows, compute):
                    if index not in done:
                        yield index, result, share

    def _refers_to(self, common: int, rows: Sequence[TokenIds]) -> bool:
        """True if all rows refer to their common prefix instead of having a copy of it."""
        longest = max(map(len, rows), default=0)
        return is_enabled(self.model) and is_large_share(common, longest)

    def _halved(
        self,
        batch: Sequence[int],
        rows: Sequence[TokenIds],
        compute: Callable[[Sequence[int]], list[Result]],
    ) -> Iterator[tuple[int, Result, float]]:
        METER.start_batch()
        started = time.perf_counter()
        results = self._computed_if_memory_suffices(batch, compute)
        if results is None:
            self._count_halving([rows[index] for index in batch])
            for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                yield from self._halved(half, rows, compute)
            return
        share = (time.perf_counter() - started) / len(batch)
        for index, result in zip(batch, results, strict=True):
            yield index, result, share

    def _computed_if_memory_suffices(
        self, batch: Sequence[int], compute: Callable[[Sequence[int]], list[Result]]
    ) -> list[Result] | None:
        try:
            return compute(batch)
        except (RuntimeError, MemoryError) as error:
            if not is_exhausted(error):
                raise
        # the error is gone here, and with it its traceback, which referred to the batch
        gc.collect()
        if self.model.device.type == "cuda":
            import torch

            torch.cuda.empty_cache()
        return None

    def _count_halving(self, rows: Sequence[TokenIds]) -> None:
        longest = max(map(len, rows))
        if len(rows) == 1:
            raise ModelError(
                f"memory of {self.model.device} does not suffice for one prompt of {longest} "
                "tokens and its answer: free it of other work, or choose model.dtype=bfloat16, "
                "model.quantization=int4, a smaller tasks.<task>.max_new_tokens, a larger device"
            )
        self.halvings += 1
        log.warning(
            "memory of %s does not suffice for %d prompts of up to %d tokens in one batch: halved. "
            "A backend.batch_tokens below %d avoids such attempts",
            self.model.device,
            len(rows),
            longest,
            self.tokens,
        )
