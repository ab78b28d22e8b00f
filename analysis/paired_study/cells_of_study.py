"""The stored cells of a study, chosen by its declaration, and the pairs that they make."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.cells import StoredCell, declared_cell
from analysis.paired_study.pairs import ModelPair, model_pairs
from analysis.settings import AnalysisConf
from clue.config.composition import as_overrides
from clue.config.locations import options
from clue.errors import StoreError
from clue.store import annotations_file
from clue.store.stored_tables import stored_tables
from clue.study.declaration import CellKey, Declaration, declare
from clue.study.membership import Ambiguity, Trial, membership
from clue.study.resolution import Resolution, resolve
from clue.study.stored_models import stored_models

TRIAL = " [trial: "
"""Begins the addition to the name of a prompt setting whose cells are trials."""


@dataclass(frozen=True)
class StudyCells:
    """Declared cells that are stored, with everything that the report says of their choice."""

    declaration: Declaration
    cells: Mapping[CellKey, StoredCell]
    """Cells that count, and those of trials if they are included."""
    pairs: Sequence[ModelPair]
    """Pairs under each prompt setting, sorted."""
    hypotheses: Mapping[str, int] | None = None
    """Declared size of each family of hypotheses; None = the comparisons that are there."""
    trials: Sequence[Trial] = ()
    """Stored cells that do not count."""
    ambiguous: Sequence[Ambiguity] = ()
    notes: Sequence[str] = ()
    """On the choice of cells, for readers of the results."""
    statement: Sequence[str] = ()
    """Says when the study was declared, and what was changed since."""
    replayable: frozenset[CellKey] = field(default_factory=frozenset)
    """Missing cells whose answers are stored: they need to be scored only."""


def study_cells(conf: AnalysisConf) -> StudyCells:
    """Reads the cells of a store that belong to the study of the settings.

    Raises:
        ConfigError: the study cannot be used.
        StoreError: the store has no finished cell, or its choices and notes are damaged.
    """
    tables = stored_tables(conf.paths.store)
    declaration = declare(conf.study, stored_models(tables))
    if not tables:
        raise StoreError(_nothing(conf.paths.store))
    resolution = resolve(declaration, conf.paths)
    annotations = annotations_file.read(conf.paths.store)
    locations = options(conf.paths, "mlruns", "data")
    expected = resolution.resolver.cell
    members = membership(declaration, tables, expected, annotations.chosen, locations)
    cells = {
        key: declared_cell(table, key, declaration.models[key.model])
        for key, table in members.counted.items()
    }
    of_trials = trial_cells(members.trials) if conf.include_trials else {}
    return StudyCells(
        declaration=declaration,
        cells=cells | of_trials,
        pairs=[*_pairs(declaration), *_trial_pairs(of_trials, declaration)],
        hypotheses=declaration.hypotheses(),
        trials=[
            replace(trial, note=annotations.note(trial.table.address)) for trial in members.trials
        ],
        ambiguous=members.ambiguous,
        notes=members.notes,
        replayable=members.rescorable,
        statement=_statement(conf, resolution),
    )


def _statement(conf: AnalysisConf, resolution: Resolution) -> Sequence[str]:
    """Says when the study was declared; a part that a command line chose was not frozen."""
    if conf.changes:
        return [f"Declared by this command, not frozen: {' '.join(conf.chosen)}."]
    return resolution.statement


def _pairs(declaration: Declaration) -> list[ModelPair]:
    return sorted(
        ModelPair(prompt, *pair) for prompt in declaration.prompts for pair in declaration.pairs
    )


def trial_cells(trials: Iterable[Trial]) -> dict[CellKey, StoredCell]:
    """Returns trials as cells of settings of their own, whose names say what they are.

    Of several trials that only their fingerprints tell apart the first counts.
    """
    cells: dict[CellKey, StoredCell] = {}
    for trial in sorted(trials, key=lambda trial: trial.table.fingerprint):
        table = trial.table
        prompt = f"{table.facts['prompt']}{TRIAL}{trial.label}]"
        marks = (f"trial: {trial.label}",)
        facts = {**table.facts, "prompt": prompt}
        cell = StoredCell(**{**vars(table), "facts": facts}, more_marks=marks)
        cells.setdefault(cell.key, cell)
    return cells


def undeclared_pairs(study: StudyCells) -> list[str]:
    """Returns the models of trials whose base is stored too and that the study does not declare."""
    of_trials = {str(one.table.facts["model"]): one.table.facts.get("base") for one in study.trials}
    stored = {*of_trials, *(key.model for key in study.cells)}
    return sorted(
        model
        for model, base in of_trials.items()
        if base in stored and model not in study.declaration.models
    )


def _trial_pairs(cells: Mapping[CellKey, StoredCell], declaration: Declaration) -> list[ModelPair]:
    """Pairs of trials: those that the cells name, and the declared ones."""
    prompts = {key.prompt for key in cells}
    declared = {ModelPair(prompt, *pair) for prompt in prompts for pair in declaration.pairs}
    pairs = model_pairs(cells, declaration.conf.comparator)
    models = {(key.prompt, key.model) for key in cells}
    return sorted(
        pair
        for pair in {*declared, *pairs}
        if {(pair.prompt, pair.base), (pair.prompt, pair.tuned)} <= models
    )


def _nothing(store: Path) -> str:
    return (
        f"no finished cell is in {store / 'cells'}. Evaluate a model and its base first: "
        f"python run.py -m study=demo {as_overrides({'paths.mlruns': store})[0]} (two small "
        "models on fictional data, some minutes); or name another store with paths.mlruns=<folder>"
    )
