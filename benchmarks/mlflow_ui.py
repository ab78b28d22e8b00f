"""MLflow's UI on a store, for pictures and measurements."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clue.cli import ui

PORT = 5078
TABLE = ".ag-center-cols-container .ag-row"
"""CSS selector of a row of a table."""


@contextmanager
def served(mlruns: Path) -> Iterator[str]:
    """Runs MLflow's UI on a store; yields its address."""
    root = f"http://{ui.HOST}:{PORT}/"
    words = ui.server_command(mlruns, PORT)
    server = subprocess.Popen(
        words, env=os.environ | ui.QUIET, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        if not ui.answers(root, server):
            raise RuntimeError(f"the UI of {mlruns} does not answer on port {PORT}")
        yield root
    finally:
        server.terminate()
        server.wait(30)
