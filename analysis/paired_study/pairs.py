"""Pairs of cells and missing cells; the model files declare what is compared with what."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from analysis.cells import CellKey, StoredCell
from clue.config import model_files
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
        """Marks of both cells together."""
        return union(self.base.marks, self.tuned.marks)

    @property
    def is_open(self) -> bool:
        """True if ids and answers of the data may be shown to anybody."""
        return all(cell.facts.get("access") == "open" for cell in (self.base, self.tuned))


@dataclass(frozen=True)
class MissingTasks:
    """Tasks that a model lacks and that a partner of it has been evaluated on."""

    prompt: str
    model: str
    tasks: tuple[str, ...]
    partners: tuple[str, ...]
    command: str
    """Command that evaluates them."""


def model_pairs(cells: Mapping[CellKey, StoredCell], comparator: str) -> list[ModelPair]:
    """The pairs that some cell of the store belongs to, sorted.

    Args:
        cells: the store.
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
    return [
        MatchedCells(
            pair,
            task,
            cells[CellKey(pair.prompt, pair.base, task)],
            cells[CellKey(pair.prompt, pair.tuned, task)],
        )
        for task in _tasks(cells, pair)
        if not _lacking(cells, pair, task)
    ]


def missing_tasks(
    cells: Mapping[CellKey, StoredCell], pairs: Iterable[ModelPair]
) -> list[MissingTasks]:
    """Tasks that one model of a pair lacks, with one entry and one command per model."""
    tasks: dict[tuple[str, str], set[str]] = {}
    partners: dict[tuple[str, str], set[str]] = {}
    for pair in pairs:
        for task in _tasks(cells, pair):
            for model in _lacking(cells, pair, task):
                key = (pair.prompt, model)
                tasks.setdefault(key, set()).add(task)
                partners.setdefault(key, set()).update({pair.base, pair.tuned} - {model})
    return [
        MissingTasks(
            prompt,
            model,
            tuple(sorted(missing)),
            tuple(sorted(partners[prompt, model])),
            run_command(_model_argument(cells, model), missing, prompt),
        )
        for (prompt, model), missing in sorted(tasks.items())
    ]


def unevaluated_tasks(
    cells: Mapping[CellKey, StoredCell], pairs: Iterable[ModelPair], tasks: Iterable[str]
) -> list[MissingTasks]:
    """Tasks of the study that neither model of a pair has, but that its levels need.

    Args:
        cells: the store.
        pairs: of the store.
        tasks: all tasks of the study.
    """
    lacking: dict[tuple[str, str], set[str]] = {}
    for pair in pairs:
        missing = set(tasks) - set(_tasks(cells, pair))
        for model in (pair.base, pair.tuned):
            lacking.setdefault((pair.prompt, model), set()).update(missing)
    return [
        MissingTasks(
            prompt,
            model,
            tuple(sorted(missing)),
            (),
            run_command(_model_argument(cells, model), missing, prompt),
        )
        for (prompt, model), missing in sorted(lacking.items())
        if missing
    ]


def suggested_comparisons(cells: Mapping[CellKey, StoredCell]) -> list[MissingTasks]:
    """Models to evaluate so that the models of a store without pairs can be compared."""
    tasks: dict[tuple[str, str], set[str]] = {}
    for key in cells:
        tasks.setdefault((key.prompt, key.model), set()).add(key.task)
    return [
        MissingTasks(
            prompt,
            partner,
            tuple(sorted(evaluated)),
            (model,),
            run_command(partner, evaluated, prompt),
        )
        for (prompt, model), evaluated in sorted(tasks.items())
        for partner in partners(model)
    ]


def run_command(model: str, tasks: Iterable[str], prompt: str) -> str:
    """Command that evaluates a model on tasks."""
    names = ",".join(sorted(tasks))
    task = shlex.quote(f"task=[{names}]") if "," in names else f"task={names}"
    return f"python run.py model={model} {task} prompt={prompt}"


def partners(model: str) -> list[str]:
    """Names of model files that are compared with this model."""
    return [name for name in model_files.names() if model in _compared_with(name)]


def _compared_with(name: str) -> tuple[str | None, str | None]:
    conf = model_files.load(name)
    return conf.base, conf.ancestor


def _tasks(cells: Mapping[CellKey, StoredCell], pair: ModelPair) -> list[str]:
    both = (pair.base, pair.tuned)
    return sorted({p.task for p in cells if p.prompt == pair.prompt and p.model in both})


def _lacking(cells: Mapping[CellKey, StoredCell], pair: ModelPair, task: str) -> list[str]:
    both = (pair.base, pair.tuned)
    return [model for model in both if CellKey(pair.prompt, model, task) not in cells]


def _model_argument(cells: Mapping[CellKey, StoredCell], model: str) -> str:
    """Command-line name of a model: its file, or `hf` with the checkpoint of another cell."""
    if model in model_files.names():
        return model
    for key, cell in cells.items():
        if key.model == model:
            base = cell.facts.get("base")
            repo = f"hf model.repo={cell.facts['generation']['model']['repo']}"
            return f"{repo} model.base={base}" if base else repo
    return model
