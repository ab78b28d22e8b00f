"""Sentences on exam questions against clinical tasks: all pairs together, and the line."""

from collections.abc import Mapping
from math import isnan

from analysis.meta import MetaAnalysis
from analysis.meta.errors_in_variables import ErrorsInVariables
from analysis.names import in_sentence
from analysis.number_format import POINTS, amount, df, p_value, points, points_interval
from analysis.stats.weighted_sums import Estimate

LEAD = (
    "Both sides are percentages of right answers: exam questions with fixed answers, and clinical "
    "tasks with fixed answers. The study declares their difference as one hypothesis of its own."
)
CLINICAL = "clinical tasks"


def contrast_answer(meta: MetaAnalysis, alpha: float) -> str:
    """Answers if biomedical models change more on exam questions than on clinical tasks.

    Args:
        meta: differences on exam questions minus those on clinical tasks, of all pairs.
        alpha: error rate of the test.
    """
    population = meta.headline
    if population.refused is not None:
        return (
            "No statement beyond these pairs on exam questions against clinical tasks: "
            f"{population.refused}."
        )
    details = (
        f"95 % CI {points_interval(population.ci95)} points; p {p_value(population.p)}, one "
        f"declared test; {population.n_pairs} pairs, {df(population.df)} degrees of freedom"
    )
    if population.p > alpha:
        return (
            "The data do not settle if biomedical models gain more over their bases on exam "
            "questions or on clinical tasks: mean of exam minus clinical "
            f"{points(population.mu)} points ({details})."
        )
    return (
        "Over their bases, biomedical models "
        f"{gains(population.mu)} on exam questions than on clinical tasks ({details})."
    )


def gains(difference: float) -> str:
    """A difference of two differences as a verb: a gain may be a smaller loss.

    >>> gains(-2.0)
    'gain 2.00 points less, or lose 2.00 points more,'
    """
    size = f"{amount(difference, POINTS)} points"
    first, second = ("more", "less") if difference > 0 else ("less", "more")
    return f"gain {size} {first}, or lose {size} {second},"


def sides_in_words(means: Mapping[str, Estimate], pairs: int) -> str:
    """Mean difference of exactly these pairs on both sides.

    Args:
        means: `exam` and `clinical` to the mean.
        pairs: number of pairs that have both sides.
    """
    subject = f"mean of exactly these {pairs}" if pairs > 1 else "the only pair"
    parts = [
        f"{_estimate(means[side])} on {words}"
        for side, words in (("exam", "exam questions"), ("clinical", CLINICAL))
    ]
    return f"Biomedical minus base, {subject}: {' and '.join(parts)}."


def level_beside(level: str, meta: MetaAnalysis) -> str:
    """Exam questions minus a level: shown beside the declared hypothesis, without a test."""
    population = meta.headline
    name = in_sentence(level)
    mean, limits = population.mu, population.ci95
    if population.refused is not None:
        mean, limits = meta.fixed_set.delta, meta.fixed_set.interval()
    of = "" if population.refused is None else " of exactly these pairs"
    text = f"Exam questions minus {name}, mean{of}: {points(mean)} points"
    if isnan(limits.low):
        return f"{text}."
    return f"{text} (95 % CI {points_interval(limits)}; not tested)."


def line_in_words(line: ErrorsInVariables) -> str:
    """The line of clinical on exam differences."""
    if line.refused is not None:
        return f"No line of clinical on exam differences: {line.refused}."
    return (
        "Of two pairs, the one that gains one point more on exam questions is expected to change "
        f"by {points(line.slope)} points more on clinical tasks (95 % interval "
        f"{points_interval(line.ci95)}; errors-in-variables line through {line.n_pairs} pairs, "
        f"jackknife over {line.n_families} families; described, not tested)."
    )


def _estimate(estimate: Estimate) -> str:
    limits = estimate.interval()
    text = f"{points(estimate.delta)} points"
    return text if isnan(limits.low) else f"{text} (95 % CI {points_interval(limits)})"
