"""The section of the report on prompts as a random factor."""

import csv
from pathlib import Path

import pytest

from analysis.paired_study import StudyResults
from analysis.report import write
from analysis.report.formats.console import study_lines
from analysis.report.sections import build_report
from analysis.settings import AnalysisConf
from clue.config.study_schema import StudyConf
from tests.analysis.banned import BANNED
from tests.analysis.paired_study.conftest import PROMPT_PAIRS, PROMPT_PLAN, quick
from tests.analysis.report.test_report import Page, texts

POPULATION = "not a random sample of clinicians' prompts"


def conf() -> AnalysisConf:
    return quick(sensitivity=False, study=StudyConf(prompts=[PROMPT_PLAN.setting]))


@pytest.fixture(scope="module")
def folder(prompts: StudyResults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = tmp_path_factory.mktemp("report")
    write(prompts, conf(), report)
    return report


def test_the_page_is_well_formed_and_has_the_figure(folder: Path) -> None:
    page = Page((folder / "report.html").read_text())
    assert page.open == []
    assert "#prompts" in page.links
    assert (folder / "figures" / "prompts.png").read_bytes().startswith(b"\x89PNG")
    assert "one prompt" in (folder / "figures" / "prompts.svg").read_text()


def test_the_answer_says_what_levels_are_for(prompts: StudyResults) -> None:
    report = build_report(prompts, conf())
    scope = f"a population of {PROMPT_PLAN.prompts} prompts"
    assert sum(scope in paragraph for paragraph in report.answer) == 1
    (section,) = [section for section in report.sections if section.anchor == "prompts"]
    assert any(POPULATION in paragraph for paragraph in section.paragraphs)
    assert len(section.groups) == len(PROMPT_PAIRS)
    (limits,) = [section for section in report.sections if section.anchor == "limits"]
    assert POPULATION in limits.points[0]


def test_the_tables_have_the_numbers_of_the_rows(folder: Path, prompts: StudyResults) -> None:
    (only,) = prompts.settings
    with (folder / "tables" / "prompts.csv").open() as file:
        lines = {(line["model"], line["task"]): line for line in csv.DictReader(file)}
    assert len(lines) == len(only.prompt_factor.rows)
    for key, factor in only.prompt_factor.rows:
        (line,) = [
            line
            for (model, task), line in lines.items()
            if model == key.tuned and task.lower().replace(" ", "_") == key.task
        ]
        assert factor.ci95_random is not None
        low, _, high = line["prompts like these: 95 % CI"].partition(" to ")
        assert float(low) == pytest.approx(factor.ci95_random.low, abs=0.5)
        assert float(high) == pytest.approx(factor.ci95_random.high, abs=0.5)
        assert line["claim"] == factor.claim
    with (folder / "tables" / "prompt_populations.csv").open() as file:
        (first, *_) = csv.DictReader(file)
    assert (first["task"], first["prompts"], first["per item"]) == ("MedNLI", "12", "3.0")
    assert "terse" in first["wordings"]


def test_figure_and_tables_are_marked(folder: Path) -> None:
    assert "synthetic scores</text>" in (folder / "figures" / "prompts.svg").read_text()
    for name in ("prompts", "single_prompts", "prompt_populations"):
        _, *lines = (folder / "tables" / f"{name}.csv").read_text().splitlines()
        assert lines
        assert [line for line in lines if not line.endswith("synthetic scores")] == []


def test_the_console_says_it_too(prompts: StudyResults) -> None:
    lines = list(study_lines(prompts, conf()))
    assert sum(POPULATION in line for line in lines) == 1
    settled = [row.factor.sentence for row in prompts.settings[0].prompt_factor.rows]
    assert [line.strip() for line in lines if line.strip() in settled] == [
        row.factor.sentence
        for row in prompts.settings[0].prompt_factor.rows
        if row.factor.claim not in ("not settled", "not tested")
    ]


def test_no_file_contains_a_banned_phrase(folder: Path) -> None:
    for name, text in texts(folder).items():
        for pattern, allowed in BANNED:
            assert pattern.search(text) is None or allowed, (name, pattern)


def test_one_prompt_has_no_such_section(results: StudyResults) -> None:
    report = build_report(results, quick())
    assert "prompts" not in {section.anchor for section in report.sections}
    assert not any("population of" in line for line in study_lines(results, quick()))
