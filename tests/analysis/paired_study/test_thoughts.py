"""Thoughts in the paired study: rows, marks, and the analysis without unfinished thoughts."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import compare
from analysis.paired_study import StudyResults, run
from analysis.paired_study.output import write_study
from analysis.paired_study.sensitivity import FINISHED
from analysis.paired_study.summary import summary
from analysis.paired_study.thought_rows import PairThoughts
from benchmarks.found_study import cells_by_name, found_study
from clue.config.study_schema import StudyConf
from clue.marks import ONLY_BASE_THINKS, ONLY_TUNED_THINKS, THINK_DIFFERENTLY
from clue.records import Record
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.thinking import (
    ALLOWED,
    AT_ONCE,
    COT,
    ITEMS,
    NATIVE,
    TOKENS,
    Thinker,
    pair,
)

MIXED = Thinker(ends=("closed", "closed", "cut", "closed", "open"))


def results(store: Path, **changes: Any) -> StudyResults:
    study = StudyConf(allowed_differences=list(ALLOWED))
    return run(found_study(store), quick(study=study, **changes))


def thoughts(of: StudyResults) -> PairThoughts:
    (setting,) = of.settings
    (row,) = setting.thoughts
    return row.thoughts


def test_shares_and_tokens_are_those_of_the_records(tmp_path: Path) -> None:
    pair(tmp_path, Thinker(ends=("closed", "absent")), MIXED)
    row = thoughts(results(tmp_path, sensitivity=False))
    assert (row.cut_base, row.unfinished_base, row.absent_base) == (0, 0, 50)
    assert (row.cut_tuned, row.unfinished_tuned, row.absent_tuned) == (20, 20, 0)
    assert row.tokens_base == row.tokens_tuned == TOKENS
    assert (row.mode_base, row.budget_tuned, row.requests_base) == ("native", 64, "two phases")
    assert row.difference == ""
    assert row.delta_finished is None


def test_the_difference_without_unfinished_thoughts_drops_those_of_either_model(
    tmp_path: Path,
) -> None:
    base, tuned = pair(tmp_path, Thinker(ends=("cut", *["closed"] * 7)), MIXED)
    row = thoughts(results(tmp_path))

    def is_broken(record: Record) -> bool:
        return record.flags["thought_cut"] or record.flags["unfinished_thought"]

    both = [
        (b, t) for b, t in zip(base, tuned, strict=True) if not is_broken(b) and not is_broken(t)
    ]
    expected = np.mean([(t.scores["accuracy"] or 0) - (b.scores["accuracy"] or 0) for b, t in both])
    assert row.delta_finished == pytest.approx(100 * expected)
    assert (row.n, row.n_finished) == (ITEMS, len(both))
    assert 0 < len(both) < ITEMS
    assert row.ci95_finished is not None
    assert row.ci95_finished.low < row.delta_finished < row.ci95_finished.high


def test_nothing_is_dropped_if_all_thoughts_are_finished(tmp_path: Path) -> None:
    pair(tmp_path, Thinker(), Thinker(ends=("closed", "absent")))
    of = results(tmp_path)
    assert thoughts(of).n_finished is None
    assert FINISHED not in {row.key.analysis for row in of.rows}


@pytest.mark.parametrize(
    ("base", "tuned", "mark"),
    [
        (AT_ONCE, MIXED, ONLY_TUNED_THINKS),
        (MIXED, AT_ONCE, ONLY_BASE_THINKS),
        (Thinker(wanted=None), Thinker(wanted=COT), ONLY_TUNED_THINKS),
        (Thinker(wanted={**NATIVE, "budget": 32}), Thinker(), THINK_DIFFERENTLY),
        (Thinker(wanted=COT), Thinker(), THINK_DIFFERENTLY),
        (Thinker(requests="one request"), Thinker(), THINK_DIFFERENTLY),
    ],
)
def test_unequal_thinking_marks_the_pair_everywhere(
    tmp_path: Path, base: Thinker, tuned: Thinker, mark: str
) -> None:
    pair(tmp_path, base, tuned)
    of = results(tmp_path)
    assert thoughts(of).difference == mark
    assert all(row.marks == (mark,) for row in of.rows)
    for row in of.rows:
        assert row.judgement.sentence.startswith(f"[{mark}] ")
        assert "the difference is that of training and of" in row.judgement.sentence
    document = summary(of, quick())
    assert document["comparisons"][0]["marks"] == document["marks"] == [mark]
    assert any("is that of training and of" in note for note in document["comparisons"][0]["notes"])
    assert [cell["marks"] for cell in document["cells"]] == [[], []]
    write_study(tmp_path, of.rows, document, of.tables)
    with (tmp_path / "thoughts.csv").open() as file:
        assert [line["difference"] for line in csv.DictReader(file)] == [mark]
    with (tmp_path / "cells.csv").open() as file:
        assert {line["marks"] for line in csv.DictReader(file)} == {mark}


def test_a_pair_of_which_one_model_thinks_needs_no_permission(tmp_path: Path) -> None:
    pair(tmp_path, AT_ONCE, Thinker())
    of = run(found_study(tmp_path), quick())
    assert not of.refused
    assert thoughts(of).mode_base == "none"
    assert thoughts(of).budget_base is thoughts(of).cut_base is None


@pytest.mark.parametrize("thinker", [Thinker(), Thinker(wanted=COT)])
def test_equal_thinking_is_no_remark(tmp_path: Path, thinker: Thinker) -> None:
    pair(tmp_path, thinker, thinker)
    of = run(found_study(tmp_path), quick())
    assert of.marks == ()
    assert not [note for one in of.aligned for note in one.notes() if "think" in note]
    assert (
        summary(of, quick())["cells"][0]["thinking"]["mode"]
        == thinker.generation["protocol"]["thinking"]["mode"]
    )


def test_a_study_without_thoughts_has_no_trace_of_them(tmp_path: Path) -> None:
    pair(tmp_path, Thinker(wanted=None), Thinker(wanted=None))
    of = run(found_study(tmp_path), quick())
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thoughts.csv").write_text("of an earlier analysis\n")
    paths = write_study(tmp_path / "out", of.rows, summary(of, quick()), of.tables)
    assert "thoughts.csv" not in {path.name for path in paths}
    assert not (tmp_path / "out" / "thoughts.csv").exists()
    text = json.dumps(summary(of, quick())) + "".join(
        path.read_text() for path in paths if path.suffix == ".csv"
    )
    assert "thought" not in text
    assert "thinking" not in text


def test_tables_of_records_are_compared_with_the_same_marks_and_notes(tmp_path: Path) -> None:
    pair(tmp_path, AT_ONCE, MIXED)
    base, tuned = (
        cell.path for cell in sorted(cells_by_name(tmp_path).values(), key=lambda cell: cell.key)
    )
    comparison = compare(base, tuned)
    assert comparison.labels.marks == (ONLY_TUNED_THINKS,)
    assert "Only meditron7b thinks before it answers" in comparison.sentence
    (study,) = results(tmp_path).aligned
    notes = [note for note in study.notes() if "thoughts" in note or "thinks" in note]
    assert len(notes) == 2
    assert [note for note in comparison.notes if note in notes] == notes
    assert "meditron7b: 40.0 % of its thoughts were cut or unfinished." in notes[1]
