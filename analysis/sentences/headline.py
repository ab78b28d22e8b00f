"""The headline of a report: a verdict in a few words, and the counts behind it.

The verdicts of the single comparisons and the interval of the pooled mean decide. Nothing is
computed here. The sentence below the headline is `analysis.sentences.headline_sentence`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from analysis.meta import RandomEffects
from analysis.sentences.verdict import Verdict
from analysis.stats.paired import excludes_zero
from clue.common.plural import counted

Outcome = Literal["worse", "better", "equivalent", "open"]
Tone = Literal["worse", "better", "equivalent", "open", "mixed"]

OUTCOMES: dict[Verdict, Outcome] = {
    "decline": "worse",
    "gain": "better",
    "detectable but small": "equivalent",
    "equivalent": "equivalent",
    "non-inferior only": "open",
    "inconclusive": "open",
    "untestable": "open",
}
"""Verdict to its outcome; a change inside the margin counts as equivalent, as in `tally`."""
ORDER: tuple[Outcome, ...] = ("worse", "better", "equivalent", "open")
NOT_ESTABLISHED = "Not established"
WORDS: dict[Outcome, str] = {
    "worse": "Worse",
    "better": "Better",
    "equivalent": "Equivalent",
    "open": NOT_ESTABLISHED,
}
"""Outcome to the verdict line of a report with one comparison."""
OPPOSITE: dict[Outcome, Outcome] = {"worse": "better", "better": "worse"}
FRAGILE = "unless the missing samples undo it"
"""Limits the verdict line of a claim that missing samples could undo."""


class VerdictLine(NamedTuple):
    """The verdict line of a report."""

    text: str
    tone: Tone


def counts(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    """Returns the number of verdicts of each outcome, all four in their order.

    >>> counts(["decline", "inconclusive", "non-inferior only"])
    {'worse': 1, 'better': 0, 'equivalent': 0, 'open': 2}
    """
    numbers = Counter(OUTCOMES[one] for one in verdicts)
    return {outcome: numbers[outcome] for outcome in ORDER}


def verdict_of_one(claimed: Verdict, *, is_fragile: bool = False) -> VerdictLine:
    """Returns the verdict line of a report whose answer is one comparison.

    >>> verdict_of_one("non-inferior only").text, verdict_of_one("decline", is_fragile=True).text
    ('Not established', 'Worse, unless the missing samples undo it')
    """
    outcome = OUTCOMES[claimed]
    limit = f", {FRAGILE}" if is_fragile and outcome != "open" else ""
    return VerdictLine(f"{WORDS[outcome]}{limit}", outcome)


def direction(population: RandomEffects) -> Outcome | None:
    """Returns the outcome of the mean over pairs of this kind; None if it was refused."""
    if population.refused is not None:
        return None
    if not excludes_zero(population.ci95):
        return "open"
    return "better" if population.mu > 0 else "worse"


def verdict_of_pairs(
    numbers: Mapping[Outcome, int], mean: Outcome | None, unit: str = "pair"
) -> VerdictLine:
    """Returns the verdict line of a report of several comparisons.

    Args:
        numbers: comparisons of each outcome, all four.
        mean: `direction` of the pooled mean; None = there is none.
        unit: a comparison in the singular.

    >>> both = {"worse": 2, "better": 1, "equivalent": 0, "open": 9}
    >>> verdict_of_pairs(both, "worse").text
    'Mixed: worse on average; 2 worse, 1 better, 9 open'
    >>> verdict_of_pairs({"worse": 1, "better": 0, "equivalent": 0, "open": 11}, "open").text
    'Not established on average; 1 of 12 pairs worse'
    >>> verdict_of_pairs({"worse": 0, "better": 3, "equivalent": 0, "open": 0}, None).text
    'Better in all 3 pairs'
    """
    claimed = [outcome for outcome in ORDER[:3] if numbers[outcome]]
    directions = {outcome for outcome in (*claimed, mean) if outcome in OPPOSITE}
    if len(directions) > 1:
        return VerdictLine(f"Mixed: {_mean(mean)}{in_numbers(numbers)}", "mixed")
    if mean in OPPOSITE:
        assert mean is not None
        return VerdictLine(f"{WORDS[mean]} on average", mean)
    return _without_direction(numbers, mean, unit)


def of_made_up_results(line: VerdictLine) -> VerdictLine:
    """Returns the verdict line of results that support no claim: what they read comes second.

    >>> of_made_up_results(VerdictLine("Better", "better"))
    VerdictLine(text='Demonstration only; the made-up results read: Better', tone='open')
    """
    return VerdictLine(f"Demonstration only; the made-up results read: {line.text}", "open")


def in_numbers(numbers: Mapping[Outcome, int]) -> str:
    """Returns the outcomes that occur with their numbers.

    >>> in_numbers({"worse": 1, "better": 0, "equivalent": 0, "open": 2})
    '1 worse, 2 open'
    """
    return ", ".join(f"{count} {outcome}" for outcome, count in numbers.items() if count)


def _mean(mean: Outcome | None) -> str:
    return f"{mean} on average; " if mean in OPPOSITE else ""


def _without_direction(
    numbers: Mapping[Outcome, int], mean: Outcome | None, unit: str
) -> VerdictLine:
    """Verdict line where no pooled mean has a direction, and no two comparisons disagree."""
    total = sum(numbers.values())
    claimed = [outcome for outcome in ORDER[:3] if numbers[outcome]]
    if len(claimed) == 1 and numbers[claimed[0]] == total:
        only = claimed[0]
        return VerdictLine(f"{WORDS[only]} in all {counted(total, unit)}", only)
    if not claimed:
        return VerdictLine(NOT_ESTABLISHED, "open")
    where = " on average" if mean == "open" else ""
    shares = [f"{numbers[outcome]} {outcome}" for outcome in claimed]
    shares[0] = f"{numbers[claimed[0]]} of {counted(total, unit)} {claimed[0]}"
    return VerdictLine(f"{NOT_ESTABLISHED}{where}; {', '.join(shares)}", "open")
