from collections.abc import Sequence
from dataclasses import replace

import pytest

from analysis.paired_study import StudyResults
from analysis.paired_study.replicability import Replication, replications
from analysis.paired_study.rows import ResultRow


def with_p(results: StudyResults, p: Sequence[float]) -> list[ResultRow]:
    """The task rows of one pair, with one-sided p-values of a decline."""
    rows = [
        row for row in results.rows if row.judgement.tests == "F3" and row.key.tuned == "meditron7b"
    ]
    return [
        row._replace(comparison=replace(row.comparison, p_less=value, p_greater=1 - value))
        for row, value in zip(rows, p, strict=True)
    ]


def decline(found: Sequence[Replication]) -> Replication:
    (made,) = [each for each in found if (each.over, each.direction) == ("tasks", "decline")]
    return made


DROR = (0.168, 0.297, 0.357, 0.019, 0.218, 0.001)


def test_the_published_counts_at_twice_their_level(results: StudyResults) -> None:
    """Dror et al. 2017: 1 by Bonferroni and 2 by Fisher at .05, which is alpha / 2 here."""
    made = decline(replications(with_p(results, DROR), 0.1, shared=False))
    assert (made.at_least, made.at_least_fisher, made.n) == (1, 2, 6)
    assert made.p[:3] == pytest.approx((0.006, 0.095, 0.672), abs=1e-3)
    assert "With 90 % confidence there is a real decline in at least 1 of 6 tasks" in made.sentence


def test_each_direction_has_half_of_alpha(results: StudyResults) -> None:
    p = (0.03 / 6, 0.9, 0.9, 0.9, 0.9, 0.9)
    assert decline(replications(with_p(results, p), 0.05, shared=False)).at_least == 0
    assert decline(replications(with_p(results, p), 0.07, shared=False)).at_least == 1


def test_tests_of_the_same_patients_are_not_combined_by_fisher(results: StudyResults) -> None:
    made = decline(replications(with_p(results, DROR), 0.1, shared=True))
    assert (made.at_least, made.at_least_fisher) == (1, None)


def test_an_untested_task_counts_as_no_decline(results: StudyResults) -> None:
    rows = with_p(results, DROR)
    rows[5] = rows[5]._replace(comparison=replace(rows[5].comparison, p_less=None))
    made = decline(replications(rows, 0.1, shared=False))
    assert (made.at_least, made.n) == (0, 6)


def test_over_pairs_only_bonferroni_counts(results: StudyResults) -> None:
    found = [each for each in results.settings[0].replications if each.over == "pairs"]
    assert {each.of for each in found} >= {"mednli", "longhealth"}
    assert all(each.at_least_fisher is None for each in found)


def test_the_study_counts_at_half_its_alpha(results: StudyResults) -> None:
    for each in results.settings[0].replications:
        assert each.at_least == sum(p <= 0.025 for p in each.p)
