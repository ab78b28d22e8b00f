"""Help is quick: it imports no heavy package, and a skipped sweep repeats no work."""

import subprocess
import sys

import pytest

from clue.__main__ import COMMANDS
from clue.cli.data import parser as data
from clue.cli.store import parser as store
from clue.cli.study import parser as study

HEAVY = (
    *("numpy", "pandas", "scipy", "mlflow", "torch", "transformers", "matplotlib", "jinja2"),
    *("hydra", "pyarrow"),
)
HELP = """import sys
from clue.__main__ import main
try: main(sys.argv[1:])
except SystemExit: pass"""
SHOW = f"print('loaded:', *(name for name in {HEAVY!r} if name in sys.modules))"
WORDS = [
    "--help",
    *(f"{name} --help" for name in COMMANDS),
    *(f"store {name} --help" for name in store.SUBCOMMANDS),
    *(f"data {name} --help" for name in data.SUBCOMMANDS),
    *(f"study {name} --help" for name in study.SUBCOMMANDS),
]


@pytest.mark.parametrize("words", WORDS)
def test_help_imports_nothing_heavy(words: str) -> None:
    command = [sys.executable, "-c", f"{HELP}\n{SHOW}", *words.split()]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "usage" in output or "python run.py" in output
    assert output.splitlines()[-1] == "loaded:", output.splitlines()[-1]
