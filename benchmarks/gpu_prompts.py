"""Prompts of random token ids with the lengths and the shared beginnings of three tasks."""

import random
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.generation_loops import Rows
from clue.backends.huggingface.shared_prefix import shared_length

SEED = 7


@dataclass(frozen=True)
class PromptShape:
    """Lengths in tokens of the prompts of a task."""

    name: str
    common: int
    """Instruction and worked examples, which begin all prompts."""
    document: int
    """Text that some prompts share: the documents of a patient, a letter."""
    own: int
    """Mean length of the rest, such as a question; it varies by half."""
    documents: int
    questions: int
    """Prompts of a document."""
    budget: int
    """New tokens of an answer; random weights never end one."""
    batches: tuple[int, ...]
    """Batch sizes of plain `generate` that are tried."""

    def scaled(self, factor: int) -> "PromptShape":
        """Returns the same structure with shorter and fewer prompts."""
        return PromptShape(
            self.name,
            common=self.common // factor,
            document=self.document // factor,
            own=self.own // factor,
            documents=max(self.documents // factor, 2),
            questions=max(self.questions // factor, 2),
            budget=max(self.budget // factor, 2),
            batches=(1, 4),
        )

    def rows(self, vocabulary: int) -> Rows:
        """Returns the prompts, always the same."""
        chance = random.Random(SEED)

        def ids(count: int) -> list[int]:
            return [chance.randrange(3, vocabulary) for _ in range(count)]

        common = ids(self.common)
        rows = []
        for _ in range(self.documents):
            document = common + ids(self.document)
            for _ in range(self.questions):
                length = max(chance.randint(self.own // 2, self.own * 3 // 2), 2)
                rows.append(document + ids(length))
        return rows


PROMPT_SHAPES = (
    PromptShape("meqsum", 400, 0, 100, 256, 1, 64, (32, 64, 128)),
    PromptShape("longhealth", 64, 5800, 120, 6, 8, 50, (4, 8, 16)),
    PromptShape("medisumqa", 300, 1600, 60, 24, 2, 128, (16, 48)),
)
"""MeQSum with three shots, LongHealth with the questions about a patient, MeDiSumQA."""


def distinct_tokens(rows: Rows) -> int:
    """Tokens that a cache of all prefixes reads: each distinct prefix once."""
    ordered = sorted(rows)
    shared = sum(shared_length(a, b) for a, b in pairwise(ordered))
    return sum(map(len, rows)) - shared
