"""Numeric files beside the formatted tables, and text, tables and figures that agree with them."""

import csv
import re
from pathlib import Path

import pytest

from analysis.cli.meta import main
from analysis.meta.csv_input import read
from analysis.meta.meta_analysis import meta_analysis
from analysis.number_format import MINUS, ascii_signs, points, points_interval
from analysis.paired_study import StudyResults
from analysis.paired_study.columns import NUMERIC_TABLES, columns
from analysis.report import selectors
from analysis.report.figures import forest, heatmap
from analysis.report.figures.theme import LIGHT, drawing
from tests.analysis.paired_study.conftest import quick

NO_PROSE = re.compile(r"<svg.*?</svg>|<style>.*?</style>|`[^`]*`|<code>.*?</code>", re.DOTALL)


def lines(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", NUMERIC_TABLES)
def test_every_number_has_a_column_of_its_own(report: Path, name: str) -> None:
    schema = {column.name: column for column in columns(NUMERIC_TABLES[name].sections)}
    rows = lines(report / "tables" / f"{name}_numeric.csv")
    assert rows
    assert list(rows[0]) == list(schema)
    for row in rows:
        for column, text in row.items():
            if schema[column].kind in (float, int) and text:
                float(text)


def test_the_meta_analysis_of_the_report_follows_from_its_own_files(
    report: Path, results: StudyResults
) -> None:
    folder = report / "tables"
    answer = results.settings[0].answers["overall"].meta
    meta = meta_analysis(read(folder / "pairs_numeric.csv", folder / "pairs_covariance.csv"))
    assert meta.headline.mu == pytest.approx(answer.headline.mu, rel=1e-9)
    assert meta.headline.ci95 == pytest.approx(answer.headline.ci95, rel=1e-6)


def test_the_formatted_table_is_refused_with_the_file_to_use(
    report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(report / "tables" / "pairs_numeric.csv")]) == 0
    assert "7 estimates in 6 families" in capsys.readouterr().out
    assert main([str(report / "tables" / "pairs.csv")]) == 1
    message = capsys.readouterr().err
    assert f"python -m analysis meta {report / 'tables' / 'pairs_numeric.csv'}" in message


def test_sentences_tables_and_figures_agree_to_the_last_digit(
    report: Path, results: StudyResults
) -> None:
    setting = results.settings[0]
    tasks = {(row["model"], row["task"]): row for row in lines(report / "tables" / "tasks.csv")}
    with drawing():
        figures = [module.draw(results, quick(), LIGHT) for module in (forest, heatmap)]
    shown = {t.get_text() for f in figures if f for ax in f.axes for t in ax.texts}
    for row in selectors.primary_rows(setting, "task"):
        delta = row.comparison.delta
        if row.key.task == "mednli":
            line = tasks[row.key.tuned, "MedNLI"]
            assert line["Δ"] == ascii_signs(points(delta))
            assert line["95 % CI"] == ascii_signs(points_interval(row.comparison.interval))
            assert points(abs(delta)) in row.judgement.sentence
        signed = points(delta) if delta < 0 else f"+{points(delta)}"
        assert any(text.split(" ")[0] == signed for text in shown), row.key
    for row in selectors.primary_rows(setting, "level"):
        assert points_interval(row.comparison.interval) in row.judgement.sentence
        if row.key.task == "overall":
            assert any(text.startswith(f"{points(row.comparison.delta)} [") for text in shown)


def test_text_for_people_has_minus_signs_and_files_for_programs_hyphens(report: Path) -> None:
    for name in ("report.md", "report.html"):
        text = (report / name).read_text()
        prose = re.sub(
            r"<svg.*?</svg>|<style>.*?</style>|`[^`]*`|<code>.*?</code>", "", text, flags=re.S
        )
        assert re.findall(r"(?<![\w.:/-])-\d+\.\d", prose) == []
        assert re.search(rf"{MINUS}\d+\.\d\d", prose)
        assert re.search(rf"{MINUS}0\.0+(?!\d)", prose) is None
    for path in (report / "tables").glob("*.csv"):
        assert MINUS not in path.read_text(), path
