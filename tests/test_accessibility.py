"""Pages of the project under the rules of WCAG 2.1 AA, as axe-core checks them in Chromium.

`make accessibility` fetches axe-core, builds the documents as a site and runs these tests. Report,
sample browser and pages of the site are checked on a wide and on a narrow screen, light and dark.
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis.paired_study import run
from analysis.report import write
from analysis.samples.write_page import write_page
from benchmarks.chromium import Browser, browser, chromium
from benchmarks.found_study import found_study
from clue.config.folders import ROOT
from tests.analysis.samples.pages import TUNED, answers, pair, settings

pytestmark = pytest.mark.accessibility
AXE = "CLUE_AXE"
"""Environment variable with the path of axe.min.js."""
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
SCREENS = ((1280, 900), (400, 860))
SITE = ("index.html", "docs/glossary.html", "docs/statistics.html", "api/analysis.html")
"""Pages of the site: one of each kind."""
COMPLETE = "document.readyState === 'complete'"
RESULT = (
    "axe.run(document, {{runOnly: {{type: 'tag', values: {}}}}}).then(result => ({{"
    "checked: result.passes.length, faults: result.violations.map(fault => [fault.id, "
    "fault.nodes.length, fault.nodes[0].target.join(' '), fault.nodes[0].failureSummary])}}))"
)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    assert chromium(), "no Chromium is installed: apt-get install chromium"
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
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_no_page_breaks_a_rule(
    chrome: Browser, pages: dict[str, Path], scheme: str, width: int, height: int
) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    chrome.send("Emulation.setEmulatedMedia", features=[feature])
    for name, page in pages.items():
        chrome.open(page, width=width, height=height)
        result = checked(chrome)
        assert result["checked"] > 10, name
        assert result["faults"] == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_no_page_of_the_site_breaks_a_rule(
    chrome: Browser, scheme: str, width: int, height: int
) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    chrome.send("Emulation.setEmulatedMedia", features=[feature])
    for name in SITE:
        page = ROOT / "site" / name
        assert page.is_file(), f"{page} is missing: run `make docs`"
        chrome.open(page, width=width, height=height, ready=COMPLETE)
        chrome.value("localStorage.clear()")  # the theme keeps the scheme of an earlier test there
        chrome.open(page, width=width, height=height, ready=COMPLETE)
        shown = chrome.value("document.body.dataset.mdColorScheme")
        assert shown == {"light": "default", "dark": "slate"}[scheme]
        result = checked(chrome, STANDARDS[:-1])  # the layout of headings is the theme's
        assert result["checked"] > 10, name
        assert result["faults"] == [], name


def checked(chrome: Browser, standards: Sequence[str] = STANDARDS) -> dict[str, Any]:
    """Rules that an open page follows, and its faults; folded parts are opened first."""
    chrome.value("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    chrome.value(f"{axe_source()}; null")
    return dict(chrome.value(RESULT.format(json.dumps(standards))))


def axe_source() -> str:
    path = os.environ.get(AXE, "")
    assert Path(path).is_file(), f"{AXE} names no file: run `make accessibility`"
    return Path(path).read_text()
