"""Figures of many pairs show some of them, say so, and change no number of those."""

from dataclasses import replace

import pytest

from analysis.paired_study import StudyResults
from analysis.report import selectors
from analysis.report.figures import margins, render, shown_pairs
from analysis.report.first_screen import first_screen
from tests.analysis.paired_study.conftest import quick


def pairs(results: StudyResults) -> list[str]:
    setting = selectors.reported_setting(results)
    assert setting is not None
    return [pair for _, pair in selectors.pairs_by_family(setting)]


def test_few_pairs_are_all_shown_without_a_note(results: StudyResults) -> None:
    assert shown_pairs.shown_pairs(results) == set(pairs(results))
    assert shown_pairs.of_shown_pairs(results) is results
    assert shown_pairs.note(results) == ""


@pytest.mark.parametrize("name", ["forest", "heatmap", "levels", "failures", "margins"])
def test_a_figure_names_what_it_leaves_out(
    results: StudyResults, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(shown_pairs, "MOST_PAIRS", 1)
    (shown,) = shown_pairs.shown_pairs(results)
    figure = render(name, results, quick(), {})
    assert figure is not None
    assert f"Shown: 1 of {len(pairs(results))} pairs" in figure.caption
    drawn = f"{figure.alt} {figure.svg}"
    hidden = {pair.partition(" - ")[0] for pair in pairs(results)} - {shown.partition(" - ")[0]}
    assert shown.partition(" - ")[0] in drawn
    assert hidden
    assert not [tuned for tuned in hidden if f">{tuned}<" in drawn or f"{tuned} - " in drawn]


def test_a_pair_with_a_change_is_shown_first(
    results: StudyResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = pairs(results)[-1]
    setting = results.settings[0]
    rows = [
        row
        if row.key.pair == last
        else row._replace(judgement=replace(row.judgement, verdict="inconclusive"))
        for row in setting.rows
    ]
    monkeypatch.setattr(shown_pairs, "MOST_PAIRS", 2)
    changed = replace(results, settings=[replace(setting, rows=rows)])
    assert shown_pairs.shown_pairs(changed) == {last, pairs(results)[0]}


def test_margins_are_corrected_for_all_pairs(
    results: StudyResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = margins.alt(results)
    monkeypatch.setattr(shown_pairs, "MOST_PAIRS", 1)
    (shown,) = shown_pairs.shown_pairs(results)
    text = margins.alt(results).partition(": ")[2].rstrip(".")
    assert text.startswith(shown)
    assert text in complete


def test_strips_of_a_narrow_screen_are_those_of_the_forest_plot(
    results: StudyResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_pairs, "MOST_PAIRS", 2)
    shown = {pair.partition(" - ")[0] for pair in shown_pairs.shown_pairs(results)}
    assert {strip.name for strip in first_screen(results, quick()).strips} == shown
    assert len(shown) == 2 < len(pairs(results))
