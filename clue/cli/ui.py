"""Show a store's runs in MLflow's browser interface.

    clue ui
    clue ui --mlruns DIR --port 5001

Prints links to the views of the runs and to the newest report, and opens the first one in a browser
if there is a display. The server listens on this machine only and ends with Ctrl-C.
"""

import argparse
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from clue.common.cli import Command
from clue.common.console import print_lines
from clue.common.paths import absolute_path
from clue.config.folders import ROOT
from clue.errors import ConfigError, TrackingError

log = logging.getLogger(__name__)

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
HOST = "127.0.0.1"
APP = "clue"
"""Name of `clue.tracking.ui_app` among MLflow's applications; absent before `make setup`."""
PATIENCE = 120.0
"""Seconds that the server may take to answer."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--mlruns", default=str(ROOT / "mlruns"), help="folder of the store (default: mlruns)"
    )
    parser.add_argument("--port", type=int, help="default: MLFLOW_PORT, else 5000")
    parser.add_argument("--experiment", default="clue", help="default: clue")
    parser.add_argument("--no-open", action="store_true", help="open no browser")


def run(arguments: argparse.Namespace) -> int:
    """Run MLflow's server until it ends; returns its exit code.

    Raises:
        ConfigError: the folder has no database, or the port is taken.
    """
    mlruns = absolute_path(arguments.mlruns)
    if not (mlruns / "mlflow.db").is_file():
        raise ConfigError(
            f"{mlruns / 'mlflow.db'} does not exist yet. Create it with a run, for example `python "
            "run.py -m study=demo`, or name another store with --mlruns <folder>"
        )
    port = arguments.port or _default_port()
    _check_free(port)
    root = f"http://{HOST}:{port}/"
    pages = _pages(mlruns, arguments.experiment)
    server = subprocess.Popen(server_command(mlruns, port), env=os.environ | QUIET)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        if answers(root, server):
            width = max(map(len, pages)) + 2
            print_lines(*(f"{name:<{width}}{root}{page}" for name, page in pages.items()))
            first = next(iter(pages.values()), "")
            if not arguments.no_open and has_display():
                webbrowser.open(f"{root}{first}")
        return server.wait()
    except KeyboardInterrupt:  # the server has the same signal
        server.wait()
        return 130


def server_command(mlruns: Path, port: int) -> list[str]:
    """Returns the command of MLflow's server on a store."""
    words = [sys.executable, "-m", "mlflow", "ui", "--workers", "1", "--host", HOST]
    words += ["--port", str(port), "--backend-store-uri", f"sqlite:///{mlruns / 'mlflow.db'}"]
    words += ["--uvicorn-opts", "--log-level warning"]  # the links stay in sight
    installed = APP in entry_points(group="mlflow.app").names
    return [*words, "--app-name", APP] if installed else words


def answers(root: str, server: "subprocess.Popen[bytes]") -> bool:
    """Waits for a server; returns False if it ended or took too long."""
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{root}health", timeout=5):
                return True
        except OSError:
            time.sleep(0.3)
    return False


def has_display() -> bool:
    """Tests if a browser window can open here."""
    windows = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return windows or sys.platform in ("darwin", "win32")


def _pages(mlruns: Path, experiment: str) -> Mapping[str, str]:
    """Returns the pages that matter, the best one first; a store that is read-only has only one."""
    from clue.tracking.tracker import Tracker
    from clue.tracking.ui_pages import pages

    try:
        return pages(Tracker(None, experiment, mlruns))
    except TrackingError as error:
        log.warning("%s", error)
        return {"start": ""}


def _default_port() -> int:
    text = os.environ.get("MLFLOW_PORT", "5000")
    if not text.isdecimal():
        raise ConfigError(f"MLFLOW_PORT={text!r} is no number; set it to a port such as 5000")
    return int(text)


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise ConfigError(
                f"port {port} cannot be used ({error}); choose another one: "
                f"python -m clue ui --port {min(port, 65000) + 1}"
            ) from error


main = Command("clue ui", __doc__, add, run)
