"""The page in Chromium: finding first, sorting, filters, links to items, no sideways scroll.

Skipped where no Chromium is installed (`apt-get install chromium`).
"""

import csv
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from analysis.paired_study import StudyResults, run
from analysis.report import write
from analysis.samples.write_page import write_page
from benchmarks.chromium import Browser, browser, chromium
from benchmarks.found_study import found_study
from tests.analysis.paired_study.stores import declared_cell, declared_study, record
from tests.analysis.samples.pages import BASE, TUNED, answers, pair, settings

pytestmark = [
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed"),
    pytest.mark.xdist_group("chromium"),
]
TABLE = (
    "[...document.querySelectorAll('table.sortable')]"
    ".find(one => one.caption.textContent.endsWith({}))"
)
MINUS = "\u2212"
SCREENS = [(1280, 800), (400, 860)]


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of one pair on one task, without a page of its items."""
    store = tmp_path_factory.mktemp("small")
    pair(store, answers(1, size=48), answers(2, size=48))
    conf = settings(store, flips=999, draws=999)
    write(run(found_study(store, conf), conf), conf, conf.folder)
    return store


def texts(chrome: Browser, title: str, column: int) -> list[str]:
    """Cells of the shown rows of a table in one column."""
    table = TABLE.format(json.dumps(title))
    rows = f"[...{table}.tBodies[0].rows].filter(row => !row.hidden)"
    return list(chrome.value(f"{rows}.map(row => row.cells[{column}].textContent)"))


def natural(name: str) -> list[tuple[str, int]]:
    """Sort key in which numbers inside of names count as numbers."""
    return [(word, int(digits or 0)) for word, digits in re.findall(r"(\D*)(\d*)", name)]


def inside(chrome: Browser, selector: str, height: int) -> bool:
    """Tests if an element is in the first screen as a whole."""
    box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
    return bool(chrome.value(f"{box}.bottom <= {height} && {box}.height > 0"))


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_first_screen_of_one_pair_holds_the_answer(
    chrome: Browser, small: Path, width: int, height: int
) -> None:
    chrome.open(small / "analysis" / "report.html", width=width, height=height)
    plot = ".strips li" if width < 640 else ".lead .wide svg"
    for selector in (".verdict", ".sentence", ".counts", ".basis", plot):
        assert inside(chrome, selector, height), selector
    words = chrome.value("document.querySelector('.verdict').innerText")
    assert words.strip() == "● Not established"
    size = "parseFloat(getComputedStyle(document.querySelector('{}')).fontSize)"
    assert chrome.value(f"{size.format('.verdict')} > 1.5 * {size.format('.sentence')}")
    first = chrome.value("document.querySelector('.sentence').textContent")
    assert first.startswith(f"It is not established if {TUNED} is better or worse than its base")


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_first_screen_of_several_pairs(
    chrome: Browser, report: Path, results: StudyResults, width: int, height: int
) -> None:
    chrome.open(report / "report.html", width=width, height=height)
    for selector in (".marks", ".verdict", ".sentence", ".counts", ".basis"):
        assert inside(chrome, selector, height), selector
    rows = [row for row in results.rows if row.key.task == "overall"]
    rows = [row for row in rows if row.key.analysis == "primary"]
    shown = chrome.value("[...document.querySelectorAll('.counts b')].map(one => +one.textContent)")
    kinds = ({"decline"}, {"gain"}, {"equivalent", "detectable but small"})
    expected = [sum(row.judgement.verdict in kind for row in rows) for kind in kinds]
    assert shown == [*expected, len(rows) - sum(expected)]
    assert sum(shown) == 7
    if width > 640:
        assert inside(chrome, ".lead .wide svg", height)


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("name", ["small", "report"])
def test_nothing_is_wider_than_the_screen(
    chrome: Browser, name: str, width: int, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(name)
    path = folder / "report.html" if name == "report" else folder / "analysis" / "report.html"
    chrome.open(path, width=width)
    chrome.value("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    chrome.value("new Promise(done => setTimeout(done, 100))")
    assert chrome.value("document.documentElement.scrollWidth") <= width
    hinted = "getComputedStyle(one, '::before').content !== 'none'"
    boxes = "[...document.querySelectorAll('.wide')]"
    boxes += ".filter(one => one.scrollWidth > one.clientWidth + 1)"
    assert chrome.value(f"{boxes}.every(one => {hinted})")
    assert chrome.value(f"{boxes}.length > 0") or width == 1280


def test_the_first_column_stays_while_a_table_scrolls(chrome: Browser, report: Path) -> None:
    chrome.open(report / "report.html", width=400)
    table = TABLE.format("'Levels by pair'")
    cell = f"{table}.tBodies[0].rows[0].cells[0].getBoundingClientRect().left"
    before = chrome.value(cell)
    chrome.value(f"{table}.parentElement.scrollLeft = 150")
    assert chrome.value(f"{table}.parentElement.scrollLeft") == 150
    assert chrome.value(cell) == pytest.approx(before, abs=1)


def test_a_click_on_a_heading_sorts_numbers_as_numbers(chrome: Browser, report: Path) -> None:
    chrome.open(report / "report.html")
    with (report / "tables" / "tasks.csv").open() as file:
        differences = [float(row["Δ"].replace(MINUS, "-")) for row in csv.DictReader(file)]
    assert differences != sorted(differences)
    heading = f"{TABLE.format(json.dumps('Tasks by pair'))}.tHead.rows[0].cells[4]"
    for direction, order in (("ascending", False), ("descending", True)):
        chrome.value(f"{heading}.click()")
        assert chrome.value(f"{heading}.getAttribute('aria-sort')") == direction
        cells = texts(chrome, "Tasks by pair", 4)
        shown = [float(text.replace(MINUS, "-")) for text in cells]
        assert shown == sorted(differences, reverse=order)
    chrome.value(f"{heading}.parentElement.cells[0].click()")
    assert chrome.value(f"{heading}.getAttribute('aria-sort')") is None
    names = texts(chrome, "Tasks by pair", 0)
    assert names == sorted(names, key=natural)


def test_order_of_small_p_and_of_cells_that_say_nothing(chrome: Browser, small: Path) -> None:
    chrome.open(small / "analysis" / "report.html")
    ordered = ["-7", "-1.5 [-2 to 3]", "< .001", ".001", ".031", ".99", "> .99", "1,204 (3)"]
    ordered[0] = ordered[0].replace("-", MINUS)
    cells = ["-", *reversed(ordered), ""]
    ascending = chrome.value(f"order({json.dumps(cells)}, false)")
    assert [cells[index] for index in ascending] == [*ordered, "-", ""]
    descending = chrome.value(f"order({json.dumps(cells)}, true)")
    assert [cells[index] for index in descending] == [*reversed(ordered), "-", ""]
    assert chrome.value("order(['b10', 'b9', '2'], false)") == [2, 1, 0]


def test_the_keyboard_sorts_and_shows_a_definition(chrome: Browser, report: Path) -> None:
    chrome.open(report / "report.html")
    heading = f"{TABLE.format(json.dumps('Compared data'))}.tHead.rows[0].cells[5]"
    chrome.value(f"{heading}.querySelector('button').focus()")
    assert "Intra-cluster correlation" in chrome.value(
        "document.getElementById('tooltip').innerText"
    )
    assert chrome.value("document.activeElement.getAttribute('aria-describedby')") == "tooltip"
    for kind in ("keyDown", "keyUp"):
        press = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        chrome.send("Input.dispatchKeyEvent", type=kind, **press)
    assert chrome.value(f"{heading}.getAttribute('aria-sort')") == "ascending"
    chrome.press("Escape")
    assert chrome.value("document.getElementById('tooltip').hidden")


def test_a_filter_keeps_the_rows_with_its_words(chrome: Browser, report: Path) -> None:
    chrome.open(report / "report.html")
    names = texts(chrome, "Tasks by pair", 0)
    field = "document.querySelector('input[aria-label$=\"Tasks by pair\"]')"
    chrome.value(f"{field}.value = 'MED42'; {field}.dispatchEvent(new Event('input'))")
    assert texts(chrome, "Tasks by pair", 0) == [name for name in names if "med42" in name]
    status = chrome.value(f"{field}.closest('.filter').textContent")
    assert f"6 of {len(names)} rows" in status
    chrome.value(f"{field}.value = ''; {field}.dispatchEvent(new Event('input'))")
    assert texts(chrome, "Tasks by pair", 0) == names
    small_table = TABLE.format(json.dumps("Levels by pair"))
    assert chrome.value(f"{small_table}.tBodies[0].rows.length < 9")
    assert not chrome.value(
        "document.querySelector('input[aria-label$=\"Levels by pair\"]') !== null"
    )


def test_a_row_leads_to_its_items_and_to_the_command(chrome: Browser, report: Path) -> None:
    chrome.open(report / "report.html")
    for title in ("Tasks by pair", "Levels by pair"):
        table = TABLE.format(json.dumps(title))
        assert chrome.value(f"[...{table}.tBodies[0].rows].every(row => row.querySelector('th a'))")
    row = f"[...{TABLE.format(json.dumps('Tasks by pair'))}.tBodies[0].rows]"
    row += ".find(({ cells }) => cells[0].textContent.startsWith('med42_8b')"
    row += " && cells[1].textContent === 'MedNLI')"
    chrome.value(f"{row}.querySelector('a').click()")
    chrome.value("new Promise(done => setTimeout(done, 200))")
    target = "document.querySelector(':target')"
    assert chrome.value(f"{target}.closest('details').open")
    text = chrome.value(f"{target}.innerText")
    assert "MedNLI" in text
    assert "python -m analysis view med42_8b:llama3_8b mednli" in text
    top = chrome.value(f"{target}.getBoundingClientRect().top")
    assert 0 <= top < 300


def test_all_items_are_one_more_click_where_their_page_is(chrome: Browser, small: Path) -> None:
    conf = settings(small, flips=999, draws=999)
    study = found_study(small, conf)
    write_page(study, conf, TUNED, None)
    folder = small / "analysis"
    write(run(study, conf), conf, folder)
    chrome.open(folder / "report.html")
    chrome.value("document.querySelector('table.sortable th a').click()")
    chrome.value("new Promise(done => setTimeout(done, 200))")
    address = chrome.value("document.querySelector(':target a').getAttribute('href')")
    assert address == f"samples/{TUNED}-{BASE}.html#mednli/tuned-lost"
    page, _, fragment = address.partition("#")
    chrome.open(folder / page, f"#{fragment}")
    assert chrome.value("document.getElementById('result').value") == "tuned-lost"
    lost = chrome.value("shown.every(row => task.base.score[row] > task.tuned.score[row])")
    assert lost
    shown = chrome.value("shown.length")
    assert shown > 0
    assert (
        f"Items on which the biomedical model scores lower: {shown}."
        in (folder / "report.html").read_text()
    )


def test_a_page_asks_for_nothing_and_breaks_no_rule_of_its_policy(
    chrome: Browser, report: Path
) -> None:
    path = report / "report.html"
    chrome.open(path)
    chrome.events.clear()
    chrome.open(path)
    asked = {
        event["params"]["request"]["url"].partition("?")[0]
        for event in chrome.events
        if event.get("method") == "Network.requestWillBeSent"
    }
    assert asked == {path.as_uri()}
    errors = ("Log.entryAdded", "Runtime.exceptionThrown")
    assert [event for event in chrome.events if event.get("method") in errors] == []


@pytest.mark.parametrize("name", ["small", "report"])
def test_structure_for_assistive_technology(
    chrome: Browser, name: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(name)
    chrome.open(folder / "report.html" if name == "report" else folder / "analysis" / "report.html")
    headings = "[...document.querySelectorAll('h1, h2, h3, h4')]"
    levels = chrome.value(f"{headings}.map(one => +one.tagName[1])")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert max(after - before for before, after in pairwise(levels)) == 1
    for landmark in ("main", "nav", "footer"):
        assert chrome.value(f"document.querySelectorAll('{landmark}').length") == 1
    assert chrome.value("[...document.querySelectorAll('table')].every(one => one.caption)")
    assert chrome.value("[...document.querySelectorAll('th')].every(one => one.scope)")
    assert chrome.value("[...document.querySelectorAll('[role=img]')].every(one => one.ariaLabel)")
    chrome.send(
        "Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9
    )
    assert chrome.value("document.activeElement.className") == "skip"
    style = "getComputedStyle(document.activeElement)"
    assert chrome.value(f"{style}.outlineStyle + {style}.outlineWidth") == "solid3px"


def test_a_store_with_one_cell_says_that_nothing_was_compared(
    chrome: Browser, tmp_path: Path
) -> None:
    scores = [record(f"s{n}", {"accuracy": n / 12, "accuracy_upstream": 1.0}) for n in range(12)]
    declared_cell(tmp_path, "mistral7b_instruct_v01", "mednli", scores)
    cells, conf = declared_study(tmp_path)
    write(run(cells, conf), conf, tmp_path / "report")
    chrome.open(tmp_path / "report" / "report.html", width=400, height=800)
    assert inside(chrome, ".basis", 800)
    text = chrome.value("document.querySelector('.finding').innerText")
    assert "No result yet" in text
    assert "No pair could be compared yet." in text
    assert "mistral7b_instruct_v01" in text
    assert "12 in 1 task" in text
    assert chrome.value("document.querySelector('.counts')") is None
    assert chrome.value("document.documentElement.scrollWidth") <= 400


def test_the_print_shows_all_that_is_folded(chrome: Browser, small: Path) -> None:
    chrome.open(small / "analysis" / "report.html")
    folded = "document.querySelectorAll('details:not([open])').length"
    assert chrome.value(folded) > 0
    chrome.value("dispatchEvent(new Event('beforeprint'))")
    assert chrome.value(folded) == 0
    chrome.send("Emulation.setEmulatedMedia", media="print")
    assert chrome.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    chrome.send("Emulation.setEmulatedMedia", media="")
    chrome.value("dispatchEvent(new Event('afterprint'))")
    assert chrome.value(folded) > 0
