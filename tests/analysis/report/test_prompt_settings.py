"""The report of a store with several prompt settings."""

import csv
import re
from pathlib import Path

import numpy as np

from analysis.paired_study import StudyResults, run
from analysis.report import write
from analysis.report.document import Report, Section
from analysis.report.formats.console import study_lines
from analysis.report.sections import build_report
from analysis.sentences.prompt_settings import exploratory
from benchmarks.found_study import found_study
from clue.config.study_schema import StudyConf
from tests.analysis.banned import BANNED
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, record
from tests.analysis.paired_study.test_prompt_settings import FIRST, SECOND, TEXT, TREE, ids, setting
from tests.analysis.report.test_report import Page, texts, word_colours


def study(store: Path) -> StudyResults:
    return run(found_study(store, tree=TREE), quick(sensitivity=False))


def two_settings(store: Path, first: str = "paper", second: str = "zero_shot") -> StudyResults:
    setting(store, first, FIRST)
    setting(store, second, SECOND)
    return study(store)


def built(results: StudyResults) -> Report:
    return build_report(results, quick(sensitivity=False))


def settings_section(report: Report) -> Section:
    (section,) = (section for section in report.sections if section.title == "Prompt settings")
    return section


def written(results: StudyResults, folder: Path) -> str:
    write(results, quick(sensitivity=False), folder)
    return (folder / "report.md").read_text()


def test_the_declared_setting_is_the_main_part(tmp_path: Path) -> None:
    report = built(two_settings(tmp_path))
    assert report.title == StudyConf().title
    assert not any("Exploratory" in paragraph for paragraph in report.answer)
    main, basis = settings_section(report).paragraphs
    assert main == (
        "All other sections are about prompt setting paper. The store also has zero_shot."
    )
    assert "over the 3 tests between settings" in basis


def test_without_the_declared_setting_title_and_headline_begin_with_a_warning(
    tmp_path: Path,
) -> None:
    results = two_settings(tmp_path, "three_shot")
    warning = "Exploratory: prompt setting three_shot is not the declared one."
    report = built(results)
    assert report.title == f"{warning} {StudyConf().title}"
    assert report.answer[0] == warning
    text = written(results, tmp_path / "report")
    assert f"\n# {warning}" in text
    page = (tmp_path / "report" / "report.html").read_text()
    assert page.count(warning) == 3  # title, heading, headline


def test_a_store_with_one_setting_has_no_such_section(tmp_path: Path) -> None:
    setting(tmp_path, "zero_shot", FIRST)
    report = built(study(tmp_path))
    assert "Prompt settings" not in {section.title for section in report.sections}
    assert report.answer[0] == exploratory("zero_shot")


def test_the_section_has_a_sentence_and_the_numbers_of_each_comparison(tmp_path: Path) -> None:
    results = two_settings(tmp_path)
    text = written(results, tmp_path / "report")
    (comparison,) = results.prompt_settings.comparisons
    assert f"* {comparison.sentence}" in text
    with (tmp_path / "report" / "tables" / "settings-paper-zero_shot.csv").open() as file:
        (row,) = csv.DictReader(file)
    change = comparison.difference
    assert (row["n paper"], row["n zero_shot"], row["n common (clusters)"]) == (
        "21",
        "24",
        "21 (9)",
    )
    assert row["Δ paper"] == f"{change.mean_first:.2f}"
    assert row["Δ zero_shot"] == f"{change.mean_second:.2f}"
    assert row["paper minus zero_shot [95 % CI]"].startswith(f"{change.delta:.2f} [")
    with (tmp_path / "report" / "tables" / "settings_models-paper-zero_shot.csv").open() as file:
        rows = {line["model"]: line for line in csv.DictReader(file)}
    assert rows["b"]["paper"] == f"{comparison.base.mean_first:.2f}"
    assert rows["t"]["zero_shot"] == f"{comparison.tuned.mean_second:.2f}"


