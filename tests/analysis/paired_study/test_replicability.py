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


def decline(counts: Sequence[Replication]) -> Replication:
    (replication,) = [
        replication
        for replication in counts
        if (replication.over, replication.direction) == ("tasks", "decline")
    ]
    return replication


DROR = (0.168, 0.297, 0.357, 0.019, 0.218, 0.001)


def test_the_published_counts_at_twice_their_level(results: StudyResults) -> None:
    """Dror et al. 2017: 1 by Bonferroni and 2 by Fisher at .05, which is alpha / 2 here."""
    replication = decline(replications(with_p(results, DROR), 0.1, shared=False))
    assert (replication.at_least, replication.at_least_fisher, replication.n) == (1, 2, 6)
    assert replication.p[:3] == pytest.approx((0.006, 0.095, 0.672), abs=1e-3)


def test_a_sentence_says_only_what_holds_for_all_lines_together(results: StudyResults) -> None:
    """Of its own p-values the line would claim 1; no verdict of the family is a change."""
    undetected = [
        row._replace(judgement=replace(row.judgement, verdict="inconclusive"))
        for row in with_p(results, DROR)
    ]
    replication = decline(replications(undetected, 0.1, shared=False))
    assert (replication.at_least, replication.confirmed) == (1, 0)
    assert replication.sentence.endswith(": a decline is confirmed in 0 of 6 tasks.")
    declines = [
        row._replace(
            comparison=replace(row.comparison, delta=-1.0),
            judgement=replace(row.judgement, verdict=verdict),
        )
        for row, verdict in zip(
            undetected, ["decline", "detectable but small", *["inconclusive"] * 4], strict=True
        )
    ]
    for replication in replications(declines, 0.1, shared=False):
        if replication.over == "tasks":
            assert replication.confirmed == (2 if replication.direction == "decline" else 0)


def test_each_direction_has_half_of_alpha(results: StudyResults) -> None:
    p = (0.03 / 6, 0.9, 0.9, 0.9, 0.9, 0.9)
    assert decline(replications(with_p(results, p), 0.05, shared=False)).at_least == 0
    assert decline(replications(with_p(results, p), 0.07, shared=False)).at_least == 1


def test_tests_of_the_same_patients_are_not_combined_by_fisher(results: StudyResults) -> None:
    replication = decline(replications(with_p(results, DROR), 0.1, shared=True))
    assert (replication.at_least, replication.at_least_fisher) == (1, None)


def test_an_untested_task_counts_as_no_decline(results: StudyResults) -> None:
    rows = with_p(results, DROR)
    rows[5] = rows[5]._replace(comparison=replace(rows[5].comparison, p_less=None))
    replication = decline(replications(rows, 0.1, shared=False))
    assert (replication.at_least, replication.n) == (0, 6)


def test_over_pairs_only_bonferroni_counts(results: StudyResults) -> None:
    counts = [
        replication
        for replication in results.settings[0].replications
        if replication.over == "pairs"
    ]
    assert {replication.of for replication in counts} >= {"mednli", "longhealth"}
    assert all(replication.at_least_fisher is None for replication in counts)


def test_the_study_counts_at_half_its_alpha(results: StudyResults) -> None:
    for replication in results.settings[0].replications:
        assert replication.at_least == sum(p <= 0.025 for p in replication.p)
