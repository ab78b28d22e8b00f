"""Data that have no error, no interval or one large cluster: every number in a text is a number."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cli.compare_output import lines
from analysis.paired_study import StudyResults, run
from analysis.pairing.file_comparison import FileComparison
from analysis.report.document import ReportTable
from analysis.report.formats.console import study_lines
from analysis.report.items import sections
from analysis.report.tables import pairs, pooled
from analysis.report.tables.estimand import estimand
from analysis.sentences.verdict import Labels, sentence
from analysis.stats.battery import battery
from analysis.stats.comparison import Options
from analysis.stats.paired import Interval, Paired
from benchmarks.found_study import found_study
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, record
from tests.analysis.pairing.test_pair_files import pair as pair_files
from tests.analysis.pairing.test_pair_files import results as file_results

NO_NUMBER = re.compile(r"(?<![a-z])[-+±]?(nan|inf)(?![a-z])", re.IGNORECASE)
Score = Callable[[int], float]

SCORES: dict[str, tuple[Score, Score]] = {
    "the same": (lambda n: n % 2, lambda n: n % 2),
    "all wrong": (lambda n: 0.0, lambda n: 0.0),
    "a constant difference": (lambda n: 0.3, lambda n: 0.4),
    "one item": (lambda n: 0.0, lambda n: float(n == 0)),
    "every item": (lambda n: 0.0, lambda n: 1.0),
    "a gain": (lambda n: 0.1 * (n % 5), lambda n: 0.1 * (n % 5) + 0.01 * (1 + n % 7)),
}
CLUSTERS: dict[str, Callable[[int], str]] = {
    "single": lambda n: "a",
    "few": lambda n: str(n % 5),
    "one large": lambda n: "large" if n < 95 else str(n),
    "items": str,
}


def is_worded(text: str) -> bool:
    return NO_NUMBER.search(text) is None


@st.composite
def degenerate(draw: st.DrawFn) -> Paired:
    """Series with constant, rare or missing differences in clusters of any sizes."""
    n = draw(st.integers(1, 30))
    codes = draw(st.sampled_from([1, 2, 5, 6, n]))
    values = draw(st.sampled_from([[0.0], [100.0], [0.0, 100.0], [0.0, 1e-12], [33.3, 70.0]]))
    scores = st.lists(st.sampled_from(values), min_size=n, max_size=n).map(np.array)
    base = draw(scores)
    tuned = base + draw(st.sampled_from([5.0, -5.0])) if draw(st.booleans()) else draw(scores)
    ids = [f"{number:03}" for number in range(n)]
    return Paired.of(ids, [str(min(number, codes - 1)) for number in range(n)], base, tuned)


@given(degenerate(), st.sampled_from([None, 2.0]), st.booleans())
def test_no_sentence_and_no_line_has_a_number_that_is_none(
    paired: Paired, margin: float | None, missing: bool
) -> None:
    comparison = battery(paired, Options(margin=margin, flips=999, draws=999))
    bounds = Interval(-3.0, 4.0) if missing else None
    labels = Labels("base", "tuned", "task", "points", "Holm", 72, bounds=bounds)
    text = sentence(comparison, labels)
    assert is_worded(text)
    base, tuned = file_results({"a": 1.0}), file_results({"a": 0.0})
    compared = FileComparison(base, tuned, pair_files(base, tuned), comparison, labels, ())
    assert all(is_worded(line) for line in lines(compared))


@pytest.mark.parametrize("clusters", CLUSTERS)
@pytest.mark.parametrize("scores", SCORES)
def test_no_table_of_a_degenerate_study_has_one(tmp_path: Path, scores: str, clusters: str) -> None:
    results = study(tmp_path, scores, clusters)
    (setting,) = results.settings
    tables = [
        *(make(setting) for make in (pairs.levels, pairs.tasks, pairs.equivalence)),
        *(make(setting) for make in (pairs.replicability, pooled.moderators, estimand)),
        pooled.sensitivity(setting, {}),
    ]
    for section in sections(setting, quick()):
        tables += section.tables
        assert all(is_worded(text) for text in (*section.paragraphs, *section.points))
    assert [text for table in tables for text in texts(table) if not is_worded(text)] == []
    assert [line for line in study_lines(results, quick()) if not is_worded(line)] == []


def study(store: Path, scores: str, clusters: str) -> StudyResults:
    for number, (model, base) in enumerate({"b": None, "t": "b"}.items()):
        records = [
            record(
                f"s{item:03}",
                {"accuracy": SCORES[scores][number](item)},
                cluster=CLUSTERS[clusters](item),
            )
            for item in range(100)
        ]
        cell(store, model, "mednli", records, base=base, access="open")
    return run(found_study(store), quick(sensitivity=False))


def texts(table: ReportTable) -> Iterator[str]:
    yield from (table.title, table.note)
    yield from (text for row in table.rows for text in row)


def test_a_cluster_with_nearly_all_items_gives_a_warning(tmp_path: Path) -> None:
    results = study(tmp_path, "a gain", "one large")
    (row,) = [row for row in results.rows if row.key.scope == "task"]
    assert row.comparison.df == pytest.approx(1.1, abs=0.06)
    assert (
        "Warning: one cluster has 95.0 % of the items, so the interval rests on 1.1 degrees of "
        "freedom." in row.judgement.sentence
    )


def test_enough_clusters_give_no_warning(tmp_path: Path) -> None:
    results = study(tmp_path, "a gain", "items")
    assert not [row for row in results.rows if "Warning" in row.judgement.sentence]


def test_few_clusters_are_the_reason_of_a_warning(tmp_path: Path) -> None:
    (row,) = [row for row in study(tmp_path, "a gain", "few").rows if row.key.scope == "task"]
    assert row.comparison.refused is not None or "Warning: 5 clusters, so" in row.judgement.sentence
