"""The written report: what is in it, what must not be, and stores of every size."""

import csv
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analysis.cells import read_cells
from analysis.paired_study import StudyResults, run
from analysis.report import drilldown, write
from analysis.report.document import ReportTable
from analysis.report.figures import FIGURES
from analysis.report.formats import latex
from clue.task import task_files
from tests.analysis.banned import BANNED
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, record

TEXTS = ("*.html", "*.md", "tables/*.tex", "tables/*.csv", "figures/*.svg")
ANSWER = "text of a patient"


class Page(HTMLParser):
    """What a browser would complain of."""

    VOID = ("meta", "br", "hr", "img", "link", "input", "path", "use", "rect", "line", "circle")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tables = self.captions = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.ids += [str(said["id"])] if "id" in said else []
        self.links += [str(said["href"])] if tag == "a" else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.ids += [str(said["id"])] if "id" in said else []


def texts(folder: Path) -> dict[str, str]:
    paths = [path for pattern in TEXTS for path in folder.glob(pattern)]
    return {path.name: path.read_text() for path in paths}


def test_no_file_contains_a_banned_phrase(report: Path) -> None:
    for name, text in texts(report).items():
        for pattern, allowed in BANNED:
            found = pattern.search(text)
            assert found is None or allowed, (name, found)


