"""Pictures of MLflow's UI for docs/mlflow.md, taken in a real browser.

    python -m docs.screenshots --mlruns mlruns        needs chromium

Starts the UI on 127.0.0.1 for as long as the pictures take. The store needs an analysis with pairs,
such as that of `make demo`.
"""

import argparse
import io
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from benchmarks.chromium import Browser, browser
from benchmarks.mlflow_ui import TABLE, served
from clue.tracking.tracker import Tracker
from clue.tracking.ui_links import run_link, view_link

HERE = Path(__file__).resolve().parent / "images"
WIDTH = 1280
COLOURS = 128
PATIENCE = 60.0
"""Seconds that a page may take to be drawn."""
SETTLED = 4.0
"""Seconds between the first content of a page and its picture: charts are drawn one by one."""
CHART = ".js-plotly-plot .bars path"
"""CSS selector of a bar of a chart."""

HIDE = """(() => {
  for (const tools of document.querySelectorAll(".modebar")) tools.style.display = "none";
  for (const button of document.querySelectorAll("button"))
    for (let box = button; box; box = box.parentElement)
      if (getComputedStyle(box).position === "fixed") box.style.display = "none";
})()"""
"""Hides what covers content: the tools of charts and the floating button of MLflow's assistant."""


class Page(NamedTuple):
    """A page of the UI."""

    address: str
    height: int
    content: str
    """CSS selector of what must be there before the picture is taken."""


def main() -> None:
    """Write docs/images/mlflow_*.png."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mlruns", type=Path, default=HERE.parent.parent / "mlruns")
    mlruns = parser.parse_args().mlruns.resolve()
    tracker = Tracker(None, "clue", mlruns)
    with served(mlruns) as root, browser() as chrome:
        for name, page in pages(tracker).items():
            take(chrome, root, page, HERE / f"mlflow_{name}.png")


def pages(tracker: Tracker) -> Mapping[str, Page]:
    """Returns the pages by the name of their picture."""
    identifier = tracker.experiment_id
    newest = tracker.cells()[0].info.run_id
    charts = {"pairs": 1020, "levels": 1000}
    return {
        "pairs": Page(view_link(identifier, "pairs"), 720, TABLE),
        "cells": Page(view_link(identifier, "cells"), 900, TABLE),
        **{
            f"{name}_charts": Page(view_link(identifier, name, charts=True), height, CHART)
            for name, height in charts.items()
        },
        "run": Page(run_link(identifier, newest), 1000, "table"),
    }


def take(chrome: Browser, root: str, page: Page, path: Path) -> None:
    """Draws a page and writes its picture with few colours.

    Raises:
        RuntimeError: the page has not the expected content after `PATIENCE`.
    """
    size = {"width": WIDTH, "height": page.height, "deviceScaleFactor": 1, "mobile": False}
    chrome.send("Emulation.setDeviceMetricsOverride", **size)
    chrome.send("Page.navigate", url="about:blank")
    chrome.send("Page.navigate", url=root + page.address)
    deadline = time.monotonic() + PATIENCE
    while not chrome.value(f"document.querySelector('{page.content}') !== null"):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{root}{page.address} shows no {page.content} after {PATIENCE} s")
        time.sleep(0.2)
    time.sleep(SETTLED)
    chrome.value(HIDE)
    chrome.screenshot(path)
    picture = Image.open(io.BytesIO(path.read_bytes())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
