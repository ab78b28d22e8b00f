"""The tables of single pairs: levels, tasks, equivalence, replicability."""

from collections.abc import Collection, Mapping, Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.number_format import NONE
from analysis.paired_study.replicability import Replication
from analysis.paired_study.results import PromptResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.document import ReportTable
from analysis.report.verdict_symbols import legend, symbol
from clue.marks import union

ALONE = (
    "An interval is that of one comparison alone, and the verdict is corrected for all: an "
    "interval that excludes 0 beside a large p is no change."
)


def levels(setting: PromptResults) -> ReportTable:
    """Level 1, Level 2 and the overall score of every pair."""
    rows = {(row.key.pair, row.key.task): row for row in selectors.primary_rows(setting, "level")}
    names = selectors.level_order(task for _, task in rows)
    body, marks = [], []
    for _, pair in selectors.pairs_by_family(setting):
        level_rows = [rows.get((pair, level)) for level in names]
        if any(level_rows):
            body.append([pair.partition(" - ")[0], *map(_level_difference, level_rows)])
            marks.append(union(*(row.marks for row in level_rows if row)))
    sizes = {
        level: {
            (row.comparison.n, row.comparison.n_clusters)
            for (_, task), row in rows.items()
            if task == level
        }
        for level in names
    }
    return ReportTable(
        "pairs",
        "Levels by pair",
        ["model", *map(display_name, names)],
        body,
        "Difference in points [95 % CI], p adjusted by Holm within its family of hypotheses, and "
        f"mark. {legend(rows.values())} {ALONE} {sizes_note(sizes)}",
        marks,
    )


def tasks(setting: PromptResults) -> ReportTable:
    """Task scores and difference of every pair on every task."""
    columns = ["model", "task", "base", "biomedical", "Δ", "95 % CI", "p", "n (clusters)"]
    rows = by_model(selectors.primary_rows(setting, "task"))
    return ReportTable(
        "tasks",
        "Tasks by pair",
        [*columns, "verdict"],
        [_task_row(row) for row in rows],
        "Scores are in points. p: the primary test, adjusted by Holm over all cells of this table. "
        f"{ALONE} Rounded numbers may not add up. "
        "(?): the missing samples could undo the claim. "
        "A single task of LongHealth is exploratory if the mean of all is declared; its p is then "
        "adjusted by Benjamini and Hochberg.",
        [row.marks for row in rows],
    )


def equivalence(setting: PromptResults) -> ReportTable:
    """Equivalence at the declared margin, and the smallest margin at which it would hold."""
    columns = ["model", "task", "margin", "TOST p", "non-inferiority p", "interval of the claim"]
    rows = by_model(selectors.primary_rows(setting, "level", "task"))
    return ReportTable(
        "equivalence",
        "Equivalence tests",
        [*columns, "m*", "below %", "within %", "above %", "MDE"],
        [_equivalence_row(row) for row in rows],
        "m*: the smallest margin within which this comparison alone would be equivalent, before "
        "the correction. Below, within, above: probability that the difference is below, within or "
        "above the margins, from this comparison alone (posterior with a flat prior). The two "
        "p-values are adjusted by Holm, each within its family; a large p means that the claim is "
        "not shown, not that it is false. The interval is "
        "inside the margins (above minus the margin) exactly if the adjusted p is at most alpha; "
        "it is shown for claims only. MDE: the difference in points that the corrected test "
        "detects with 80 % power, at alpha divided by the size of the family; for exploratory "
        "tests before the correction. Both p-values of equivalence at every margin: "
        "tables/margin_curve.csv.",
        [row.marks for row in rows],
    )


def replicability(setting: PromptResults) -> ReportTable:
    """Lower bounds of the number of real declines and gains; lines without any are left out."""
    body, marks = [], []
    for replication in setting.replications:
        if replication.confirmed or replication.at_least or replication.at_least_fisher:
            body.append(_replication_row(replication))
            marks.append(replication.marks)
    omitted = len(setting.replications) - len(body)
    return ReportTable(
        "replicability",
        "At least so many declines and gains are real",
        ["of", "among", "direction", "all lines together", "this line alone", "by Fisher"],
        body,
        "Lower bounds with 95 % confidence, of any size, also within the margin. All lines "
        "together: the bounds hold for all lines at once (Holm over all cells). This line alone: "
        "the bound holds for the line by itself "
        "(partial conjunction), so that some of many lines err. Lines in which no decline or gain "
        f"can be confirmed are left out: {omitted} of {len(setting.replications)}.",
        marks,
    )


def sizes_note(sizes: Mapping[str, Collection[tuple[int, int]]]) -> str:
    """Sentence with the items and clusters of each task or level, from the fewest to the most."""
    parts = []
    for name, pairs_of_sizes in sizes.items():
        shown = [f"{n} ({clusters})" for n, clusters in sorted(pairs_of_sizes)]
        parts.append(f"{display_name(name)} {' to '.join(dict.fromkeys((shown[0], shown[-1])))}")
    return f"Items (clusters): {', '.join(parts)}."


def by_model(rows: Sequence[ResultRow]) -> list[ResultRow]:
    """Rows by biomedical model, then in the order of the tasks."""
    return sorted(rows, key=lambda row: (row.key.tuned, display_order(row.key.task)))


def _task_row(row: ResultRow) -> list[str]:
    comparison, judgement = row.comparison, row.judgement
    return [
        row.key.tuned,
        display_name(row.key.task),
        number_format.points(comparison.mean_base),
        number_format.points(comparison.mean_tuned),
        number_format.points(comparison.delta),
        number_format.points_interval(comparison.interval),
        number_format.p_cell(judgement.p_adjusted),
        f"{comparison.n} ({comparison.n_clusters})",
        f"{judgement.verdict}{' (?)' * row.is_fragile}",
    ]


def _equivalence_row(row: ResultRow) -> list[str]:
    comparison = row.comparison
    posterior = [number_format.whole_percent(share) for share in comparison.rope or [None] * 3]
    return [
        row.key.tuned,
        display_name(row.key.task),
        number_format.margin(comparison.margin) if comparison.margin else NONE,
        number_format.p_cell(row.judgement.p_equivalence),
        number_format.p_cell(row.judgement.p_noninferiority),
        _claim_interval(row),
        number_format.points(comparison.m_star),
        *posterior,
        number_format.points(row.detectable),
    ]


def _replication_row(replication: Replication) -> list[str]:
    over_tasks = replication.over == "tasks"
    name = replication.of if over_tasks else display_name(replication.of)
    fisher = NONE if replication.at_least_fisher is None else str(replication.at_least_fisher)
    return [
        name,
        f"{replication.n} {replication.over}",
        replication.direction,
        str(replication.confirmed),
        str(replication.at_least),
        fisher,
    ]


def _claim_interval(row: ResultRow) -> str:
    limits, level = row.judgement.ci_claim, row.judgement.claim_level
    if limits is None or level is None:
        return NONE
    level_percent = number_format.significant(100 * level, 4)
    return f"{number_format.points_interval(limits)} ({level_percent} %)"


def _level_difference(row: ResultRow | None) -> str:
    if row is None:
        return "not run"
    comparison, p = row.comparison, row.judgement.p_adjusted
    difference = number_format.points(comparison.delta)
    text = f"{difference} [{number_format.points_interval(comparison.interval)}]"
    if not p:
        return text
    return f"{text} p {number_format.p_value(p)} {symbol(row)}".strip()
