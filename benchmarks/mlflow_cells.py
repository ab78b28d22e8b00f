"""MLflow's UI on a store of 2,400 cells: size, tables, search and comparison of 50 runs.

    python -m benchmarks.mlflow_cells FOLDER [--models 100]        needs chromium

One fake model is evaluated on all tasks of the paper. Its runs are then copied in the database, for
each model and three prompt settings, with parameters, metrics and tags as the project writes them;
artifacts are not copied. Seconds are measured with the copies and, for comparison, before them.
"""

import argparse
import json
import os
import sqlite3
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from benchmarks.chromium import Browser, browser
from benchmarks.mlflow_ui import TABLE, served
from benchmarks.shards import write_models
from clue import evaluate
from clue.common.console import print_lines
from clue.tracking.ui_links import view_link

MODEL, PROMPT = "made_up_0", "paper"
PROMPTS = ("paper", "zero_shot", "upstream")
COPIED = ("params", "metrics", "latest_metrics", "tags")
COMPARED = 50
FILTER = "tags.clue.task = 'meqsum'"
PATIENCE = 120.0


def copy_runs(database: sqlite3.Connection, model: str, prompt: str) -> None:
    """Copy all runs of the first model under the name of another model and prompt setting."""
    runs = database.execute(
        "SELECT * FROM runs WHERE name LIKE ?", (f"{MODEL}/%{PROMPT}",)
    ).fetchall()
    names = [name for _, name, *_ in database.execute("PRAGMA table_info(runs)")]
    ids = {row[names.index("run_uuid")]: uuid.uuid4().hex for row in runs}
    changes = {**ids, MODEL: model, PROMPT: prompt}

    def copied(value: object) -> object:
        if not isinstance(value, str):
            return value
        for old, new in changes.items():
            value = value.replace(old, new)
        return value

    marks = ",".join("?" * len(ids))
    for table in ("runs", *COPIED):
        query = f"SELECT * FROM {table} WHERE run_uuid IN ({marks})"
        rows = [tuple(map(copied, row)) for row in database.execute(query, list(ids))]
        places = ",".join("?" * len(rows[0]))
        database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


def shown(chrome: Browser, address: str, content: str) -> float:
    """Opens a page; returns the seconds until it has the content (JavaScript)."""
    size = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chrome.send("Emulation.setDeviceMetricsOverride", **size)
    chrome.send("Page.navigate", url="about:blank")
    started = time.monotonic()
    chrome.send("Page.navigate", url=address)
    while not chrome.value(content):
        assert time.monotonic() < started + PATIENCE, f"{address} does not show {content}"
        time.sleep(0.05)
    return time.monotonic() - started


def found(root: str, experiment: str, query: str, most: int) -> list[str]:
    """Returns the ids of the runs that match a filter, by REST."""
    body = {"experiment_ids": [experiment], "filter": query, "max_results": most}
    request = urllib.request.Request(
        f"{root}api/2.0/mlflow/runs/search",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        runs = json.loads(answer.read()).get("runs", [])
    return [run["info"]["run_id"] for run in runs]


def timed(call: Callable[[], object]) -> float:
    """Returns the seconds of a call."""
    started = time.monotonic()
    call()
    return time.monotonic() - started


def seconds(mlruns: Path, experiment: str, pictures: Path) -> Mapping[str, float]:
    """Returns the seconds of each use of the UI; writes a picture of each page."""
    with served(mlruns) as root, browser() as chrome:
        runs = found(root, experiment, "tags.clue.kind = 'cell'", COMPARED)
        chosen, experiments = (quote(json.dumps(ids)) for ids in (runs, [experiment]))
        table = f"document.querySelector('{TABLE}') !== null"
        search = f"{root}#/experiments/{experiment}/runs?searchFilter={quote(FILTER)}"
        compare = f"{root}#/compare-runs?runs={chosen}&experiments={experiments}"
        compared = f"document.body?.innerText.includes('Comparing {len(runs)} Runs')"
        pages = {
            "first page": (f"{root}{view_link(experiment, 'cells')}", table),
            "table of cells": (f"{root}{view_link(experiment, 'cells')}", table),
            "search in the UI": (search, table),
            f"comparison of {COMPARED}": (compare, compared),
        }
        times = {"search by REST": timed(lambda: found(root, experiment, FILTER, 1000))}
        for name, (address, content) in pages.items():
            times[name] = shown(chrome, address, content)
            time.sleep(2)  # the rest of the page, for the picture
            chrome.screenshot(pictures / f"{name.replace(' ', '_')}.png")
        return times


def lines(before: Mapping[str, float], after: Mapping[str, float]) -> Iterator[str]:
    """Yields the seconds of each use with the copies, and their ratio to those before."""
    for name, value in after.items():
        yield f"{name}: {value:.2f} s, {value / before[name]:.1f} times those before"


def main() -> None:
    """Print size and seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=int, default=100)
    asked = parser.parse_args()
    folder = asked.folder.absolute()
    mlruns = folder / "mlruns"
    write_models(folder / "config" / "model", 1)
    os.environ["CLUE_CONFIG_DIR"] = str(folder / "config")
    if not (mlruns / "mlflow.db").is_file():
        evaluate(
            MODEL,
            "all",
            {"backend": "fake", "paths.data": "demo", "limit": 4, "paths.mlruns": str(mlruns)},
        )
    with sqlite3.connect(mlruns / "mlflow.db") as database:
        (experiment,) = database.execute(
            "SELECT experiment_id FROM experiments WHERE name = 'clue'"
        ).fetchone()
    before = seconds(mlruns, str(experiment), folder)
    numbers = range(asked.models)
    names = [(f"made_up_{number}", prompt) for number in numbers for prompt in PROMPTS]
    with sqlite3.connect(mlruns / "mlflow.db") as database:
        for model, prompt in names[1:]:
            copy_runs(database, model, prompt)
        count, *_ = database.execute("SELECT COUNT(*) FROM runs").fetchone()
    size = (mlruns / "mlflow.db").stat().st_size
    print_lines(f"{count:,} runs, {size / 1e6:.0f} MB, {size / count / 1e3:.0f} kB each")
    print_lines(*lines(before, seconds(mlruns, str(experiment), folder)))


if __name__ == "__main__":
    main()
