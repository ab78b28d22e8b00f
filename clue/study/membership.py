"""The stored cells that count in a study; trials with their reasons; choices left to a person."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from clue.metrics.choice import NAME as CHOICE
from clue.metrics.choice import without as without_choice
from clue.records import Record, sha256
from clue.store.records_table import read_table
from clue.store.stored_tables import StoredTable
from clue.study.ambiguity import address_among, choice_note, fitting_cells
from clue.study.declaration import CellKey, Declaration
from clue.study.expected import ExpectedCell, ExpectedTask
from clue.study.mismatch import BesideModel, Mismatch, beside_model, mismatches

MOST_REASONS = 3
"""Differences of a trial that are named."""


@dataclass(frozen=True)
class Trial:
    """A stored cell that does not count, with the reason in one line."""

    table: StoredTable
    reason: str
    label: str = "trial"
    """The kinds of its differences, the same for all tasks of a model."""
    note: str = ""
    """Of a person, `clue store note`."""


@dataclass(frozen=True)
class Ambiguity:
    """Several stored cells that fit a declared one and have different results."""

    key: CellKey
    tables: Sequence[StoredTable]
    differences: str
    """Addresses of the cells, and their differences word by word."""
    command: str
    """Chooses the first one."""

    @property
    def reason(self) -> str:
        """The differences, and the command that chooses."""
        return f"{self.differences}. Choose one: {self.command}"


@dataclass(frozen=True)
class Membership:
    """Every table of a store: it counts, it must be chosen, or it is a trial."""

    counted: Mapping[CellKey, StoredTable]
    """Sorted by key; a table may count for several keys."""
    ambiguous: Sequence[Ambiguity]
    trials: Sequence[Trial]
    """Sorted by path."""
    missing: Sequence[CellKey]
    """Declared cells without a stored one that fits, sorted."""
    rescorable: frozenset[CellKey] = frozenset()
    """Missing cells whose answers are stored: they need to be scored only."""
    notes: Sequence[str] = field(default_factory=list)
    """Choices that were made by `clue store use`, and scorers of other library versions."""


_Model = frozenset[tuple[str, str]]
Chooser = Callable[[Sequence[StoredTable]], StoredTable | None]
"""Returns the table that a person chose with `clue store use`; None if none was chosen."""


def membership(
    declaration: Declaration,
    tables: Iterable[StoredTable],
    expected: Callable[[CellKey], ExpectedCell],
    chosen: Chooser = lambda tables: None,
    options: str = "",
) -> Membership:
    """Sorts the tables of a store.

    Args:
        declaration: the study.
        tables: of the store.
        expected: `Resolver.cell`.
        chosen: the choice of a person among tables that fit, `Annotations.chosen`.
        options: locations for the command that chooses, `clue.config.locations.options`.
    """
    stored = list(tables)
    with_model: dict[tuple[str, _Model], list[StoredTable]] = defaultdict(list)
    for table in stored:
        task, model = str(table.facts["task"]), table.facts["generation"]["model"]
        with_model[task, _model(model)].append(table)
    stored_tasks = {task for task, _ in with_model}
    sorting = _Sorting(declaration, expected, chosen, options, with_model)
    for key in declaration.keys:
        if key.task in stored_tasks:
            sorting.add(key)
        else:
            sorting.missing.append(key)
    return sorting.result(stored)


def _model(identity: Mapping[str, Any]) -> _Model:
    """Settings of a model that are set: equal exactly if `mismatches` has none of the model."""
    return frozenset((key, repr(value)) for key, value in identity.items() if value is not None)


@dataclass
class _Sorting:
    declaration: Declaration
    expected: Callable[[CellKey], ExpectedCell]
    chosen: Chooser
    options: str
    with_model: Mapping[tuple[str, _Model], Sequence[StoredTable]]
    """Tables by task and model: no other can count, or be scored again, for a declared cell."""
    counted: dict[CellKey, StoredTable] = field(default_factory=dict)
    ambiguous: list[Ambiguity] = field(default_factory=list)
    missing: list[CellKey] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rescorable: set[CellKey] = field(default_factory=set)
    equal: set[Path] = field(default_factory=set)
    """Tables that are a declared cell, exactly."""

    def add(self, key: CellKey) -> None:
        """Finds the table that counts for a declared cell."""
        expected = self.expected(key)
        tables = self.with_model.get((key.task, _model(expected.model)), [])
        candidates = self._fitting(key, [(table, mismatches(table, expected)) for table in tables])
        distinct = _distinct(candidates, key.model)
        if not distinct:
            self.missing.append(key)
        elif len(distinct) == 1:
            self.counted[key] = distinct[0]
        elif (choice := self.chosen(distinct)) is not None:
            self.counted[key] = choice
            self.notes.append(choice_note(key, choice, distinct))
        else:
            command = f"python -m clue store use {address_among(distinct[0], distinct)}"
            texts = fitting_cells(distinct), f"{command}{self.options}"
            self.ambiguous.append(Ambiguity(key, distinct, *texts))
        if distinct:
            self.notes += _unresolved(key.task, expected.task)

    def _fitting(
        self, key: CellKey, tables: Sequence[tuple[StoredTable, Sequence[Mismatch]]]
    ) -> list[StoredTable]:
        """Tables without a difference; else those whose scorers have other library versions."""
        exact = [table for table, differences in tables if not differences]
        self.equal |= {table.path for table in exact}
        if exact:
            return exact
        if any(all(one.needs_scoring_only for one in differences) for _, differences in tables):
            self.rescorable.add(key)
        near = [
            (table, differences)
            for table, differences in tables
            if all(one.is_library_version for one in differences)
        ]
        for _, differences in near[:1]:
            texts = "; ".join(one.text for one in differences)
            self.notes.append(f"{key.task}: other versions of libraries than here: {texts}")
        return [table for table, _ in near]

    def result(self, tables: Sequence[StoredTable]) -> Membership:
        """Returns where every table belongs."""
        used = {str(table.path) for table in self.counted.values()}
        used |= {str(table.path) for case in self.ambiguous for table in case.tables}
        trials = [
            self._trial(table, is_equal=table.path in self.equal)
            for table in sorted(tables, key=lambda table: str(table.path))
            if str(table.path) not in used
        ]
        return Membership(
            dict(sorted(self.counted.items())),
            self.ambiguous,
            trials,
            sorted(self.missing),
            frozenset(self.rescorable & set(self.missing)),
            list(dict.fromkeys(self.notes)),
        )

    def _trial(self, table: StoredTable, *, is_equal: bool) -> Trial:
        """A table that does not count: its differences from the nearest declared cell."""
        facts = table.facts
        if is_equal:
            reason = "another cell stands for it: one with the same records, or the chosen one"
            return Trial(table, reason, "not chosen")
        if facts["task"] not in self.declaration.tasks:
            return Trial(table, "task not declared", "task not declared")
        options = self._differences(table)
        key = min(options, key=lambda key: (len(options[key]), key))
        differences = options[key]
        if facts["model"] != key.model and any(one.kind == "model" for one in differences):
            others = [one for one in differences if one.kind in ("backend", "limit")]
            undeclared = Mismatch("model", "model not declared")
            differences = [undeclared, *others]
        return Trial(
            table,
            _reason(str(facts["prompt"]), self.declaration.prompts, differences),
            ", ".join(dict.fromkeys(one.label for one in differences)),
        )

    def _differences(self, table: StoredTable) -> dict[CellKey, list[Mismatch]]:
        """Differences of a table from the nearest declared cells.

        Those of a model that is not declared differ from as many cells as there are models: what
        these have in common is compared once.
        """
        common: dict[tuple[str, tuple[str, ...], str | None], BesideModel] = {}
        differences = {}
        for key in self._nearest(table):
            cell = self.expected(key)
            kind = key.prompt, cell.backends, cell.rule
            if kind not in common:
                common[kind] = beside_model(table, cell)
            differences[key] = mismatches(table, cell, common[kind])
        return differences

    def _nearest(self, table: StoredTable) -> list[CellKey]:
        """Declared cells of the table's task, those of its model and of its prompt if any are."""
        keys = self._keys_of[str(table.facts["task"])]
        for name in ("model", "prompt"):
            keys = [key for key in keys if getattr(key, name) == table.facts[name]] or keys
        return keys

    @cached_property
    def _keys_of(self) -> dict[str, list[CellKey]]:
        keys: dict[str, list[CellKey]] = {}
        for key in self.declaration.keys:
            keys.setdefault(key.task, []).append(key)
        return keys


