"""Which cells form pairs, and which are missing: the model files say what is compared with what."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from analysis.cells import CellKey, StoredCell
from clue.config import model_files


class ModelPair(NamedTuple):
    """A tuned model and what it is compared with, under one prompt setting."""

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
    def is_open(self) -> bool:
        """Whether ids and answers of its data may be shown to anybody."""
        return all(cell.facts.get("access") == "open" for cell in (self.base, self.tuned))


@dataclass(frozen=True)
class MissingTasks:
    """Tasks that a model lacks and that a partner of it has been evaluated on."""

    prompt: str
    model: str
    tasks: tuple[str, ...]
    partners: tuple[str, ...]
    command: str
    """What evaluates them."""


def model_pairs(cells: Mapping[CellKey, StoredCell], comparator: str) -> list[ModelPair]:
    """The pairs that some cell of the store belongs to, sorted.

    Args:
        cells: the store.
        comparator: `base` or `ancestor`; a model without an ancestor of its own has its base.
    """
    found = set()
    for place, cell in cells.items():
        facts = cell.facts
        other = (facts.get("ancestor") if comparator == "ancestor" else None) or facts.get("base")
        if other:
            found.add(ModelPair(place.prompt, place.model, str(other)))
    return sorted(found)


def matched_cells(cells: Mapping[CellKey, StoredCell], pair: ModelPair) -> list[MatchedCells]:
    """The tasks for which both cells are there, by name."""
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
    cells: Mapping[CellKey, StoredCell], found: Iterable[ModelPair]
) -> list[MissingTasks]:
    """What a model lacks and the other of its pair has, one entry and one command per model."""
    tasks: dict[tuple[str, str], set[str]] = {}
    partners: dict[tuple[str, str], set[str]] = {}
    for pair in found:
        for task in _tasks(cells, pair):
            for model in _lacking(cells, pair, task):
                key = (pair.prompt, model)
                tasks.setdefault(key, set()).add(task)
                partners.setdefault(key, set()).update({pair.base, pair.tuned} - {model})
    return [
        MissingTasks(
            *key,
            tuple(sorted(lacks)),
            tuple(sorted(partners[key])),
            run_command(_choice(cells, key[1]), lacks, key[0]),
        )
        for key, lacks in sorted(tasks.items())
    ]


def unevaluated_tasks(
    cells: Mapping[CellKey, StoredCell], found: Iterable[ModelPair], tasks: Iterable[str]
) -> list[MissingTasks]:
    """Tasks of the study that neither model of a pair has, which its levels need.

    Args:
        cells: the store.
        found: pairs.
        tasks: all tasks of the study.
    """
    lacking: dict[tuple[str, str], set[str]] = {}
    for pair in found:
        lacks = set(tasks) - set(_tasks(cells, pair))
        for model in (pair.base, pair.tuned):
            lacking.setdefault((pair.prompt, model), set()).update(lacks)
    return [
        MissingTasks(
            prompt,
            model,
            tuple(sorted(lacks)),
            (),
            run_command(_choice(cells, model), lacks, prompt),
        )
        for (prompt, model), lacks in sorted(lacking.items())
        if lacks
    ]


def suggested_comparisons(cells: Mapping[CellKey, StoredCell]) -> list[MissingTasks]:
    """What model files would be compared with the models of a store in which nothing is paired."""
    tasks: dict[tuple[str, str], set[str]] = {}
    for place in cells:
        tasks.setdefault((place.prompt, place.model), set()).add(place.task)
    return [
        MissingTasks(
            prompt, partner, tuple(sorted(has)), (model,), run_command(partner, has, prompt)
        )
        for (prompt, model), has in sorted(tasks.items())
        for partner in partners(model)
    ]


def run_command(model: str, tasks: Iterable[str], prompt: str) -> str:
    """What evaluates a model on tasks."""
    names = ",".join(sorted(tasks))
    task = shlex.quote(f"task=[{names}]") if "," in names else f"task={names}"
    return f"python run.py model={model} {task} prompt={prompt}"


def partners(model: str) -> list[str]:
    """Names of model files that are compared with this model."""
    return [name for name in model_files.names() if model in _compared(name)]


def _compared(name: str) -> tuple[str | None, str | None]:
    conf = model_files.load(name)
    return conf.base, conf.ancestor


def _tasks(cells: Mapping[CellKey, StoredCell], pair: ModelPair) -> list[str]:
    both = (pair.base, pair.tuned)
    return sorted({p.task for p in cells if p.prompt == pair.prompt and p.model in both})


def _lacking(cells: Mapping[CellKey, StoredCell], pair: ModelPair, task: str) -> list[str]:
    both = (pair.base, pair.tuned)
    return [model for model in both if CellKey(pair.prompt, model, task) not in cells]


def _choice(cells: Mapping[CellKey, StoredCell], model: str) -> str:
    """A model as the command line chooses it: its file, or `hf` with what another cell says."""
    if model in model_files.names():
        return model
    for place, cell in cells.items():
        if place.model == model:
            base = cell.facts.get("base")
            repo = f"hf model.repo={cell.facts['generation']['model']['repo']}"
            return f"{repo} model.base={base}" if base else repo
    return model
