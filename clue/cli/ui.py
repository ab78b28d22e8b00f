"""Show a store's runs in MLflow's browser interface.

    clue ui
    clue ui --mlruns DIR --port 5001

The server listens on this machine only and ends with Ctrl-C.
"""

import argparse
import os
import sys

from clue.common.cli import Command
from clue.common.paths import absolute_path
from clue.config.folders import ROOT
from clue.errors import ConfigError

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--mlruns", default=str(ROOT / "mlruns"), help="folder of the store (default: mlruns)"
    )
    parser.add_argument("--port", help="default: MLFLOW_PORT, else 5000")


def run(arguments: argparse.Namespace) -> int:
    """Replace this process by MLflow's server.

    Raises:
        ConfigError: the folder has no database.
    """
    database = absolute_path(arguments.mlruns) / "mlflow.db"
    if not database.is_file():
        raise ConfigError(
            f"{database} does not exist yet. Create it with a run, for example `python run.py -m "
            f"study=demo`, or name another store with --mlruns <folder>"
        )
    words = ["mlflow", "ui", "--workers", "1", "--backend-store-uri", f"sqlite:///{database}"]
    port = ["--port", arguments.port] if arguments.port else []
    os.execve(sys.executable, [sys.executable, "-m", *words, *port], os.environ | QUIET)


main = Command("clue ui", __doc__, add, run)
