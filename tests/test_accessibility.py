"""Pages of the project under the rules of WCAG 2.1 AA, as axe-core checks them in Chromium.

`make accessibility` fetches axe-core and runs these tests. Report and sample browser are checked on
a wide and on a narrow screen, light and dark.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.paired_study import run
from analysis.report import write
from analysis.samples.write_page import write_page
from benchmarks.chromium import Browser, browser, chromium
from benchmarks.found_study import found_study
from tests.analysis.samples.pages import TUNED, answers, pair, settings

pytestmark = pytest.mark.accessibility
AXE = "CLUE_AXE"
"""Environment variable with the path of axe.min.js."""
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
SCREENS = ((1280, 900), (400, 860))
RESULT = (
    "axe.run(document, {{runOnly: {{type: 'tag', values: {}}}}}).then(result => ({{"
    "checked: result.passes.length, faults: result.violations.map(fault => [fault.id, "
    "fault.nodes.length, fault.nodes[0].target.join(' '), fault.nodes[0].failureSummary])}}))"
)


@pytest.fixture(scope="module")
def axe() -> str:
    assert chromium(), "no Chromium is installed: apt-get install chromium"
    path = os.environ.get(AXE, "")
    assert Path(path).is_file(), f"{AXE} names no file: run `make accessibility`"
    return Path(path).read_text()


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    store = tmp_path_factory.mktemp("pages")
    pair(store, answers(1, size=48), answers(2, size=48))
    conf = settings(store, flips=999, draws=999)
    study = found_study(store, conf)
    write(run(study, conf), conf, conf.folder)
    return {"report": conf.folder / "report.html", "samples": write_page(study, conf, TUNED, None)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", ["report", "samples"])
def test_a_page_breaks_no_rule(
    chrome: Browser,
    axe: str,
    pages: dict[str, Path],
    name: str,
    screen: tuple[int, int],
    scheme: str,
) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    chrome.send("Emulation.setEmulatedMedia", features=[feature])
    chrome.open(pages[name], width=screen[0], height=screen[1])
    chrome.value("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    chrome.value(f"{axe}; null")
    result = chrome.value(RESULT.format(json.dumps(STANDARDS)))
    assert result["checked"] > 10
    assert result["faults"] == []
