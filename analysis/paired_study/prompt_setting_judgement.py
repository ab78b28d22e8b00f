"""Adjusts the p-values of all comparisons of prompt settings, and makes claims and sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.paired_study.prompt_setting_rows import (
    CommonItems,
    SettingChange,
    SettingComparison,
    SettingKey,
)
from analysis.sentences.prompt_settings import (
    SUBJECTS,
    Change,
    SettingLabels,
    Subject,
    claim,
    sentence,
)
from analysis.stats.comparison import Comparison
from analysis.stats.multiplicity import benjamini_hochberg


@dataclass(frozen=True)
class TestedSettings:
    """A score of a pair under two prompt settings, tested but not yet adjusted."""

    key: SettingKey
    items: CommonItems
    comparisons: Mapping[Subject, Comparison]

    def p(self, subject: Subject) -> float | None:
        """Primary p; levels are not sign-flipped, their test is the t-test."""
        comparison = self.comparisons[subject]
        return comparison.p_cr2 if self.key.scope == "level" else comparison.p


def judge_settings(tested: Sequence[TestedSettings]) -> list[SettingComparison]:
    """Adjusts the p-values of all changes together, by Benjamini and Hochberg.

    A change that was not tested stays in the family.
    """
    raw = [one.p(subject) for one in tested for subject in SUBJECTS]
    numbers = [float("nan") if p is None else p for p in raw]
    adjusted = iter(benjamini_hochberg(numbers).tolist() if numbers else [])
    return [
        _judged(one, {subject: _number(next(adjusted)) for subject in SUBJECTS}, len(raw))
        for one in tested
    ]


def _judged(
    tested: TestedSettings, q: Mapping[Subject, float | None], hypotheses: int
) -> SettingComparison:
    key, items = tested.key, tested.items
    labels = SettingLabels(
        *(key.first_prompt, key.second_prompt, key.base, key.tuned, key.task),
        *(items.n_first, items.n_second, items.marks),
    )
    text = sentence(labels, {name: Change(tested.comparisons[name], q[name]) for name in SUBJECTS})
    changes = {name: _change(tested, name, q[name], hypotheses) for name in SUBJECTS}
    return SettingComparison(key, items, **changes, sentence=text)


def _change(
    tested: TestedSettings, subject: Subject, q: float | None, hypotheses: int
) -> SettingChange:
    comparison = tested.comparisons[subject]
    return SettingChange(
        subject=subject,
        mean_first=comparison.mean_tuned,
        mean_second=comparison.mean_base,
        delta=comparison.delta,
        se_cr2=comparison.se_cr2,
        df=comparison.df,
        ci95=comparison.interval,
        n_informative=comparison.n_informative,
        test="t" if tested.key.scope == "level" else comparison.primary,
        p=tested.p(subject),
        q=q,
        hypotheses=hypotheses,
        claim=claim(comparison, q),
        refused=comparison.refused,
    )


def _number(value: float) -> float | None:
    return None if value != value else value  # nan: it was not tested
