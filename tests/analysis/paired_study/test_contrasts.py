"""Two pairs against each other, by the joint covariance and by the items themselves."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from analysis.configuration import configuration
from analysis.paired_study import StudyResults, run
from analysis.paired_study.contrasts import ContrastRow, requested_pairs
from analysis.paired_study.series import task_score
from analysis.report.contrasts_in_words import sentence
from analysis.report.formats.console import study_lines
from analysis.report.tables.contrasts import contrasts as table
from analysis.stats.clusters import robust
from analysis.stats.multiplicity import holm
from analysis.stats.paired import Sums
from benchmarks.found_study import found_study
from clue.errors import ConfigError
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, record

SIBLINGS = "med42_8b:aloe8b"
APART = "med42_8b:meditron7b"
SCORES = 6 + 3
"""Data sets and levels."""


@pytest.fixture(scope="module")
def study(store: Path) -> StudyResults:
    return run(found_study(store), quick(sensitivity=False, contrasts=[SIBLINGS, APART]))


def rows_of(study: StudyResults, second: str) -> dict[str, ContrastRow]:
    (setting,) = study.settings
    return {
        row.key.task: row for row in setting.contrasts if row.key.second.startswith(f"{second} - ")
    }


@pytest.mark.parametrize("second", ["aloe8b", "meditron7b"])
@pytest.mark.parametrize("task", ["medisumcode", "medisumqa", "mednli", "meqsum"])
def test_the_error_is_that_of_the_differences_of_items(
    study: StudyResults, second: str, task: str
) -> None:
    """Both pairs answered the same items: item by item, the contrast is one paired series."""
    first, other = (
        score
        for name in ("med42_8b", second)
        for one in study.aligned
        if (one.match.pair.tuned, one.match.task) == (name, task) and (score := task_score(one))
    )
    change = first.differences - other.differences
    codes = first.codes
    expected = robust(Sums(np.bincount(codes, change), np.bincount(codes).astype(float)))
    contrast = rows_of(study, second)[task].contrast
    assert contrast.delta == pytest.approx(expected.delta)
    assert contrast.se_cr2 == pytest.approx(expected.se_cr2)
    assert contrast.df == pytest.approx(expected.df)
    assert contrast.p == pytest.approx(expected.p)
    assert contrast.ci95 == pytest.approx(expected.interval())


def test_a_shared_base_drops_out(study: StudyResults) -> None:
    """Two biomedical models of one base: the contrast is the difference of their scores."""
    means = {
        row.key.tuned: row.comparison.mean_tuned
        for row in study.rows
        if (row.key.scope, row.key.task, row.key.analysis) == ("level", "overall", "primary")
    }
    contrast = rows_of(study, "aloe8b")["overall"].contrast
    assert contrast.delta == pytest.approx(means["med42_8b"] - means["aloe8b"])


def test_levels_are_weighted_sums_of_tasks(study: StudyResults) -> None:
    rows = rows_of(study, "meditron7b")
    parts = [rows[name].contrast.delta for name in ("longhealth", "medisumqa", "medisumcode")]
    deltas = [part for part in parts if part is not None]
    assert rows["level2"].contrast.delta == pytest.approx(np.mean(deltas))


def test_all_requested_contrasts_are_one_family(study: StudyResults) -> None:
    (setting,) = study.settings
    assert len(setting.contrasts) == 2 * SCORES
    contrasts = [row.contrast for row in setting.contrasts]
    assert {one.hypotheses for one in contrasts} == {2 * SCORES}
    p = [np.nan if one.p is None else one.p for one in contrasts]
    assert [one.p_adjusted for one in contrasts] == pytest.approx(holm(p).tolist())


def test_the_other_order_turns_the_sign(store: Path, study: StudyResults) -> None:
    turned = run(found_study(store), quick(sensitivity=False, contrasts=["aloe8b:med42_8b"]))
    (setting,) = turned.settings
    for row in setting.contrasts:
        same = rows_of(study, "aloe8b")[row.key.task].contrast
        assert same.delta is not None
        assert row.contrast.delta == pytest.approx(-same.delta)
        assert row.contrast.se_cr2 == pytest.approx(same.se_cr2)


def test_text_table_and_terminal_have_the_numbers_of_the_row(study: StudyResults) -> None:
    (setting,) = study.settings
    printed = "\n".join(study_lines(study, quick()))
    for row, line in zip(setting.contrasts, table(setting.contrasts).rows, strict=True):
        text = sentence(row, 0.05)
        assert text in printed
        assert text.startswith("[synthetic scores] On ")
        shown, _, limits = line[5].rstrip("]").partition(" [")
        assert (
            f"{line[3]} and {line[4]} points, first minus second {shown} (95 % CI {limits};" in text
        )
        settled = row.contrast.p_adjusted is not None and row.contrast.p_adjusted <= 0.05
        assert settled == ("not settled" not in text)


def test_nothing_is_compared_without_a_request(results: StudyResults) -> None:
    (setting,) = results.settings
    assert setting.contrasts == []
    assert "against each other" not in "\n".join(study_lines(results, quick()))


def test_a_score_that_one_pair_lacks_is_refused(tmp_path: Path) -> None:
    metrics = {"mednli": ("accuracy",), "meqsum": ("rouge1", "rouge2", "rougeL", "bertscore_f1")}
    factors = {"b": 3, "t": 4, "u": 5}
    for model, factor in factors.items():
        for task in ("mednli",) if model == "u" else metrics:
            records = [
                record(f"s{n}", dict.fromkeys(metrics[task], factor * n % 7 / 7))
                for n in range(1, 8)
            ]
            base = None if model == "b" else "b"
            cell(tmp_path, model, task, records, base=base, access="open")
    settings = quick(sensitivity=False, contrasts=["t:u"])
    (setting,) = run(found_study(tmp_path), settings).settings
    by_task = {row.key.task: row for row in setting.contrasts}
    assert by_task["meqsum"].contrast.refused == "u - b has no such score"
    assert sentence(by_task["meqsum"], 0.05) == (
        "On MeQSum, t - b against u - b: not tested, u - b has no such score."
    )
    assert by_task["mednli"].contrast.refused is None


def test_the_command_line_requests_contrasts() -> None:
    assert configuration(["contrasts=[t:u,'a - b:c - d']"]).contrasts == ["t:u", "a - b:c - d"]


@pytest.mark.parametrize("request_text", ["a", "a:c", "a:a", "a:b:a", "both:a"])
def test_a_request_that_does_not_name_two_pairs_is_an_error(request_text: str) -> None:
    pairs = ["a - base", "b - base", "both - base", "both - other"]
    with pytest.raises(ConfigError, match="write first:second with two of a - base, b - base"):
        requested_pairs([request_text], pairs)


def test_full_names_choose_among_bases() -> None:
    pairs = ["both - base", "both - other"]
    assert requested_pairs(["both - base:both - other"], pairs) == [(pairs[0], pairs[1])]


def test_a_wrong_name_is_refused_before_anything_is_compared(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("analysis.paired_study.run")
    monkeypatch.setattr(module, "align_all", pytest.fail)
    with pytest.raises(ConfigError, match=r"med42_8b:med43_8b.* two pairs"):
        run(found_study(store), quick(contrasts=["med42_8b:med43_8b"]))
