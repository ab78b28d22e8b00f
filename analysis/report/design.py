"""The section on the design: compared data and everything declared before any result was seen."""

from collections.abc import Sequence

from analysis.names import display_name, display_order
from analysis.number_format import DF, NONE, RATIO, number, significant
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.report import draws, selectors, thoughts
from analysis.report.document import ReportTable, Section
from analysis.report.methods import hypotheses, margins
from analysis.sentences.declaration import hypothesis_families
from analysis.settings import AnalysisConf
from clue.common.plural import counted
from clue.study.declaration import CellKey
from clue.task.levels import OVERALL, Weights


def section(
    results: StudyResults, setting: PromptResults, conf: AnalysisConf, design_sha256: str
) -> Section:
    """Declared settings, and sizes and clustering of the tasks.

    Args:
        results: of the study.
        setting: the reported prompt setting.
        conf: of the analysis.
        design_sha256: digest of the declared design.
    """
    study = results.study
    paragraphs = [
        " ".join([*study.statement, hypothesis_families(study.declaration)]),
        _compared(results, setting, conf),
        _scores(results),
        _declared(setting, conf, design_sha256),
        *draws.settings_of(results, setting),
        *thoughts.settings_of(results, setting),
        *study.notes,
    ]
    return Section("Design", "design", paragraphs, tables=[_table(setting)])


def _compared(results: StudyResults, setting: PromptResults, conf: AnalysisConf) -> str:
    pairs = {row.key.pair: row.key.family for row in setting.rows}
    cells = [key for key in results.cells if key.prompt == setting.prompt]
    kind = "confirmatory" if setting.confirmatory else "exploratory: not the declared setting"
    families = counted(len({*pairs.values()}), "family", "families")
    return (
        f"{counted(len(pairs), 'pair')} in {families} of base models, "
        f"{_cells(setting, cells)}. Biomedical models are compared with their "
        f"{conf.study.comparator} model. The prompt setting is {setting.prompt} ({kind})."
    )


def _cells(setting: PromptResults, cells: Sequence[CellKey]) -> str:
    """Number of cells, and why there are more tasks of them than compared ones."""
    tasks = {key.task for key in cells}
    compared = {row.key.task for row in selectors.primary_rows(setting, "task")}
    parts = tasks - compared
    joint = f", of which {len(parts)} share the score of a data set" if parts else ""
    models = counted(len({key.model for key in cells}), "model")
    return f"{counted(len(cells), 'cell')} ({models} on {counted(len(tasks), 'task')}{joint})"


def _scores(results: StudyResults) -> str:
    """The unit of scores, and the parts of every mean of data sets."""
    tree = results.study.declaration.tree
    composites = {**tree.levels, **({OVERALL: tree.overall} if tree.overall else {})}
    means = [
        f"{display_name(name)} is the {_mean(weights)}." for name, weights in composites.items()
    ]
    return " ".join(["Scores are points from 0 to 100; higher is better.", *means])


def _mean(weights: Weights) -> str:
    """The parts of a mean, with their weights if they differ."""
    if len({*weights.values()}) == 1:
        return f"mean of {', '.join(map(display_name, weights))}"
    parts = [
        f"{display_name(part)} ({significant(100 * share)} %)" for part, share in weights.items()
    ]
    return f"weighted mean of {', '.join(parts)}"


def _declared(setting: PromptResults, conf: AnalysisConf, design_sha256: str) -> str:
    sizes = hypotheses(setting)
    return (
        f"Alpha is {significant(conf.study.alpha)}, corrected by Holm within each family of "
        "hypotheses: "
        f"{sizes['F1']} on the overall score, {sizes['F2']} on levels, {sizes['F3']} on tasks. "
        f"{margins(conf)} Seed {conf.seed}; {conf.flips:,} sign flips; digest of the design "
        f"{design_sha256[:16]}."
    )


def _table(setting: PromptResults) -> ReportTable:
    rows = selectors.primary_rows(setting, "task")
    body = []
    for task in sorted({row.key.task for row in rows}, key=display_order):
        comparisons = [row.comparison for row in rows if row.key.task == task]
        body.append(
            [
                display_name(task),
                str(len(comparisons)),
                _range([comparison.n for comparison in comparisons], 0),
                _range([comparison.n_clusters for comparison in comparisons], 0),
                _range([comparison.df for comparison in comparisons], DF),
                _range([comparison.icc for comparison in comparisons], RATIO),
                _range([comparison.design_effect for comparison in comparisons], RATIO),
            ]
        )
    return ReportTable(
        "design",
        "Compared data",
        ["task", "pairs", "n", "clusters", "df", "ICC", "design effect"],
        body,
        "Ranges give the smallest and the largest value over the pairs. ICC and design effect are "
        "of differences. The ICC estimate can fall below −1 where few clusters have several items. "
        "The design effect also contains the correction for few clusters (CR2), so it can exceed 1 "
        "beside an ICC below 0.",
    )


def _range(values: Sequence[float | None], decimals: int) -> str:
    """`low to high` without None; one number if both look alike."""
    numbers = [value for value in values if value is not None]
    if not numbers:
        return NONE
    low, high = (number(value, decimals) for value in (min(numbers), max(numbers)))
    return low if low == high else f"{low} to {high}"