def test_another_setting_has_its_own_tables_marked_as_exploratory(tmp_path: Path) -> None:
    setting(tmp_path, "zero_shot", FIRST, "meqsum")
    report = built(two_settings(tmp_path))
    tables = {table.name: table for table in settings_section(report).tables}
    assert set(tables) == {
        *("settings-paper-zero_shot", "settings_models-paper-zero_shot"),
        *("pairs-zero_shot", "tasks-zero_shot"),
    }
    assert all("exploratory" in table.title for table in tables.values())
    assert tables["tasks-zero_shot"].title == "zero_shot, exploratory: tasks by pair"
    assert [row[1] for row in tables["tasks-zero_shot"].rows] == ["MedNLI", "MeQSum"]


def test_a_refused_comparison_is_named_with_its_reason(tmp_path: Path) -> None:
    setting(tmp_path, "paper", FIRST, "meqsum")
    rows = [record(item, dict.fromkeys(TEXT, 0.5), target="another") for item in ids(0, 9)]
    for model, base in (("b", None), ("t", "b")):
        cell(tmp_path, model, "meqsum", rows, prompt="zero_shot", base=base)
    results = two_settings(tmp_path)
    reason = "the target of 6 samples differs between the two"
    points = settings_section(built(results)).points
    expected = f"t - b, MeQSum: paper and zero_shot are not compared, {reason}"
    assert [point.startswith(expected) for point in points] == [False, True]
    assert any(
        line.startswith(f"  Not compared: t - b, meqsum, paper and zero_shot: {reason}")
        for line in study_lines(results, quick())
    )


def test_with_several_pairs_settled_changes_come_first(tmp_path: Path) -> None:
    """Another model gains from the examples; the first pair does not settle."""
    two_settings(tmp_path)
    for prompt, right in (("paper", 1.0), ("zero_shot", 0.0)):
        rows = [record(i, {"accuracy": right}, prompt=f"{prompt}/{i}") for i in ids(3, 24)]
        rows[0] = record("s03", {"accuracy": 1 - right}, prompt=f"{prompt}/s03")
        cell(tmp_path, "c", "mednli", rows, prompt=prompt)
        zeros = [record(i, {"accuracy": 0.0}, prompt=f"{prompt}/{i}") for i in ids(3, 24)]
        cell(tmp_path, "u", "mednli", zeros, prompt=prompt, base="c")
    section = settings_section(built(study(tmp_path)))
    assert [group.name for group in section.groups] == ["t - b", "u - c"]
    assert [point.partition(",")[0] for point in section.points] == ["u against c on MedNLI"]
    assert "points lower under paper than under zero_shot" in section.points[0]


def test_the_figure_follows_the_page_and_the_page_is_well_formed(tmp_path: Path) -> None:
    setting(tmp_path, "a / b", SECOND)
    written(two_settings(tmp_path), tmp_path / "report")
    text = (tmp_path / "report" / "report.html").read_text()
    page = Page(text)
    assert page.open == []
    assert "#settings" in page.links
    (figure,) = re.findall(r"<svg.*?</svg>", text[text.index("Differences under each") :], re.S)[:1]
    colours = word_colours(text, figure)
    assert len(colours) > 5
    assert all(colours)
    assert (tmp_path / "report" / "figures" / "prompt_settings.png").exists()
    assert (tmp_path / "report" / "tables" / "settings-paper-a-b.tex").exists()


def test_no_file_contains_a_banned_phrase(tmp_path: Path) -> None:
    written(two_settings(tmp_path), tmp_path / "report")
    for name, text in texts(tmp_path / "report").items():
        for pattern, allowed in BANNED:
            assert pattern.search(text) is None or allowed, (name, pattern)


def test_the_figure_is_drawn_with_a_pair_that_lacks_a_setting(tmp_path: Path) -> None:
    two_settings(tmp_path)
    rng = np.random.default_rng(0)
    rows = [record(item, {"accuracy": float(rng.integers(2))}) for item in ids(3, 24)]
    for model, base in (("c", None), ("u", "c")):
        cell(tmp_path, model, "mednli", rows, base=base)
    (figure,) = settings_section(built(study(tmp_path))).figures
    assert "2 pairs on 1 task under the prompt settings paper, zero_shot" in figure.alt
