"""Pictures of MLflow's UI for docs/mlflow.md, taken in a real browser.

    python docs/screenshots.py --mlruns mlruns        needs chromium

Starts the UI on 127.0.0.1 for as long as the pictures take.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clue.tracking.tracker import Tracker

HERE = Path(__file__).resolve().parent / "images"
PORT = 5078
PATIENCE = 120
"""Seconds that the UI may take to answer, and a page to be drawn."""
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars")


def main() -> None:
    """Write docs/images/mlflow_*.png."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mlruns", type=Path, default=HERE.parent.parent / "mlruns")
    mlruns = parser.parse_args().mlruns.resolve()
    tracker = Tracker(None, "clue", mlruns)
    experiment = f"http://127.0.0.1:{PORT}/#/experiments/{tracker.experiment_id}"
    with served(mlruns):
        picture(f"{experiment}/runs?viewStateShareKey=cells", "mlflow_cells")
        picture(compared(tracker), "mlflow_compare")
        newest = tracker.cells()[0].info.run_id
        picture(f"{experiment}/runs/{newest}", "mlflow_run")


def compared(tracker: Tracker) -> str:
    """Address that compares the two newest runs of one task."""
    newest: dict[str, str] = {}
    task = "meqsum"
    for run in tracker.cells():
        if run.data.tags["clue.task"] == task:
            newest.setdefault(run.data.tags["clue.model"], run.info.run_id)
    runs, experiments = json.dumps(sorted(newest.values())), json.dumps([tracker.experiment_id])
    return f"http://127.0.0.1:{PORT}/#/compare-runs?runs={runs}&experiments={experiments}"


@contextmanager
def served(mlruns: Path) -> Iterator[None]:
    """MLflow's UI on the store."""
    command = [sys.executable, "-m", "mlflow", "ui", "--workers", "1", "--port", str(PORT)]
    command += ["--backend-store-uri", f"sqlite:///{mlruns}/mlflow.db"]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    unheard = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=os.environ | quiet, **unheard)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers() and time.monotonic() < deadline:
            time.sleep(1)
        yield
    finally:
        server.terminate()
        server.wait(30)


def answers() -> bool:
    """Whether the UI is up."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=5):
            return True
    except OSError:
        return False


def picture(address: str, name: str) -> None:
    """Draw a page and keep it."""
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        drawn = f"--screenshot={HERE / name}.png"
        size = ("--window-size=2200,1000", "--virtual-time-budget=30000")
        command = ["chromium", *QUIET, f"--user-data-dir={profile}", *size, drawn, address]
        subprocess.run(command, check=True, timeout=PATIENCE, capture_output=True)


if __name__ == "__main__":
    main()
