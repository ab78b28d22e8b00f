"""The plain sentence below the headline of a report, without statistics but the interval."""

from collections.abc import Mapping, Sequence
from math import isfinite

from analysis import number_format
from analysis.meta import MetaAnalysis
from analysis.names import in_sentence
from analysis.sentences.headline import ORDER, OUTCOMES, Outcome, direction
from analysis.sentences.verdict import Verdict
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Interval
from clue.common.plural import counted

MAX_NAMES = 3
"""Models of an outcome that the sentence names."""


def sentence_of_one(
    comparison: Comparison, claimed: Verdict, names: tuple[str, str], score: str
) -> str:
    """Returns the finding of one comparison.

    Args:
        comparison: in points.
        claimed: its verdict.
        names: biomedical model and base.
        score: task or level.
    """
    tuned, base = names
    where = in_sentence(score)
    if claimed == "untestable":
        return f"{tuned} and its base {base} were not tested on {where}: {comparison.refused}."
    size = number_format.points(abs(comparison.delta))
    word = "higher" if comparison.delta > 0 else "lower"
    scored = f"{tuned} scored {size} points {word} than its base {base} on {where}"
    limits = _limits(comparison.interval)
    margin = _points(comparison.margin)
    amount = f"difference {number_format.points(comparison.delta)} points"
    difference = ", ".join(filter(None, (amount, _interval(comparison.interval))))
    return {
        "decline": f"{scored}{limits}, and the decline is established.",
        "gain": f"{scored}{limits}, and the gain is established.",
        "detectable but small": (
            f"{scored}{limits}: established, and smaller than the declared margin of {margin}."
        ),
        "equivalent": (
            f"{tuned} and its base {base} differ by less than the declared margin of {margin} on "
            f"{where} ({difference})."
        ),
        "non-inferior only": (
            f"A decline of {tuned} by more than {margin} against its base {base} on {where} is "
            f"excluded; a gain is not established ({difference})."
        ),
        "inconclusive": (
            f"It is not established if {tuned} is better or worse than its base {base} on {where} "
            f"({difference})."
        ),
    }[claimed]


def sentence_of_pairs(
    level: str, meta: MetaAnalysis, verdicts: Sequence[tuple[str, Verdict]]
) -> str:
    """Returns the finding of several pairs: their mean, then each outcome with its models.

    Args:
        level: name of the level.
        meta: meta-analysis of the differences of all pairs, in points.
        verdicts: biomedical model and verdict of each pair.
    """
    return f"{_mean(level, meta)}; pair by pair, {outcomes_with_names(verdicts)}."


def sentence_of_tasks(verdicts: Sequence[tuple[str, Verdict]]) -> str:
    """Returns the outcomes of comparisons on tasks, where no level is complete.

    Args:
        verdicts: name and verdict of each comparison.
    """
    count = counted(len(verdicts), "comparison")
    return f"No pair has all tasks of a level yet; of {count}, {outcomes_with_names(verdicts)}."


def outcomes_with_names(verdicts: Sequence[tuple[str, Verdict]]) -> str:
    """Returns the outcomes that occur, with the names of few.

    >>> outcomes_with_names([("a", "decline"), ("b", "inconclusive"), ("c", "untestable")])
    '1 is worse (a) and 2 are open'
    """
    names: Mapping[Outcome, list[str]] = {
        outcome: [name for name, claimed in verdicts if OUTCOMES[claimed] == outcome]
        for outcome in ORDER
    }
    parts = [
        f"{len(members)} {'is' if len(members) == 1 else 'are'} {outcome}{_named(outcome, members)}"
        for outcome, members in names.items()
        if members
    ]
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _named(outcome: Outcome, members: Sequence[str]) -> str:
    return f" ({', '.join(members)})" if outcome != "open" and len(members) <= MAX_NAMES else ""


def _mean(level: str, meta: MetaAnalysis) -> str:
    where, population = in_sentence(level), meta.headline
    outcome = direction(population)
    if outcome is None:
        mean = meta.fixed_set
        amount = number_format.points(mean.delta)
        limits = _limits(mean.interval())
        return f"The mean of exactly these pairs on {where} is {amount} points{limits}"
    limits = _limits(population.ci95)
    if outcome == "open":
        amount = number_format.points(population.mu)
        return (
            f"It is not established if biomedical models are better or worse than their bases on "
            f"{where}: on average they differ by {amount} points{limits}"
        )
    amount = number_format.points(abs(population.mu))
    word = "higher" if outcome == "better" else "lower"
    return (
        f"Biomedical models score {amount} points {word} than their bases on {where} on "
        f"average{limits}"
    )


def _limits(interval: Interval | None) -> str:
    """The interval in brackets; empty without finite limits."""
    text = _interval(interval)
    return f" ({text})" if text else ""


def _interval(interval: Interval | None) -> str:
    if interval is None or not all(map(isfinite, interval)):
        return ""
    return f"95 % CI {number_format.points_interval(interval)}"


def _points(margin: float | None) -> str:
    if margin is None:
        return "the margin"
    return f"{number_format.margin(margin)} {'point' if margin == 1 else 'points'}"
