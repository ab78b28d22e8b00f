"""Tables as LaTeX: escaped text, aligned numbers, and a two-column document that compiles."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from analysis.number_format import MINUS
from analysis.report.document import ReportTable
from analysis.report.formats import latex

OVERFULL = re.compile(r"Overfull \\hbox \(([\d.]+)pt too wide\)")
MOST_OVERFULL = 2.0
"""Points by which a line may leave its column."""
DOCUMENT = r"""\documentclass[twocolumn]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amssymb,adjustbox,array,booktabs,caption,siunitx}
\begin{document}
%s
\end{document}
"""
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="LaTeX is not installed")


def compiled(folder: Path, document: str) -> str:
    (folder / "document.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout


def overfull(output: str) -> list[float]:
    return [width for width in map(float, OVERFULL.findall(output)) if width > MOST_OVERFULL]


def test_special_characters_are_escaped() -> None:
    rows = [["a<b {c} \\d", f"{MINUS}1.5 to 2.0"], ["m* ≥ ▼ 中", "-"]]
    text = latex.render(ReportTable("t", "A_b & 5 %", ["Δ", "x^2"], rows))
    assert r"A\_b \& 5 \%" in text
    assert r"a$<$b \{c\} \textbackslash{}d & $-$1.5 to 2.0 \\" in text
    assert r"m* $\geq$ $\blacktriangledown$ [U+4E2D] & - \\" in text
    assert r"$\Delta$ & x\textasciicircum{}2 \\" in text


def test_numbers_are_aligned_and_keep_the_form_that_siunitx_reads() -> None:
    rows = [["a", f"{MINUS}1.50"], ["b", "12.25"], ["c", "-"]]
    text = latex.render(ReportTable("t", "T", ["model", "Δ"], rows))
    assert "S[table-format=-2.2]" in text
    assert r"a & -1.50 \\" in text
    assert r"c & {--} \\" in text


def test_only_wide_tables_span_both_columns() -> None:
    narrow = latex.render(ReportTable("t", "T", ["model", "n"], [["a", "1"]]))
    wide = latex.render(ReportTable("t", "T", ["model"] * 9, [["a name of a model"] * 9]))
    assert r"\begin{table}" in narrow
    assert r"\begin{table*}" in wide


def test_columns_of_a_very_wide_table_continue_in_the_next_float_behind_the_names() -> None:
    heads = [f"score {number:02}" for number in range(12)]
    rows = [["a", "longhealth", *["10.50 [9.00, 12.00]"] * 12]]
    numeric = ReportTable("t", "T", ["model", "task", *heads], rows, note="A note.")
    floats = [part for part in latex.render(numeric).split(r"\end{table*}") if part.strip()]
    assert len(floats) == 3
    assert all("a & longhealth & 10.50" in part for part in floats)
    assert [part.count("10.50") for part in floats] == [4, 4, 4]
    in_order = re.findall(r"score.{0,9}?(\d\d)", "".join(floats).replace("\n", ""))
    assert in_order == [f"{number:02}" for number in range(12)]
    assert ["A note." in part for part in floats] == [False, False, True]


def test_models_have_their_published_names() -> None:
    text = latex.render(ReportTable("t", "T", ["model", "n"], [["biomistral7b", "1"]]))
    assert "BioMistral-7B" in text


def test_a_long_table_continues_in_the_next_float() -> None:
    rows = [[f"model {number}", "1"] for number in range(latex.MOST_ROWS + 1)]
    text = latex.render(ReportTable("t", "T", ["model", "n"], rows, note="A note."))
    first, second = text.split(r"\end{table}")[:2]
    assert r"\label{tab:t}" in first
    assert r"\ContinuedFloat" in second
    assert "(continued)" in second
    assert "A note." not in first
    assert "A note." in second


@pytest.mark.slow
@needs_latex
def test_every_table_fits_a_two_column_paper(report: Path, tmp_path: Path) -> None:
    shutil.copytree(report / "tables", tmp_path, dirs_exist_ok=True)
    names = sorted(path.name for path in tmp_path.glob("*.tex") if path.name != "all.tex")
    assert len(names) > 10
    inputs = "\n".join(rf"\input{{{name}}}\clearpage" for name in names)
    output = compiled(tmp_path, DOCUMENT % inputs)
    assert overfull(output) == []
    assert "Float too large" not in output
    assert overfull(compiled(tmp_path, (tmp_path / "all.tex").read_text())) == []


@pytest.mark.slow
@needs_latex
def test_a_table_of_any_text_compiles(tmp_path: Path) -> None:
    text = "[a] * _ % $ # & { } ~ ^ \\ < > − … 中 é \N{MULTIPLICATION SIGN} ▿ ▵"
    table = ReportTable("t", text, [text, "n"], [[text, "1"], [text * 9, "-"]], text)
    assert overfull(compiled(tmp_path, DOCUMENT % latex.render(table))) == []
