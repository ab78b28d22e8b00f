"""Prompts in tokens, as the decoder and the batches take them."""

from collections.abc import Collection, Sequence

from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.decoding import Decoder
from clue.backends.huggingface.turn import AnswerRequest


def requests(rows: Sequence[list[int]], budgets: Sequence[int]) -> list[AnswerRequest]:
    """Requests for answers at once."""
    return [AnswerRequest(*request) for request in zip(rows, budgets, strict=True)]


def decoded(decoder: Decoder, rows: Sequence[list[int]], budgets: Sequence[int]) -> list[list[int]]:
    """New tokens of each row."""
    return [turn.tokens for turn in decoder.answer(requests(rows, budgets))]


def batched(
    batches: BatchGenerator,
    rows: Sequence[list[int]],
    budgets: Sequence[int],
    done: Collection[int] = (),
) -> dict[int, list[int]]:
    """New tokens of each row that is not done, by index."""
    turns = batches.answers(requests(rows, budgets), done)
    return {index: turn.tokens for index, turn, _ in turns}
