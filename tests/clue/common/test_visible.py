import csv
import io
import logging
import re
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from clue.common import console
from clue.common.csv_text import csv_text
from clue.common.markdown_table import markdown_table
from clue.common.markdown_text import code_block, markdown_text
from clue.common.visible import one_line, visible
from tests.hostile_text import HOSTILE, NAMED, ORDINARY, unseen

WITH_CAPTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
FORMULAS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+A1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\uff1d1",
)


@given(text=HOSTILE)
def test_no_control_or_override_leaves(text: str) -> None:
    assert not unseen(visible(text))
    assert not unseen(one_line(text), allowed="")
    assert visible(visible(text)) == visible(text)


@given(text=ORDINARY)
def test_ordinary_text_is_unchanged(text: str) -> None:
    assert visible(text) == one_line(text) == text


def test_joiners_of_words_and_emoji_stay() -> None:
    text = "\u0645\u06cc\u200c\u062e 👩\u200d⚕️ café naïve Σ ≤ 37,5 °C"
    assert visible(text) == text


@given(text=HOSTILE)
@WITH_CAPTURE
def test_a_terminal_receives_no_control(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = console.table(["model"], ["n"], text)
    table.add_row(text, text)
    console.show(table, text)
    console.print_lines(text)
    console.print_error(text)
    with pytest.raises(SystemExit):
        console.VisibleParser("clue").parse_args([f"--{text}"])
    output = capsys.readouterr()
    assert not unseen(output.out + output.err)


@given(texts=st.lists(HOSTILE, min_size=1))
@WITH_CAPTURE
def test_a_row_is_one_line_whatever_its_name(
    texts: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    console.print_rows(texts)
    assert len(capsys.readouterr().out.split("\n")) == len(texts) + 1


@given(text=HOSTILE)
def test_a_log_receives_no_control(text: str) -> None:
    record = logging.LogRecord("clue", logging.INFO, "", 0, "model %s", (text,), None)
    assert not unseen(console.VisibleFormatter("%(message)s").format(record))


def test_output_in_another_encoding_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(content, "ascii"))
    console.accept_all_texts()
    console.print_lines("café ▼")
    assert content.getvalue() == b"caf\\xe9 \\u25bc\n"


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_cell_of_csv_is_no_formula(formula: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_text([[formula]]), newline=""))
    assert re.match(r"['\\]", row[0])


@given(text=HOSTILE)
def test_csv_holds_one_cell_per_text_without_controls(text: str) -> None:
    content = csv_text([["head", text]])
    assert not unseen(content)
    ((head, cell),) = csv.reader(io.StringIO(content, newline=""))
    assert (head, cell.removeprefix("'")) == ("head", visible(text).removeprefix("'"))


@given(number=st.floats(allow_nan=False))
def test_numbers_stay_numbers_in_csv(number: float) -> None:
    line = csv_text([[number, str(number), f"{number:.2f}", f"{number:+.1e}"]])
    assert line == f"{number},{number},{number:.2f},{number:+.1e}\n" or number in (
        float("inf"),
        float("-inf"),
    )


@pytest.mark.parametrize("cell", ["-", "-24 [-68 to 20]", "-1.2 to 0.3", "-0.5 (0.1)", "-12 %"])
def test_intervals_and_empty_marks_are_unchanged_in_csv(cell: str) -> None:
    assert csv_text([[cell]]) == f"{cell}\n"


@given(text=HOSTILE)
def test_markdown_shows_text_without_html_images_or_links(text: str) -> None:
    page = f"{markdown_text(text)}\n\n{markdown_table(['a', 'b'], [[text, 'end']])}\n"
    assert not unseen(page)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(f"x {page}")
    kinds = [token.type for block in tokens for token in (block, *(block.children or ()))]
    assert not {"html_block", "html_inline", "image", "link_open", "fence"} & set(kinds)
    assert kinds.count("td_open") == 2


@pytest.mark.parametrize(
    "text", [r"\<b>", r"`` ` `` <b> `", "\\` <b> `", r"a\|b", r"a\\|b", "<http://x.y>", "[a]: b"]
)
def test_markup_that_hides_behind_other_markup_is_shown(text: str) -> None:
    html = MarkdownIt("commonmark").enable("table").render(markdown_table([text], [["x"]]))
    assert "<b>" not in html
    assert "<a " not in html
    assert html.count("<th>") == 1


@given(text=ORDINARY.filter(lambda text: not set(text) & set("*_~&<!]`|")))
def test_ordinary_text_is_unchanged_in_markdown(text: str) -> None:
    assert markdown_text(text) == text


@given(text=HOSTILE)
def test_no_line_of_a_command_ends_its_block_of_code(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(code_block(text))
    assert [(token.type, token.content) for token in tokens] == [("fence", f"{visible(text)}\n")]


def test_the_escapes_are_those_of_python() -> None:
    assert [visible(text) for text in NAMED[:2]] == [r"\x1b[2J", r"\x1b]0;title\x07"]