def _reason(prompt: str, declared: Sequence[str], differences: Sequence[Mismatch]) -> str:
    is_other = prompt not in declared and any(one.kind == "protocol" for one in differences)
    lead = [f"prompt {prompt} is not declared"] if is_other else []
    texts = [*lead, *(one.text for one in differences)]
    more = len(texts) - MOST_REASONS
    return "; ".join([*texts[:MOST_REASONS], *([f"and {more} more"] if more > 0 else [])])


def _distinct(tables: Sequence[StoredTable], model: str) -> list[StoredTable]:
    """One table for each content; of equal ones that of the declared name, else the first.

    A table with likelihoods precedes the equal one without.
    """
    if len(tables) < 2:
        return list(tables)
    by_content: dict[str, list[StoredTable]] = {}
    for table in sorted(tables, key=lambda one: _preference(one, model)):
        by_content.setdefault(content_sha256(table), []).append(table)
    return [group[0] for group in by_content.values()]


def content_sha256(table: StoredTable) -> str:
    """Returns the digest of a table's records, without name of the model, seconds, likelihoods."""
    rows = [_content(record).row() for record in read_table(table.path).records]
    signatures = {name: text for name, text in table.signatures.items() if name != CHOICE}
    return sha256([sorted(rows, key=sha256), signatures])


def _content(record: Record) -> Record:
    answered = replace(record, model="", completion=replace(record.completion, seconds=0.0))
    return without_choice(answered)


def _preference(table: StoredTable, model: str) -> tuple[bool, bool, tuple[str, ...]]:
    return table.facts["model"] != model, CHOICE not in table.signatures, _place(table)


def _place(table: StoredTable) -> tuple[str, ...]:
    """Path within the store: the same in every copy."""
    return table.path.parts[-4:]


def _unresolved(task: str, expected: ExpectedTask) -> list[str]:
    """Says what of a task cannot be compared because it is not on this machine."""
    notes = []
    if "dataset_sha256" not in expected.protocol:
        notes.append(
            f"The data of {task} are not on this machine: the cells' data are not compared."
        )
    absent = [name for name in expected.metrics if name not in expected.signatures]
    if absent:
        names = ", ".join(absent)
        notes.append(f"The scorers of {names} are not on this machine: they are not compared.")
    return notes
