"""Tables of all pairs together: sensitivity analyses, kinds of pairs."""

from collections.abc import Mapping

from analysis import number_format
from analysis.meta import RandomEffects
from analysis.names import display_name
from analysis.number_format import NONE
from analysis.paired_study.moderators import ModeratorEffect
from analysis.paired_study.results import PromptResults
from analysis.paired_study.sensitivity import PRIMARY
from analysis.report import selectors
from analysis.report.document import ReportTable
from analysis.stats.weighted_sums import Estimate


def sensitivity(setting: PromptResults, descriptions: Mapping[str, str]) -> ReportTable:
    """Pooled means under every analysis.

    Args:
        setting: results under one prompt setting.
        descriptions: sensitivity analysis to the change that it makes.
    """
    level = selectors.headline_rows(setting)[0]
    body = []
    if level in setting.answers:
        meta = setting.answers[level].meta
        body = [[PRIMARY, *_means(meta.random_effects, meta.fixed_set), "as declared"]]
    for name, answers in setting.sensitivity.items():
        if level in answers:
            means = _means(answers[level].random_effects, answers[level].fixed_set)
            body.append([name, *means, descriptions[name]])
    return ReportTable(
        "sensitivity",
        f"{display_name(level)} under other analyses",
        ["analysis", "pairs", "pooled [95 % CI]", "these pairs [95 % CI]", "change"],
        body,
        "Values are in points. An analysis that leaves out items because of their answers is "
        "conditional on these answers.",
    )


def moderators(setting: PromptResults) -> ReportTable:
    """Means of each kind of pairs; exploratory."""
    body = [
        [*_labels(effect), str(len(effect.pairs)), _estimate(effect.mean), _against_others(effect)]
        for effect in setting.moderators
    ]
    return ReportTable(
        "moderators",
        "Kinds of pairs",
        ["level", "kind", "pairs", "these pairs [95 % CI]", "minus the other pairs [95 % CI]"],
        body,
        "Exploratory: each line rests on few pairs, which differ in more than the named kind. The "
        "mean of these pairs says nothing about the reason: one pair may cause it. Whether a kind "
        "matters is in the last column alone. A "
        "difference of two levels has no other pairs: the mean is that of exactly these, beside "
        "the pooled mean for pairs of this kind.",
    )


def _labels(effect: ModeratorEffect) -> tuple[str, str]:
    """Level and kind; the contrast of the levels is of all pairs."""
    if effect.moderator == "level":
        return " minus ".join(map(display_name, effect.level.split(" - "))), "all"
    return display_name(effect.level), f"{effect.moderator}: {effect.kind}"


def _against_others(effect: ModeratorEffect) -> str:
    if effect.against_others is None:
        return str(effect.refused)
    pooled = " for pairs of this kind" if effect.moderator == "level" else ""
    return f"{_estimate(effect.against_others)}{pooled}"


def _means(population: RandomEffects, fixed_set: Estimate) -> list[str]:
    """Number of pairs, mean of their population, mean of exactly these."""
    pooled = NONE
    if population.refused is None:
        pooled = number_format.estimate(population.mu, population.ci95)
    return [str(population.n_pairs), pooled, _estimate(fixed_set)]


def _estimate(estimate: Estimate) -> str:
    return number_format.estimate(estimate.delta, estimate.interval())
