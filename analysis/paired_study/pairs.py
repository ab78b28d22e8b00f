"""Pairs of models under a prompt setting, and their cells on each task."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from analysis.cells import CellKey, StoredCell
from analysis.thinking import Thinking
from clue.marks import union


class ModelPair(NamedTuple):
    """A tuned model and the model it is compared with, under one prompt setting."""

    prompt: str
    tuned: str
    base: str

    @property
    def name(self) -> str:
        """For people and for the order of rows."""
        return f"{self.tuned} - {self.base}"


@dataclass(frozen=True)
class MatchedCells:
    """Both cells of a pair on one task."""

    pair: ModelPair
    task: str
    base: StoredCell
    tuned: StoredCell

    @property
    def marks(self) -> tuple[str, ...]:
        """Marks of both cells together, and of a difference in their thinking."""
        base, tuned = (Thinking.of(cell.facts) for cell in (self.base, self.tuned))
        return union(self.base.marks, self.tuned.marks, filter(None, [base.mark_beside(tuned)]))

    @property
    def is_open(self) -> bool:
        """True if ids and answers of the data may be shown to anybody."""
        return all(cell.facts.get("access") == "open" for cell in (self.base, self.tuned))


def model_pairs(cells: Mapping[CellKey, StoredCell], comparator: str) -> list[ModelPair]:
    """The pairs that some of these cells belong to, sorted.

    Args:
        cells: stored cells by key.
        comparator: `base` or `ancestor`; a model without an ancestor of its own has its base.
    """
    pairs = set()
    for key, cell in cells.items():
        facts = cell.facts
        other = (facts.get("ancestor") if comparator == "ancestor" else None) or facts.get("base")
        if other:
            pairs.add(ModelPair(key.prompt, key.model, str(other)))
    return sorted(pairs)


def matched_cells(cells: Mapping[CellKey, StoredCell], pair: ModelPair) -> list[MatchedCells]:
    """Both cells of a pair, for every task that both models have, by name."""
    tasks = {
        model: {key.task for key in cells if (key.prompt, key.model) == (pair.prompt, model)}
        for model in (pair.base, pair.tuned)
    }
    return [
        MatchedCells(
            pair,
            task,
            cells[CellKey(pair.prompt, pair.base, task)],
            cells[CellKey(pair.prompt, pair.tuned, task)],
        )
        for task in sorted(tasks[pair.base] & tasks[pair.tuned])
    ]
