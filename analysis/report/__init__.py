"""Writes the report of a study: one page, its figures, and tables for a paper.

report.html               the complete report in one file that opens from disk
report.md                 the same content, with figures/*.png
tables/*.tex, *.csv       the tables; tables/all.tex includes all of them
tables/*_numeric.csv      their numbers, with all digits
figures/*.svg, *.png      the figures; *_narrow.svg, *_narrow.png for the width of a phone
"""

from pathlib import Path

from analysis.number_format import ascii_signs
from analysis.paired_study.output import PAGE, TEXT
from analysis.paired_study.results import StudyResults
from analysis.report.document import Report, ReportTable
from analysis.report.drilldown import most_changed
from analysis.report.figures.theme import with_fixed_colours
from analysis.report.formats import html, latex, markdown
from analysis.report.numeric_tables import numeric_files
from analysis.report.sections import build_report
from analysis.report.selectors import reported_setting
from analysis.report.tables.margin_curve import margin_curve
from analysis.settings import AnalysisConf
from clue.common.atomic_write import write_atomic
from clue.common.csv_text import csv_text
from clue.marks import joined


def write(results: StudyResults, conf: AnalysisConf, folder: Path) -> list[Path]:
    """Writes the report; returns its files, the HTML page first.

    Raises:
        StoreError: the folder cannot be written.
    """
    report = build_report(results, conf)
    page = html.render(report, list(most_changed(results, conf, folder)))
    contents = {PAGE: page.encode(), TEXT: markdown.render(report).encode()}
    contents |= _figure_files(report)
    contents |= {f"tables/{name}": text.encode() for name, text in latex.files(report).items()}
    tables, setting = report.tables, reported_setting(results)
    if setting is not None:
        tables.append(margin_curve(setting))
    contents |= {f"tables/{table.name}.csv": _csv(table) for table in tables}
    contents |= {f"tables/{name}": text for name, text in numeric_files(results, conf).items()}
    for name, content in contents.items():
        write_atomic(folder / name, content)
    return [folder / name for name in contents]


def _figure_files(report: Report) -> dict[str, bytes]:
    svgs = {f"figures/{f.name}.svg": with_fixed_colours(f.svg).encode() for f in report.figures}
    pngs = {f"figures/{figure.name}.png": figure.png for figure in report.figures}
    narrow = {
        f"figures/{figure.name}_narrow.{ending}": content
        for figure in report.figures
        for ending, content in (
            ("svg", with_fixed_colours(figure.svg_narrow).encode()),
            ("png", figure.png_narrow),
        )
    }
    return svgs | pngs | narrow


def _csv(table: ReportTable) -> bytes:
    """CSV with a last column of marks: a comment would not survive a sort or a copied row."""
    marks = map(joined, table.row_marks)
    rows = ([*map(ascii_signs, row), mark] for row, mark in zip(table.rows, marks, strict=True))
    return csv_text([[*table.columns, "marks"], *rows]).encode()
