"""Claims that depend on what is averaged, or on samples that are missing."""

from pathlib import Path

import pytest

from analysis.number_format import points
from analysis.paired_study import StudyResults, run
from analysis.paired_study.rows import ResultRow
from analysis.report.tables import pairs
from analysis.report.tables.estimand import estimand
from analysis.report.verdict_symbols import symbol
from benchmarks.found_study import found_study
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, record

NAMES = ("rouge1", "rouge2", "rougeL", "bertscore_f1")
ITEMS = 40


def study(store: Path, decline: float, missing: int) -> StudyResults:
    """A pair on MeQSum with a decline of all items; the biomedical model lacks some samples."""
    for model, base in (("b", None), ("t", "b")):
        records = [
            record(
                f"s{item:02}",
                dict.fromkeys(
                    NAMES, 0.2 + 0.01 * (item % 7) - (base == "b") * decline * (1 + item % 3)
                ),
            )
            for item in range(ITEMS - (base == "b") * missing)
        ]
        cell(store, model, "meqsum", records, base=base, access="open")
    return run(found_study(store), quick(sensitivity=False))


def score(results: StudyResults) -> ResultRow:
    (row,) = [row for row in results.rows if row.key.scope == "task"]
    return row


def test_a_claim_that_missing_samples_could_undo_says_so(tmp_path: Path) -> None:
    results = study(tmp_path, 0.015, 2)
    row = score(results)
    bounds = row.data.bounds
    assert bounds is not None
    assert bounds.low < 0 < bounds.high
    assert row.judgement.verdict == "decline"
    assert row.is_fragile
    assert row.judgement.sentence.endswith(
        " The missing samples could undo this claim: had they scored worst or best, the "
        f"difference would be between {points(bounds.low)} points and {points(bounds.high)} "
        "points."
    )
    assert symbol(row) == "▼?"
    assert pairs.tasks(results.settings[0]).rows[0][-1] == "decline (?)"


@pytest.mark.parametrize(("decline", "missing"), [(0.05, 2), (0.015, 0)])
def test_a_claim_that_they_could_not_undo_has_no_mark(
    tmp_path: Path, decline: float, missing: int
) -> None:
    results = study(tmp_path, decline, missing)
    row = score(results)
    assert row.judgement.verdict == "decline"
    assert not row.is_fragile
    assert "missing samples" not in row.judgement.sentence
    assert symbol(row) == "▼"
    assert pairs.tasks(results.settings[0]).rows[0][-1] == "decline"


def test_only_clustered_scores_have_a_mean_over_clusters(results: StudyResults) -> None:
    (setting,) = results.settings
    rows = [row for row in setting.rows if row.key.analysis == "primary"]
    for row in rows:
        clustered = row.comparison.clustered and row.key.scope != "level"
        assert (row.comparison.delta_clusters is not None) == clustered
    table = estimand(setting)
    shown = [row for row in rows if row.key.scope == "task" and row.comparison.clustered]
    by_name = {(row.key.tuned, row.key.task): row.comparison for row in shown}
    assert {line[1] for line in table.rows} >= {"LongHealth", "MedNLI", "MeDiSumQA"}
    for line in table.rows:
        if line[1] == "LongHealth":
            comparison = by_name[line[0], "longhealth"]
            assert line[2].partition(" [")[0] == points(comparison.delta)
            assert line[3].partition(" [")[0] == points(comparison.delta_clusters)
