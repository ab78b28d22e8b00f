"""The report of a study: one page, its figures, and tables for a paper.

report.html               everything, in one file that opens from disk
report.md                 the same, with figures/*.png
tables/*.tex, *.csv       the tables; tables/all.tex shows all of them
figures/*.svg, *.png
"""

import csv
import io
from pathlib import Path

from analysis.paired_study.results import StudyResults
from analysis.report.document import Document, Table
from analysis.report.drilldown import changed
from analysis.report.figures.theme import plain
from analysis.report.formats import html, latex, markdown
from analysis.report.sections import document
from analysis.settings import AnalysisConf
from clue.common.atomic_write import write_atomic
from clue.task.levels import Tree

FICTIONAL = (
    "Demonstration on fictional data: it shows what a report looks like and answers nothing."
)


def write(results: StudyResults, conf: AnalysisConf, tree: Tree, folder: Path) -> list[Path]:
    """Write the report; returns its files, the page first.

    Raises:
        StoreError: the folder cannot be written.
    """
    made = document(results, conf, tree)
    label = FICTIONAL if fictional(results) else ""
    contents = {"report.html": html.render(made, list(changed(results, conf)), label).encode()}
    contents["report.md"] = markdown.render(made).encode()
    contents |= _figures(made)
    contents |= {f"tables/{name}": text.encode() for name, text in latex.files(made).items()}
    contents |= {f"tables/{table.name}.csv": _csv(table) for table in made.tables}
    for name, content in contents.items():
        write_atomic(folder / name, content)
    return [folder / name for name in contents]


def fictional(results: StudyResults) -> bool:
    """Whether all cells are of the package's demonstration data."""
    return {cell.facts.get("demo") for cell in results.cells.values()} == {True}


def _figures(made: Document) -> dict[str, bytes]:
    found = {f"figures/{figure.name}.svg": plain(figure.svg).encode() for figure in made.figures}
    return found | {f"figures/{figure.name}.png": figure.png for figure in made.figures}


def _csv(table: Table) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([table.columns, *table.rows])
    return text.getvalue().encode()
