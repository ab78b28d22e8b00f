"""A study of whatever a store contains, for stores that no declaration can describe.

Synthetic tables and small tables of tests have no prompts, so no declared study has them. Here the
pairs are those of the stored cells, the levels are the paper's, and a family of hypotheses has the
size of the comparisons that are there.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

from analysis.cells import CellKey, StoredCell
from analysis.paired_study.cells_of_study import StudyCells
from analysis.paired_study.pairs import model_pairs
from analysis.settings import AnalysisConf
from clue.config.schema import ModelConf
from clue.config.study_pairs import DeclaredPair
from clue.config.study_schema import StudyConf
from clue.store.stored_tables import stored_tables
from clue.study.declaration import Declaration, load
from clue.study.scores import named_tasks, score_tree, tasks_of
from clue.task.levels import ScoreTree


@cache
def paper_tree() -> ScoreTree:
    """Composite scores of the paper's study; read once."""
    return score_tree(_paper())


@cache
def _paper() -> StudyConf:
    return load("paper")


def cells_by_name(store: Path) -> dict[CellKey, StoredCell]:
    """The cells of a store by their own names; of equal names the last by path."""
    cells = [
        StoredCell(table.path, table.facts, table.signatures, table.rows)
        for table in stored_tables(store)
    ]
    return {cell.key: cell for cell in sorted(cells, key=lambda cell: cell.key)}


def found_study(
    store: Path, conf: AnalysisConf | None = None, tree: ScoreTree | None = None
) -> StudyCells:
    """The study that the cells of a store make.

    Args:
        store: the store.
        conf: with the comparator; None = base.
        tree: levels; None = those of the paper's study.
    """
    paper = _paper()
    cells = cells_by_name(store)
    pairs = model_pairs(cells, (conf or AnalysisConf()).study.comparator)
    tasks = sorted(task for name in named_tasks(paper) for task in tasks_of(name))
    declared = tuple(sorted({DeclaredPair(pair.tuned, pair.base) for pair in pairs}))
    models = {key.model: ModelConf(name=key.model) for key in cells}
    prompts = sorted({key.prompt for key in cells}, key=lambda name: (name != "paper", name))
    conf_of_store = replace(paper, prompts=prompts)
    declaration = Declaration(conf_of_store, declared, models, tuple(tasks), tree or paper_tree())
    return StudyCells(declaration, cells, pairs)


def with_exams(study: StudyCells) -> StudyCells:
    """The study with the level `exam`, and with exam questions against clinical tasks declared."""
    declared = load("exams_and_clinical")
    declaration = replace(
        study.declaration,
        conf=replace(study.declaration.conf, level_contrast=declared.level_contrast),
        tree=score_tree(declared),
    )
    return replace(study, declaration=declaration)
