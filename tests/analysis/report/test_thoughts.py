"""The section of the report on thoughts before answers, and remarks on unequal pairs."""

import csv
from pathlib import Path
from typing import Any

import pytest

from analysis.paired_study import run
from analysis.paired_study.output import write_study
from analysis.paired_study.summary import summary
from analysis.report import write
from analysis.report.sections import build_report
from benchmarks.found_study import found_study
from clue.config.study_schema import StudyConf
from tests.analysis.banned import BANNED
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.thinking import ALLOWED, AT_ONCE, COT, NATIVE, Thinker, pair
from tests.analysis.report.test_report import Page

MIXED = Thinker(ends=("closed", "closed", "cut", "closed", "open"))
ANOTHER_QUESTION = "the difference is that of training and of thinking together"


def report(store: Path, **changes: Any) -> Path:
    conf = quick(study=StudyConf(allowed_differences=list(ALLOWED)), **changes)
    results = run(found_study(store), conf)
    write_study(store / "out", results.rows, summary(results, conf), results.tables)
    write(results, conf, store / "out")
    return store / "out"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("thoughts")
    pair(store, AT_ONCE, MIXED)
    pair(store, AT_ONCE, Thinker(ends=("absent",)), task="pubmedqa")
    return report(store)


def part(folder: Path, title: str) -> str:
    return (folder / "report.md").read_text().partition(f"## {title}")[2].partition("\n## ")[0]


def test_the_first_screen_warns_of_a_pair_of_which_one_model_thinks(folder: Path) -> None:
    first = (folder / "report.md").read_text().partition("\n## ")[0]
    assert (
        "Warning: in 2 comparisons only the biomedical model thinks before it answers, and its "
        f"base answers at once (meditron7b on MedNLI, meditron7b on PubMedQA): {ANOTHER_QUESTION}"
    ) in first
    assert first.startswith("> **only the tuned model thinks**")
    page = Page((folder / "report.html").read_text())
    assert page.open == []
    assert "#thoughts" in page.links


def test_the_section_warns_and_has_the_numbers(folder: Path) -> None:
    text = part(folder, "Thoughts")
    assert "10 % of the thoughts of meditron7b were cut or unfinished on MedNLI (40.0 %)." in text
    assert "raise thinking.budget" in text
    assert "meditron7b never thought on PubMedQA, although thinking.mode=native asked" in text
    with (folder / "tables" / "thoughts.csv").open() as file:
        mednli, pubmedqa = csv.DictReader(file)
    assert (mednli["mode"], mednli["budget"]) == ("none / native", "none / 64")
    assert (mednli["cut %"], mednli["unfinished %"]) == ("none / 20.0", "none / 20.0")
    assert mednli["n finished"] == "24 of 40"
    assert pubmedqa["no thought %"] == "none / 100.0"
    assert mednli["marks"] == "only the tuned model thinks"


def test_settings_and_methods_name_the_thoughts(folder: Path) -> None:
    design = part(folder, "Design")
    assert "native, at most 64 tokens, two phases, on MedNLI, PubMedQA." in design
    assert "On these tasks llama2_7b answers at once" in design
    assert "A thought that never ends leaves a blank answer" in part(folder, "Methods")


def test_failures_show_the_thoughts_of_the_model_that_has_them(folder: Path) -> None:
    text = part(folder, "Answer failures")
    assert "thought cut: none and 10.0 %" in text
    with (folder / "tables" / "failures.csv").open() as file:
        mednli, pubmedqa = csv.DictReader(file)
    assert mednli["thought unfinished"] == "none / 20.0"
    assert pubmedqa["no thought"] == "none / 100.0"


def test_equal_thinking_has_a_section_and_no_warning(tmp_path: Path) -> None:
    pair(tmp_path, Thinker(wanted=COT), Thinker(wanted=COT, ends=("closed",) * 9 + ("cut",)))
    folder = report(tmp_path)
    assert "Warning" not in part(folder, "Thoughts")
    assert ANOTHER_QUESTION not in (folder / "report.md").read_text()
    with (folder / "tables" / "thoughts.csv").open() as file:
        (line,) = csv.DictReader(file)
    assert (line["mode"], line["budget"], line["cut %"]) == ("cot", "256", "0.0 / 10.0")
    design = part(folder, "Design")
    assert "cot, at most 256 tokens, two phases, on MedNLI." in design
    assert "answers at once" not in design


def test_a_chain_of_thought_has_another_remedy(tmp_path: Path) -> None:
    pair(tmp_path, Thinker(wanted=COT), Thinker(wanted=COT, ends=("closed", "cut")))
    text = part(report(tmp_path, sensitivity=False), "Thoughts")
    assert "A thought without the line `Answer:` counts as cut with any budget." in text


def test_other_budgets_are_named_with_their_models(tmp_path: Path) -> None:
    pair(tmp_path, Thinker(wanted={**NATIVE, "budget": 2048}), Thinker())
    folder = report(tmp_path)
    first = (folder / "report.md").read_text().partition("\n## ")[0]
    assert "two models think with different modes, budgets or requests (meditron7b on" in first
    design = part(folder, "Design")
    assert "at most 2,048 tokens, two phases, on MedNLI (llama2_7b)" in design
    assert "at most 64 tokens, two phases, on MedNLI (meditron7b)" in design


def test_a_setting_that_is_not_declared_is_warned_of_too(tmp_path: Path) -> None:
    pair(tmp_path, Thinker(wanted=None), Thinker(wanted=None))
    pair(tmp_path, AT_ONCE, MIXED, prompt="thinking")
    folder = report(tmp_path, sensitivity=False)
    first = (folder / "report.md").read_text().partition("\n## ")[0]
    assert "(meditron7b on MedNLI under thinking)" in first
    assert "Models think" not in part(folder, "Design")
    (_, line) = (folder / "tables" / "thoughts-thinking.csv").read_text().splitlines()
    assert line.endswith("only the tuned model thinks; exploratory")


def test_a_study_without_thoughts_says_nothing_of_them(tmp_path: Path) -> None:
    pair(tmp_path, Thinker(wanted=None), Thinker(wanted=None))
    folder = report(tmp_path)
    written = [
        path for path in folder.rglob("*") if path.suffix in (".md", ".csv", ".tex", ".html")
    ]
    assert len(written) > 10
    for path in written:
        text = path.read_text().lower()
        assert "thought" not in text, path
        assert "thinks" not in text, path
    assert not list(folder.rglob("thoughts*"))
    results = run(found_study(tmp_path), quick())
    anchors = {section.anchor for section in build_report(results, quick()).sections}
    assert "thoughts" not in anchors


def test_no_banned_phrase(folder: Path) -> None:
    text = part(folder, "Thoughts")
    assert [pattern for pattern, _ in BANNED if pattern.search(text)] == []
