"""The section of the report on sampled answers."""

import csv
from pathlib import Path

import pytest

from analysis.paired_study import run
from analysis.paired_study.draw_rows import DrawRow, SampledScore
from analysis.paired_study.output import write_study
from analysis.paired_study.score_key import ScoreKey
from analysis.paired_study.summary import summary
from analysis.report import write
from analysis.report.draws_in_words import sampled_with, sentence
from analysis.report.sections import build_report
from analysis.settings import AnalysisConf
from benchmarks.found_study import found_study
from clue.config.study_schema import StudyConf
from tests.analysis.banned import BANNED
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.drawn import GUMBEL, closed, pair
from tests.analysis.report.test_report import Page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("drawn")
    pair(store, lambda role: closed(role, 5 - 2 * role), demo=True)
    results = run(found_study(store), quick())
    write_study(store / "out", results.rows, summary(results, quick()), results.tables)
    write(results, quick(), store / "out")
    return store / "out"


def test_the_page_says_what_sampling_adds(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    assert "## Draws" in text
    assert "3 draws of each prompt, with the same random numbers for both models" in text
    assert "llama2_7b has 5 draws and meditron7b 3; only draws that both have count." in text
    assert "% is sampling; more than" in text
    assert (
        "Answers are sampled: temperature 0.7, top-p 0.9, seed 3 (gumbel-1), 3 or 5 draws" in text
    )
    assert "its draws are averaged first" in text
    page = Page((folder / "report.html").read_text())
    assert page.open == []
    assert "#draws" in page.links


def test_tables_and_files_have_the_numbers_and_marks(folder: Path) -> None:
    with (folder / "draws.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["draws"], row["draws_base"], row["coupled"]) == ("3", "5", "true")
    with (folder / "tables" / "draws.csv").open() as file:
        (line,) = csv.DictReader(file)
    assert float(line["sampling %"]) == pytest.approx(100 * float(row["share"]), abs=0.5)
    assert line["draws worth having"] == row["draws_enough"]
    assert line["marks"] == row["marks"] == "fictional data"
    with (folder / "tables" / "votes.csv").open() as file:
        _, votes = csv.reader(file)
    assert float(votes[5]) == pytest.approx(float(row["vote_base"]), abs=0.05)
    assert float(votes[10]) == pytest.approx(float(row["pass_all_tuned"]), abs=0.05)


def test_a_study_without_draws_has_no_section(tmp_path: Path) -> None:
    pair(tmp_path, lambda role: closed(role, 1), decodings=("greedy", "greedy"))
    results = run(found_study(tmp_path), quick())
    report = build_report(results, quick())
    assert "draws" not in {section.anchor for section in report.sections}
    write(results, quick(), tmp_path / "out")
    page, _, _ = (tmp_path / "out" / "report.md").read_text().partition("## Glossary")
    assert "sampled" not in page
    assert "draws" not in page
    assert "draws" not in summary(results, quick())["prompts"]["paper"]


def test_a_pair_with_two_decodings_is_told(tmp_path: Path) -> None:
    conf = AnalysisConf(
        flips=999,
        draws=999,
        study=StudyConf(allowed_differences=["decoding", "backend.sampling"]),
        sensitivity=False,
    )
    pair(tmp_path, lambda role: closed(role, 4), decodings=("greedy", GUMBEL))
    report = build_report(run(found_study(tmp_path), conf), conf)
    (section,) = [section for section in report.sections if section.anchor == "draws"]
    (point,) = section.points
    assert "decoded differently (llama2_7b: greedy; meditron7b: temperature 0.7" in point
    assert "random numbers of their own" in point
    refused = run(found_study(tmp_path), quick()).refused
    assert "decoding" in refused[0].reason


def test_an_undeclared_setting_is_named_and_marked(tmp_path: Path) -> None:
    pair(tmp_path, lambda role: closed(role, 1), decodings=("greedy", "greedy"))
    pair(tmp_path, lambda role: closed(role, 3), prompt="sampled")
    results = run(found_study(tmp_path), quick())
    write(results, quick(), tmp_path / "out")
    (_, line) = (tmp_path / "out" / "tables" / "draws-sampled.csv").read_text().splitlines()
    assert line.endswith("exploratory")
    compared = results.prompt_settings.rows
    assert {row.key.task for row in compared} == {"mednli"}


def row(**changes: object) -> DrawRow:
    key = ScoreKey("paper", "tuned", "base", "family", "mednli")
    score = SampledScore((), 5, 5, 5, "greedy", "greedy", False, 9, share=0.3, draws_enough=7)
    return DrawRow(key, SampledScore(**{**vars(score), **changes}))  # type: ignore[arg-type]


def test_sentences() -> None:
    assert sentence(row()) == (
        "tuned against base on MedNLI: 5 draws of each prompt, with random numbers of their own "
        "for each model. Of the error 30 % is sampling; more than 7 draws change the interval by "
        "less than 5 %."
    )
    assert "more than 1 draw changes the interval" in sentence(row(draws_enough=1))
    assert "so every draw narrows the interval" in sentence(row(draws_enough=None))
    assert "not split: too few clusters." in sentence(row(share=None, refused="too few clusters"))
    assert sampled_with([("a", 5), ("a", 1), ("b", 1)]) == (
        "Answers are sampled: a, 1 or 5 draws of each prompt; b, 1 draw of each prompt."
    )


def test_no_banned_phrase(folder: Path) -> None:
    text = (folder / "report.md").read_text().partition("## Draws")[2].partition("\n## ")[0]
    assert [pattern for pattern, allowed in BANNED if pattern.search(text)] == []
