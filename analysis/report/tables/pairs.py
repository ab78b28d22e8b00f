"""The tables of single pairs: levels, tasks, equivalence, replicability."""

from collections.abc import Collection, Mapping, Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.paired_study.replicability import Replication
from analysis.paired_study.results import PromptResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.document import Table
from analysis.sentences.verdict import CHANGES
from analysis.stats.paired import Interval

NONE = "-"
LEGEND = (
    "▼ decline, ▲ gain, ≈ within the margin, ≥ a larger decline is excluded, no mark: not settled."
)


def pairs(setting: PromptResults) -> Table:
    """Levels and overall of every pair."""
    rows = {(row.key.pair, row.key.task): row for row in selectors.primary(setting, "level")}
    levels = [level for level in selectors.LEVELS if level in {task for _, task in rows}]
    body = []
    for _, pair in selectors.pairs(setting):
        of = [rows.get((pair, level)) for level in levels]
        if any(of):
            body.append([pair.partition(" - ")[0], *map(_change, of)])
    sizes = {
        level: {
            (row.comparison.n, row.comparison.n_clusters)
            for (_, task), row in rows.items()
            if task == level
        }
        for level in levels
    }
    return Table(
        "pairs",
        "Levels of every pair",
        ["model", *map(display_name, levels)],
        body,
        f"Difference in points [95 % CI], Holm-adjusted p within its family of hypotheses, mark: "
        f"{LEGEND} {items(sizes)}",
    )


def tasks(setting: PromptResults) -> Table:
    """Every pair on every task."""
    body = []
    for row in _sorted(selectors.primary(setting, "task")):
        found, judged = row.comparison, row.judgement
        places = number_format.decimals(found.se_cr2)
        body.append(
            [
                row.key.tuned,
                display_name(row.key.task),
                number_format.number(found.mean_base, 2),
                number_format.number(found.mean_tuned, 2),
                number_format.number(found.delta, places),
                ends(found.interval, places),
                p_value(judged.p_adjusted),
                f"{found.n} ({found.n_clusters})",
                judged.verdict,
            ]
        )
    columns = ["model", "task", "base", "biomedical", "Δ", "95 % CI", "p", "n (clusters)"]
    return Table(
        "tasks",
        "Every pair on every task",
        [*columns, "verdict"],
        body,
        "Points. p of the primary test, adjusted by Holm over all cells of this table (a task of "
        "LongHealth on its own: by Benjamini and Hochberg, exploratory).",
    )


def equivalence(setting: PromptResults) -> Table:
    """What lies within the declared margins, and from which margin on it would."""
    body = []
    for row in _sorted(selectors.primary(setting, "level", "task")):
        found, judged = row.comparison, row.judgement
        rope = [
            NONE if part is None else number_format.number(100 * part, 0)
            for part in found.rope or [None] * 3
        ]
        body.append(
            [
                row.key.tuned,
                display_name(row.key.task),
                f"{found.margin:g}" if found.margin else NONE,
                ends(found.ci90, number_format.decimals(found.se_cr2)),
                p_value(judged.p_equivalence),
                NONE if found.m_star is None else f"{found.m_star:.1f}",
                *rope,
                NONE if found.mde80 is None else f"{found.mde80:.1f}",
            ]
        )
    columns = ["model", "task", "margin", "90 % CI", "TOST p", "m*", "below %", "within %"]
    return Table(
        "equivalence",
        "Within the margins?",
        [*columns, "above %", "MDE"],
        body,
        "m*: smallest margin at which equivalence would be declared. Below, within, above: "
        "posterior probability of a difference there (flat prior). MDE: difference detectable with "
        "80 % power, in points.",
    )


def replicability(setting: PromptResults) -> Table:
    """Lower bounds of how many declines and gains are real; lines without any are left out."""
    body = []
    for each in setting.replications:
        together = _established(setting, each)
        if together or each.at_least or each.at_least_fisher:
            fisher = NONE if each.at_least_fisher is None else str(each.at_least_fisher)
            name = each.of if each.over == "tasks" else display_name(each.of)
            among = f"{each.n} {each.over}"
            body.append([name, among, each.direction, str(together), str(each.at_least), fisher])
    left = len(setting.replications) - len(body)
    return Table(
        "replicability",
        "In how many places is it real?",
        ["of", "among", "direction", "all lines together", "this line alone", "by Fisher"],
        body,
        "At least so many, with 95 % confidence: for all lines at once (Holm over all cells), or "
        "for a line by itself (partial conjunction), where of many lines some err. In "
        f"{left} of {len(setting.replications)} lines none can be named; they are left out.",
    )


def _established(setting: PromptResults, each: Replication) -> int:
    """Of a replication's tests, those that Holm's correction over all cells leaves."""
    return sum(
        row.judgement.tests == "F3"
        and each.of == (row.key.pair if each.over == "tasks" else row.key.task)
        and (row.comparison.delta > 0) == (each.direction == "gain")
        and row.judgement.verdict in CHANGES
        for row in setting.rows
    )


def items(sizes: Mapping[str, Collection[tuple[int, int]]]) -> str:
    """Items and clusters of each task or level, from the fewest to the most."""
    said = []
    for name, found in sizes.items():
        shown = [f"{n} ({clusters})" for n, clusters in sorted(found)]
        said.append(f"{display_name(name)} {' to '.join(dict.fromkeys((shown[0], shown[-1])))}")
    return f"Items (clusters): {', '.join(said)}."


def ends(interval: Interval | None, places: int) -> str:
    """An interval, or that there is none."""
    return NONE if interval is None else number_format.interval(interval, places)


def p_value(p: float | None) -> str:
    """A p-value without its sign of equality."""
    return NONE if p is None else number_format.p_value(p).removeprefix("= ")


def _sorted(rows: Sequence[ResultRow]) -> list[ResultRow]:
    return sorted(rows, key=lambda row: (row.key.tuned, display_order(row.key.task)))


def _change(row: ResultRow | None) -> str:
    if row is None:
        return "not run"
    found, places = row.comparison, number_format.decimals(row.comparison.se_cr2)
    said = f"{number_format.number(found.delta, places)} [{ends(found.interval, places)}]"
    mark = selectors.MARKS[row.judgement.verdict]
    return (
        f"{said} p {number_format.p_value(p)} {mark}".strip()
        if (p := row.judgement.p_adjusted)
        else said
    )