def test_the_page_needs_nothing_else_and_is_well_formed(report: Path) -> None:
    text = (report / "report.html").read_text()
    page = Page(text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    anchors = [link[1:] for link in page.links]
    assert set(anchors) <= set(page.ids)
    outside = set(re.findall(r"(?:src|href)=\"(?!#)([^\"]+)\"", text))
    assert outside == set()
    assert "url(http" not in text
    assert text.count('role="img" aria-label="') == len(list(report.glob("figures/*.svg")))
    assert "prefers-color-scheme: dark" in text
    assert "#010101" not in text  # no stand-in colour is left


def test_every_word_in_a_figure_has_a_colour_that_follows_the_page(report: Path) -> None:
    """What has none is black, and cannot be read on a dark page."""
    words = re.findall(r"<text[^>]*>", (report / "report.html").read_text())
    assert len(words) > 100
    assert [word for word in words if "fill: " not in word] == []


def test_every_figure_is_drawn_as_svg_and_png(report: Path) -> None:
    assert {path.stem for path in report.glob("figures/*.svg")} == set(FIGURES)
    for path in report.glob("figures/*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
    for path in report.glob("figures/*.svg"):
        assert "var(" not in path.read_text()


def test_the_report_is_the_same_bytes_again(
    report: Path, results: StudyResults, tmp_path: Path
) -> None:
    for path in write(results, quick(), task_files.study(), tmp_path):
        assert path.read_bytes() == (report / path.relative_to(tmp_path)).read_bytes(), path


def test_numbers_of_the_tables_are_those_of_the_rows(report: Path, results: StudyResults) -> None:
    with (report / "tables" / "tasks.csv").open() as file:
        lines = {(row["model"], row["task"]): row for row in csv.DictReader(file)}
    rows = [r for r in results.rows if r.key.task == "mednli" and r.key.scope == "task"]
    for row in (r for r in rows if r.key.analysis == "primary"):
        line = lines[row.key.tuned, "MedNLI"]
        assert line["base"] == f"{row.comparison.mean_base:.2f}"
        assert line["verdict"] == row.judgement.verdict
        size = f"{row.comparison.n} ({row.comparison.n_clusters})"
        assert line["n (clusters)"] == size
        assert row.judgement.sentence in (report / "report.md").read_text()


def small(store: Path, *, access: str, text: str | None = None, models: int = 2) -> StudyResults:
    """One pair on MedNLI, the second model right where the first is wrong."""
    for place, (model, base) in enumerate({"b": None, "t": "b"}.items()):
        scores = [record(f"s{n}", {"accuracy": float(n % 2 == place)}) for n in range(12)]
        if place < models:
            cell(store, model, "mednli", scores, base=base, access=access)
    return run(read_cells(store), task_files.study(), quick(text=text))


def test_answers_to_credentialed_data_are_not_in_the_page(tmp_path: Path) -> None:
    for access, text, shown in (
        ("open", None, True),
        ("credentialed", None, False),
        ("credentialed", "full", True),
    ):
        store = tmp_path / f"{access}{text}"
        found = small(store, access=access)
        write(found, quick(text=text), task_files.study(), store / "report")
        assert (ANSWER in (store / "report" / "report.html").read_text()) is shown
        others = [t for n, t in texts(store / "report").items() if n != "report.html"]
        assert not any(ANSWER in other for other in others)


def test_the_items_that_changed_most_are_of_both_directions(tmp_path: Path) -> None:
    (changed,) = drilldown.most_changed(small(tmp_path, access="open"), quick())
    differences = [item.tuned - item.base for item in changed.items]
    assert differences == [-100.0] * 3 + [100.0] * 3


def test_one_pair_on_one_task_gives_a_report_that_says_what_is_missing(tmp_path: Path) -> None:
    found = small(tmp_path, access="open")
    write(found, quick(), task_files.study(), tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "t against b on" in text
    assert "No model has all tasks of both levels." in text
    assert "python run.py" in text
    assert Page((tmp_path / "report" / "report.html").read_text()).open == []


def test_a_store_without_a_pair_shows_its_models_and_what_would_make_one(tmp_path: Path) -> None:
    scores = [record(f"s{n}", {"accuracy": n / 12}) for n in range(12)]
    cell(tmp_path, "mistral7b_instruct_v01", "mednli", scores)
    found = run(read_cells(tmp_path), task_files.study(), quick())
    write(found, quick(), task_files.study(), tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "No pair could be compared" in text
    assert f"| mistral7b_instruct_v01 | - | {100 * sum(range(12)) / 144:.1f} ± " in text
    assert "`python run.py model=biomistral7b task=mednli prompt=paper`" in text
    beside = "| mistral7b_instruct_v01 | MedNLI | accuracy |"
    assert beside in text  # what was published of it
    assert Page((tmp_path / "report" / "report.html").read_text()).open == []


def test_what_was_refused_is_told_with_its_reason(tmp_path: Path) -> None:
    small(tmp_path, access="open")
    names = ("rouge1", "rouge2", "rougeL", "bertscore_f1")
    for model, base in (("b", None), ("t", "b")):
        scores = [record(f"s{n}", dict.fromkeys(names, 0.5), target=model) for n in range(12)]
        cell(tmp_path, model, "meqsum", scores, base=base)
    found = run(read_cells(tmp_path), task_files.study(), quick())
    write(found, quick(), task_files.study(), tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "t - b, MeQSum (paper): not compared, the target of 12 samples" in text
    assert "t against b on MedNLI" in text


def test_a_table_that_cannot_be_read_costs_its_own_comparison_only(tmp_path: Path) -> None:
    small(tmp_path, access="open")
    names = ("rouge1", "rouge2", "rougeL", "bertscore_f1")
    for model, score in (("b", 2.0), ("t", 0.5)):  # no score is above 1
        scores = [record(f"s{n}", dict.fromkeys(names, score)) for n in range(12)]
        cell(tmp_path, model, "meqsum", scores, base=None if model == "b" else "b")
    found = run(read_cells(tmp_path), task_files.study(), quick())
    write(found, quick(), task_files.study(), tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "t against b on MedNLI" in text
    assert "t - b, MeQSum (paper): not compared" in text
    assert {place.task for place in found.cells if place.model == "b"} == {"mednli"}


def test_latex_prints_what_it_is_given() -> None:
    table = ReportTable("t", "A_b & 5 %", ["Δ", "x^2"], [["-1.5", "a<b {c} \\d"], ["2", "m* ≥ ▼"]])
    text = latex.render(table)
    assert r"A\_b \& 5 \%" in text
    assert r"$-$1.5 & a$<$b \{c\} \textbackslash{}d \\" in text
    assert r"$\Delta$ & x\textasciicircum{}2 \\" in text


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="LaTeX is not installed")
def test_the_tables_compile(report: Path, tmp_path: Path) -> None:
    import subprocess

    shutil.copytree(report / "tables", tmp_path / "tables")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path / "tables", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
