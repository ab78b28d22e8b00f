"""The tables of the results, as text: pairs, tasks, equivalence, replicability, sensitivity."""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis import numerals
from analysis.paired import Interval
from analysis.report import choose
from analysis.report.document import Table
from analysis.study.results import Results, Setting
from analysis.study.rows import Row
from analysis.study.variants import PRIMARY

NONE = "-"


def pairs(setting: Setting) -> Table:
    """Levels and overall of every pair."""
    rows = {(row.key.pair, row.key.task): row for row in choose.primary(setting, "level")}
    body = [
        [pair.partition(" - ")[0], *(_change(rows.get((pair, level))) for level in choose.LEVELS)]
        for _, pair in choose.pairs(setting)
        if any((pair, level) in rows for level in choose.LEVELS)
    ]
    names = [choose.named(level) for level in choose.LEVELS]
    return Table(
        "pairs",
        "Levels of every pair",
        ["model", *names],
        body,
        "Difference in points [95 % CI], Holm-adjusted p within its family of hypotheses, mark.",
    )


def tasks(setting: Setting) -> Table:
    """Every pair on every task."""
    body = []
    for row in _sorted(choose.primary(setting, "task")):
        found, judged = row.comparison, row.judgement
        places = numerals.decimals(found.se_cr2)
        body.append(
            [
                row.key.tuned,
                choose.named(row.key.task),
                numerals.number(found.mean_base, 2),
                numerals.number(found.mean_tuned, 2),
                numerals.number(found.delta, places),
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


def equivalence(setting: Setting) -> Table:
    """What lies within the declared margins, and from which margin on it would."""
    body = []
    for row in _sorted(choose.primary(setting, "level", "task")):
        found, judged = row.comparison, row.judgement
        rope = [
            NONE if part is None else numerals.number(100 * part, 0)
            for part in found.rope or [None] * 3
        ]
        body.append(
            [
                row.key.tuned,
                choose.named(row.key.task),
                f"{found.margin:g}" if found.margin else NONE,
                ends(found.ci90, numerals.decimals(found.se_cr2)),
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


def replicability(setting: Setting) -> Table:
    """Lower bounds of how many declines and gains are real."""
    body = [
        [
            each.of if each.over == "tasks" else choose.named(each.of),
            f"{each.n} {each.over}",
            each.direction,
            str(each.at_least),
            NONE if each.at_least_fisher is None else str(each.at_least_fisher),
        ]
        for each in setting.replications
    ]
    return Table(
        "replicability",
        "In how many places is it real?",
        ["of", "among", "direction", "at least", "at least (Fisher)"],
        body,
        "Lower bounds with 95 % confidence; 0 means that none can be named.",
    )


def sensitivity(setting: Setting, says: Mapping[str, str]) -> Table:
    """The pooled answer under every analysis."""
    level = choose.highest(setting)[0]
    body = [
        [name, *_answer(of[level]), says.get(name, "as declared")]
        for name, of in sorted(setting.answers.items(), key=lambda item: item[0] != PRIMARY)
        if level in of
    ]
    return Table(
        "sensitivity",
        f"{choose.named(level)} under other analyses",
        ["analysis", "pairs", "pooled [95 % CI]", "these pairs [95 % CI]", "what it changes"],
        body,
        "Points. Analyses that leave out items by how they were answered are conditional on it.",
    )


def moderators(setting: Setting) -> Table:
    """Kinds of pairs: exploratory."""
    body = [
        [
            f"{choose.named(str(each['level']))}: {each['moderator']}",
            str(each["kind"]),
            str(len(each["pairs"])),
            _of(each["mean"]),
            _of(each["against_others"]) if each["against_others"] else str(each["refused"]),
        ]
        for each in setting.moderators
    ]
    return Table(
        "moderators",
        "Kinds of pairs",
        ["level and kind", "", "pairs", "mean [95 % CI]", "against the others [95 % CI]"],
        body,
        "Exploratory: few pairs carry each line, and they differ in more than the kind named.",
    )


def ledger(results: Results, setting: Setting) -> Table:
    """What the comparisons rest on."""
    body: list[list[str]] = []
    for each in results.aligned:
        if each.match.pair.prompt == setting.prompt:
            matched = each.alignment
            unread = [
                f"{100 * float(cell.columns.flags['unparsed'].mean()):.1f}"
                for cell in (each.match.base, each.match.tuned)
            ]
            notes = "; ".join([*each.ledger.notes(), *(each.incomparable.values())])
            size = f"{len(matched.ids)} ({len(set(matched.clusters))})"
            verified = ", ".join(each.ledger.verified)
            names = [each.match.pair.tuned, choose.named(each.match.task)]
            body.append([*names, size, *unread, verified, notes or NONE])
    return Table(
        "ledger",
        "What the comparisons rest on",
        ["model", "task", "n (clusters)", "unread % base", "unread % bio.", "verified", "notes"],
        sorted(body),
        "Unread: answers in which no answer was found; they score 0. Verified: digests that are "
        "equal for both models on every item.",
    )


def ends(interval: Interval | None, places: int) -> str:
    """An interval, or that there is none."""
    return NONE if interval is None else numerals.interval(interval, places)


def p_value(p: float | None) -> str:
    """A p-value without its sign of equality."""
    return NONE if p is None else numerals.p_value(p).removeprefix("= ")


def _sorted(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.key.tuned, choose.order(row.key.task)))


def _change(row: Row | None) -> str:
    if row is None:
        return "not run"
    found, places = row.comparison, numerals.decimals(row.comparison.se_cr2)
    said = f"{numerals.number(found.delta, places)} [{ends(found.interval, places)}]"
    mark = choose.MARKS[row.judgement.verdict]
    return (
        f"{said} p {numerals.p_value(p)} {mark}".strip()
        if (p := row.judgement.p_adjusted)
        else said
    )


def _answer(said: Mapping[str, Any]) -> list[str]:
    pooled = NONE
    if said.get("refused") is None and said.get("mu") is not None:
        pooled = _of(said)
    return [str(said.get("k", len(said.get("pairs", ())))), pooled, _of(said["fixed_set"])]


def _of(said: Mapping[str, Any]) -> str:
    low, high = said["ci95"]
    if low is None or low != low:
        return f"{said['mu']:.2f}"
    return f"{said['mu']:.2f} [{low:.2f} to {high:.2f}]"
