"""The stored cells of a study, chosen by its declaration, and the pairs that they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.cells import StoredCell, declared_cell
from analysis.paired_study.pairs import ModelPair
from analysis.settings import AnalysisConf
from clue.errors import StoreError
from clue.store.stored_tables import stored_tables
from clue.study.declaration import CellKey, Declaration, declare
from clue.study.expected import Resolver
from clue.study.membership import Ambiguity, Trial, membership
from clue.study.stored_models import stored_models


@dataclass(frozen=True)
class StudyCells:
    """The cells and pairs that an analysis works on, and the stored cells that do not count."""

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
    replayable: frozenset[CellKey] = field(default_factory=frozenset)
    """Missing cells whose answers are stored: they need to be scored only."""


def study_cells(conf: AnalysisConf) -> StudyCells:
    """Reads the cells of a store that belong to the study of the settings.

    Raises:
        ConfigError: the study cannot be used.
        StoreError: the store has no finished cell.
    """
    tables = stored_tables(conf.paths.store)
    declaration = declare(conf.study, stored_models(tables))
    if not tables:
        raise StoreError(_nothing(conf.paths.store))
    resolver = Resolver(declaration, conf.paths)
    members = membership(declaration, tables, resolver.cell)
    cells = {
        key: declared_cell(table, key, declaration.models[key.model])
        for key, table in members.counted.items()
    }
    return StudyCells(
        declaration=declaration,
        cells=cells,
        pairs=_pairs(declaration),
        hypotheses=declaration.hypotheses(),
        trials=members.trials,
        ambiguous=members.ambiguous,
        notes=members.notes,
    )


def _pairs(declaration: Declaration) -> list[ModelPair]:
    return sorted(
        ModelPair(prompt, *pair) for prompt in declaration.prompts for pair in declaration.pairs
    )


def _nothing(store: Path) -> str:
    return (
        f"no finished cell is in {store / 'cells'}: evaluate a model and its base first, e.g. "
        "python run.py -m model=meditron7b,llama2_7b task=meqsum; for another store, set "
        "paths.mlruns=<folder>"
    )
