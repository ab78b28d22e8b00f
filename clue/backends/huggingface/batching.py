"""Prompts through one model: planned batches, and halves of those that memory does not take."""

import gc
import logging
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from clue.backends.huggingface.decoding import Decoder
from clue.backends.huggingface.memory import batch_tokens, is_exhausted
from clue.backends.huggingface.shared_prefix import Row, common_beginning, reading_order
from clue.common.batch_plan import plan
from clue.errors import ModelError

log = logging.getLogger(__name__)


@dataclass
class Batched:
    """A model, how its turns end, and how large its batches may be.

    Raises:
        ModelError: the model has no keys and values of each token, which `Pool` keeps.
    """

    model: Any
    tokenizer: Any
    stop_ids: Collection[int]
    stop_strings: Sequence[str] = ()
    tokens: int | None = None
    """Upper bound of a batch in padded prompt tokens plus answer budgets; none = by memory."""
    size: int = 64
    """Upper bound of a batch in prompts."""
    halvings: int = field(default=0, init=False)
    """Batches that memory did not take: their answers come from smaller ones."""

    def __post_init__(self) -> None:
        # the library's own mark; without the state every answer is wrong, and nothing says so
        if self.model._is_stateful:
            raise ModelError(
                f"a model of the type {self.model.config.model_type} sums up what it has read in a "
                "state, which backend=transformers does not keep; ask a server that does, with "
                "backend=vllm or backend=openai"
            )
        self.tokens = self.tokens or batch_tokens(self.model)

    def answers(
        self, rows: Sequence[Row], budgets: Sequence[int], done: Collection[int] = ()
    ) -> Iterator[tuple[int, list[int], float]]:
        """Index, new token ids and seconds of every prompt that is not `done`, as they finish.

        Batches are planned over all prompts, those that share a beginning side by side, else from
        the longest down, so that one too large fails first.

        Args:
            rows: prompt token ids, shape (n, any).
            budgets: most new tokens of each, shape (n,).
            done: indices that need no answer; a batch of others has none of them.

        Raises:
            ModelError: memory does not suffice for a single prompt.
        """
        beginning = common_beginning(rows)
        decoder = Decoder(self.model, self.tokenizer, self.stop_ids, self.stop_strings, beginning)
        sizes = [(len(row), budget) for row, budget in zip(rows, budgets, strict=True)]
        assert self.tokens
        for batch in plan(sizes, self.tokens, self.size, reading_order(rows, len(beginning))):
            if set(batch) - set(done):
                for answer in self._answer(decoder, batch, rows, budgets):
                    if answer[0] not in done:
                        yield answer

    def _answer(
        self, decoder: Decoder, batch: Sequence[int], rows: Sequence[Row], budgets: Sequence[int]
    ) -> Iterator[tuple[int, list[int], float]]:
        started = time.perf_counter()
        part = [rows[index] for index in batch]
        answers = self._tried(decoder, part, [budgets[index] for index in batch])
        if answers is None:
            self._count_halving(part)
            for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                yield from self._answer(decoder, half, rows, budgets)
            return
        share = (time.perf_counter() - started) / len(batch)
        for index, answer in zip(batch, answers, strict=True):
            yield index, answer, share

    def _tried(
        self, decoder: Decoder, rows: Sequence[Row], budgets: Sequence[int]
    ) -> list[list[int]] | None:
        try:
            return decoder.answer(rows, budgets)
        except (RuntimeError, MemoryError) as error:
            if not is_exhausted(error):
                raise
        # here the error is gone, and with it the batch that its traceback held
        gc.collect()
        if self.model.device.type == "cuda":
            import torch

            torch.cuda.empty_cache()
        return None

    def _count_halving(self, rows: Sequence[Row]) -> None:
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
            "backend.batch_tokens below %d spares the attempts",
            self.model.device,
            len(rows),
            longest,
            self.tokens,
        )
