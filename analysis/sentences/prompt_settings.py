"""Sentences about prompt settings: the warning of an undeclared one, and comparisons of two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

from analysis.names import in_sentence
from analysis.number_format import POINTS, amount, counted, p_value, points, points_interval
from analysis.sentences.verdict import Verdict, verdict
from analysis.stats.battery import LEAST_CLUSTERS, cannot_reject
from analysis.stats.claims import AdjustedP
from analysis.stats.comparison import Comparison
from analysis.stats.paired import excludes_zero
from clue.marks import EXPLORATORY, marked

Subject = Literal["difference", "base", "tuned"]
"""Quantity that is compared between settings: the difference of a pair, or the score of a model."""
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
Claim = Literal["higher", "lower", "not settled", "not tested"]
"""Statement about the first setting relative to the second."""

CLAIMS: Mapping[Verdict, Claim] = {
    "gain": "higher",
    "decline": "lower",
    "untestable": "not tested",
}
"""Verdict to claim; all others are not settled."""


@dataclass(frozen=True)
class SettingLabels:
    """Names and numbers of items that a sentence uses."""

    first: str
    second: str
    base: str
    tuned: str
    task: str
    n_first: int
    n_second: int
    marks: tuple[str, ...] = ()
    """Marks of the cells, which begin the sentence (`clue.marks`); every section that has the
    sentence says that it is exploratory."""


class Change(NamedTuple):
    """First setting minus second setting, with its adjusted p."""

    comparison: Comparison
    q: float | None


def exploratory(prompt: str) -> str:
    """First sentence of an answer under a prompt setting that is not the declared one.

    >>> exploratory("zero_shot")
    'Exploratory: prompt setting zero_shot is not the declared one.'
    """
    return f"Exploratory: prompt setting {prompt} is not the declared one."


def basis(hypotheses: int) -> str:
    """Paragraph on the basis of all comparisons between prompt settings.

    Args:
        hypotheses: number of tests that are adjusted together.
    """
    return (
        "All comparisons between prompt settings are exploratory. They use only the items that "
        "both settings scored: worked examples are not scored, so settings with other examples "
        "score other items. q is p adjusted by Benjamini and Hochberg over the "
        f"{counted(hypotheses, 'test')} between settings."
    )


def main_setting(main: str, others: Sequence[str]) -> str:
    """Sentences on the prompt settings of a store.

    >>> main_setting("paper", ["zero_shot"])
    'All other sections are about prompt setting paper. The store also has zero_shot.'
    """
    return (
        f"All other sections are about prompt setting {main}. The store also has "
        f"{', '.join(others)}."
    )


def claim(comparison: Comparison, q: float | None) -> Claim:
    """Statement that a comparison of two settings supports."""
    return CLAIMS.get(verdict(comparison, AdjustedP(q)), "not settled")


def in_words_of_settings(comparison: Comparison, subject: Subject) -> Comparison:
    """The comparison with its reason against a test in words about settings.

    The reasons of `analysis.stats.battery` are about two models.
    """
    if comparison.refused is None:
        return comparison
    return replace(comparison, refused=_reason(comparison, subject) or comparison.refused)


def _reason(comparison: Comparison, subject: Subject) -> str | None:
    clusters, informative = comparison.n_clusters, comparison.n_informative
    if comparison.tied == comparison.n:
        quantity = "difference between the models" if subject == "difference" else "score"
        return f"the {quantity} is identical under both settings on {_all_items(comparison.n)}"
    if clusters < LEAST_CLUSTERS:
        return None
    unit = "clusters" if comparison.clustered else "items"
    if informative is not None and cannot_reject(comparison):
        return (
            f"the settings differ in {informative} of {clusters} {unit} only; with so few no data "
            "could reject"
        )
    return f"the settings differ by the same amount in all {unit}"


def sentence(labels: SettingLabels, changes: Mapping[Subject, Change]) -> str:
    """The comparison of a pair under two settings in words, with the number of common items."""
    difference, base, tuned = (changes[subject] for subject in SUBJECTS)
    subject = f"{labels.tuned} against {labels.base} on {in_sentence(labels.task)}"
    text = (
        f"{subject}, {_items(labels, difference.comparison)}: {_difference(labels, difference)} "
        f"{_models(labels, base, tuned)}"
    )
    return marked([mark for mark in labels.marks if mark != EXPLORATORY], text)


def _items(labels: SettingLabels, comparison: Comparison) -> str:
    items = counted(comparison.n, "common item")
    if comparison.clustered:
        items = f"{items} in {counted(comparison.n_clusters, 'cluster')}"
    sizes = f"of {labels.n_first:,} under {labels.first} and {labels.n_second:,} under"
    return f"{items} ({sizes} {labels.second})"


def _difference(labels: SettingLabels, change: Change) -> str:
    values = _values(labels, change.comparison)
    statement = claim(*change)
    if statement == "not tested":
        reason = change.comparison.refused
        return f"The difference is {values}. Its change was not tested: {reason}."
    if statement == "not settled":
        return (
            "The data do not settle under which prompt setting the difference is higher "
            f"({values}; change {_amount(change.comparison)} points; {_unsettled(change)})."
        )
    return (
        f"The difference is {_amount(change.comparison, absolute=True)} points {statement} under "
        f"{labels.first} than under {labels.second} ({values}; {_evidence(change)})."
    )


def _models(labels: SettingLabels, base: Change, tuned: Change) -> str:
    """Claims about the single models; the others are named without numbers."""
    models = {labels.base: base, labels.tuned: tuned}
    claims = {model: claim(*change) for model, change in models.items()}
    if set(claims.values()) == {"not settled"}:
        return "The change of neither model alone is settled."
    return " ".join(_model(labels, model, change) for model, change in models.items())


def _model(labels: SettingLabels, model: str, change: Change) -> str:
    statement = claim(*change)
    if statement == "not tested":
        return f"The change of {model} alone was not tested: {change.comparison.refused}."
    if statement == "not settled":
        return f"The change of {model} alone is not settled."
    return (
        f"{model} alone scored {_amount(change.comparison, absolute=True)} points {statement} "
        f"under {labels.first} than under {labels.second} ({_evidence(change)})."
    )


def _values(labels: SettingLabels, comparison: Comparison) -> str:
    first, second = (points(x) for x in (comparison.mean_tuned, comparison.mean_base))
    return f"{first} points under {labels.first}, {second} points under {labels.second}"


def _amount(comparison: Comparison, *, absolute: bool = False) -> str:
    delta = comparison.delta
    return amount(delta, POINTS) if absolute else points(delta)


def _evidence(change: Change) -> str:
    limits = change.comparison.interval
    shown = "none" if limits is None else points_interval(limits)
    q = "no test" if change.q is None else f"q {p_value(change.q)}"
    return f"95 % CI {shown}; {q}"


def _unsettled(change: Change) -> str:
    """The evidence; if the interval excludes zero, with the reason why nothing is claimed."""
    evidence = _evidence(change)
    if change.comparison.discordant:
        return f"{evidence}; test and interval disagree"
    if excludes_zero(change.comparison.interval):
        return f"{evidence}; not detected after correction"
    return evidence


def _all_items(n: int) -> str:
    return "the only common item" if n == 1 else f"all {n:,} common items"
