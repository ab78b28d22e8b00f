"""The sections on exam questions and on format: their numbers are those of the rows."""

import csv
import re
from pathlib import Path

import pytest

from analysis.number_format import MINUS, points
from analysis.paired_study import StudyResults
from analysis.paired_study.exam_contrast import CLINICAL
from analysis.paired_study.output import write_study
from analysis.paired_study.summary import summary
from analysis.report import write
from analysis.report.formats.console import study_lines
from benchmarks.planted import FORMAT
from tests.analysis.banned import BANNED
from tests.analysis.paired_study.conftest import exam_store, exams, quick

__all__ = ["exam_store", "exams"]


@pytest.fixture(scope="module")
def folder(exams: StudyResults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exam_report")
    write(exams, quick(), folder)
    write_study(folder, exams.rows, summary(exams, quick()), exams.tables)
    return folder


def section(folder: Path, title: str) -> str:
    return (folder / "report.md").read_text().partition(f"## {title}\n")[2].partition("\n## ")[0]


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_terminal_has_one_line_of_the_contrast_that_the_report_has_too(
    exams: StudyResults, folder: Path
) -> None:
    lines = [
        line.strip() for line in study_lines(exams, quick()) if "than on clinical tasks" in line
    ]
    (line,) = lines
    assert line.startswith("[synthetic scores] Over their bases, biomedical models gain ")
    assert line in section(folder, "Exam questions and clinical tasks")


def test_the_table_has_the_numbers_of_the_rows_and_what_was_published(
    exams: StudyResults, folder: Path
) -> None:
    (setting,) = exams.settings
    assert setting.exam_contrast is not None
    rows = setting.exam_contrast.against(CLINICAL)
    lines = table(folder, "exam_contrast")
    assert [line["model"] for line in lines] == [row.key.tuned for row in rows]
    for row, line in zip(rows, lines, strict=True):
        assert row.difference.delta is not None
        assert line["exam - clinical [95 % CI]"].startswith(f"{row.difference.delta:.2f} [")
        assert line["exam - Level 2 [95 % CI]"] == "no comparison on medisumcode, medisumqa"
        published = row.difference.published_exam
        expected = "-" if published is None else f"{published:.2f}"
        assert line["Δ exam, published"] == expected
        assert line["marks"] == "synthetic scores"
    text = section(folder, "Exam questions and clinical tasks")
    assert "by other protocols" in text
    assert "−0.63 to 6.07 over 9 pairs" in text


def test_the_pair_whose_format_fails_is_said_to_fail_there(
    exams: StudyResults, folder: Path
) -> None:
    text = section(folder, "Format and content")
    (row,) = (
        row
        for row in exams.settings[0].format_content.rows
        if (row.key.tuned, row.key.task) == (FORMAT, "medmcqa")
    )
    split = row.split
    sentence = (
        f"On MedMCQA, {FORMAT} against llama3_8b: {split.readable_tuned:.1f} % and "
        f"{split.readable_base:.1f} % of the answers can be read. This is "
        f"{points(split.form)} points"
    )
    assert sentence in text
    of_pair = text.partition(f"**{FORMAT} - llama3_8b**")[2].partition("\n**")[0]
    assert "readable answers score" not in of_pair  # its content does not differ from 0
    assert "by the likeliest answers the difference is higher by" in of_pair


def test_lines_of_the_table_add_up_to_the_difference(folder: Path) -> None:
    lines = [line for line in table(folder, "format_content") if "[" in line["form [95 % CI]"]]
    assert len(lines) > 60
    for line in lines:
        names = ("form [95 % CI]", "content [95 % CI]", "rest [95 % CI]")
        parts = [float(line[name].partition(" [")[0]) for name in names]
        assert sum(parts) == pytest.approx(float(line["Δ"]), abs=0.21)  # four rounded numbers


def test_both_figures_are_drawn_and_described(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    for name in ("exam_contrast", "format_content"):
        assert (folder / "figures" / f"{name}.svg").exists()
    assert f"{FORMAT} - llama3_8b: exam {MINUS}" in page
    assert re.search(rf"{FORMAT} - llama3_8b: {MINUS}\d+\.\d\d = form {MINUS}", page)


def test_nothing_that_is_said_is_banned(folder: Path) -> None:
    for title in ("Exam questions and clinical tasks", "Format and content"):
        text = section(folder, title)
        assert len(text) > 1000
        matches = [pattern.search(text) for pattern, allowed in BANNED if not allowed]
        assert [match for match in matches if match] == []


def test_the_tables_of_the_study_have_the_columns_of_the_documentation(folder: Path) -> None:
    for name, lines in (("exam_contrast", 7 * 3), ("format_content", 7 * (4 + 4 + 2))):
        with (folder / f"{name}.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == lines
        assert {row["marks"] for row in rows} == {"synthetic scores"}
