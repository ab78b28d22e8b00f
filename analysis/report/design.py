"""The part of the report that says what was compared, and what was declared beforehand."""

from collections.abc import Mapping

from analysis.names import display_name, display_order
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.report import selectors
from analysis.report.document import Section, Table
from analysis.report.methods import hypotheses, margins
from analysis.settings import AnalysisConf
from clue.common.plural import counted


def section(
    results: StudyResults, setting: PromptResults, conf: AnalysisConf, said: Mapping[str, object]
) -> Section:
    """What was decided before, which numbers made the rest, and the sizes of the tasks.

    Args:
        results: of the study.
        setting: the prompt setting that the report is of.
        conf: of the analysis.
        said: `analysis.paired_study.summary.summary`.
    """
    rows = selectors.primary(setting, "task")
    body = []
    for task in sorted({row.key.task for row in rows}, key=display_order):
        of = [row.comparison for row in rows if row.key.task == task]
        body.append(
            [
                display_name(task),
                str(len(of)),
                _span([found.n for found in of], 0),
                _span([found.n_clusters for found in of], 0),
                _span([found.df for found in of], 1),
                _span([found.icc for found in of], 3),
                _span([found.design_effect for found in of], 2),
            ]
        )
    columns = ["task", "pairs", "n", "clusters", "df", "ICC", "design effect"]
    note = (
        "From the smallest to the largest of the pairs. ICC and design effect are of "
        "differences; the estimate of ICC can fall below -1 where few clusters have several items."
    )
    table = Table("design", "What was compared", columns, body, note)
    return Section("Design", "design", _paragraphs(results, setting, conf, said), tables=[table])


def _paragraphs(
    results: StudyResults, setting: PromptResults, conf: AnalysisConf, said: Mapping[str, object]
) -> list[str]:
    pairs = {row.key.pair: row.key.family for row in setting.rows}
    cells = [cell for place, cell in results.cells.items() if place.prompt == setting.prompt]
    declared = "confirmatory" if setting.confirmatory else "exploratory: not the declared one"
    sizes = hypotheses(setting)
    families = counted(len({*pairs.values()}), "family", "families")
    return [
        f"{counted(len(pairs), 'pair')} in {families} of base models "
        f"(compared with the model named as {conf.comparator}), {counted(len(cells), 'cell')}; "
        f"prompt setting {setting.prompt} ({declared}).",
        f"Alpha {conf.alpha:g}, by Holm over hypotheses: {sizes['F1']} on the overall score, "
        f"{sizes['F2']} on levels, {sizes['F3']} on tasks. {margins(conf)} Seed {conf.seed}, "
        f"{conf.flips:,} sign flips, digest of the design {str(said['design_sha256'])[:16]}.",
    ]


def _span(values: list[int | float | None] | list[float | None] | list[int], places: int) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    low, high = min(known), max(known)
    if f"{low:.{places}f}" == f"{high:.{places}f}":
        return f"{low:.{places}f}"
    return f"{low:.{places}f} to {high:.{places}f}"
