"""Loops that benchmarks.generation times: a plain one around `generate`, and the project's."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.turn import AnswerRequest

Rows = Sequence[list[int]]
Answers = dict[int, list[int]]


@dataclass
class Clock:
    """Seconds of work that is done in parts, and its answers by prompt."""

    wall: float = 0.0
    cpu: float = 0.0
    answers: dict[int, Any] = field(default_factory=dict)

    def run(self, work: Callable[[], Mapping[int, Any]]) -> None:
        """Do a part and add its time."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.answers |= work()
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu


def plain(model: Any, rows: Rows, size: int, stop_ids: list[int], budget: int) -> list[list[int]]:
    """The library's `generate` in batches of `size`, padded at the left."""
    answers = []
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        width = max(map(len, part))
        ids = [[0] * (width - len(row)) + row for row in part]
        mask = [[0] * (width - len(row)) + [1] * len(row) for row in part]
        out = model.generate(
            input_ids=torch.tensor(ids, device=model.device),
            attention_mask=torch.tensor(mask, device=model.device),
            do_sample=False,
            max_new_tokens=budget,
            eos_token_id=stop_ids or None,
            pad_token_id=0,
        )
        answers += [_cut(answer, stop_ids) for answer in out[:, width:].tolist()]
    return answers


def _cut(answer: list[int], stop_ids: list[int]) -> list[int]:
    stops = [index for index, token in enumerate(answer) if token in stop_ids]
    return answer[: stops[0] + 1] if stops else answer


def ours(batched: BatchGenerator, rows: Rows, budget: int) -> Answers:
    """Generate as the project does for a cell."""
    requests = [AnswerRequest(row, budget) for row in rows]
    return {index: turn.tokens for index, turn, _ in batched.answers(requests)}
