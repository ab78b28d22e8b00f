"""The commands of the documents are run, each document's in order, as a reader would.

Each has a copy of the project of its own, with the fictional data in `data/`, checkpoints of random
weights where two models of the study are sought, and an empty store. There a command is run as it
stands, in a shell, but for what `REDUCED` appends to it. Not run is what needs something that a
test lacks (`needs ...` in a comment; test_arguments.py checks its arguments) and what make targets
do, which has tests of its own: they are expanded, and only `make ui` is started.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from clue.config.folders import ROOT
from tests import tiny
from tests.clue.cli.data.fake_checkout import SCRIPTS
from tests.documentation.reading import DOCUMENTS, Command, commands

PARTS = ("analysis", "benchmarks", "clue", "conf", "examples")
FILES = ("run.py", "Makefile", "README.md", "pyproject.toml", "constraints.txt")
STOOD_IN = {"a GPU"}
"""What checkpoints of random weights make `run.py` do without."""
REDUCED = (
    ("run.py --help", ""),
    ("study=demo backend=fake", "limit=2"),
    ("run.py -m study=demo", "limit=2 backend=fake"),  # its models have a test of their own
    ("run.py", "limit=2"),
    *((f"python -m analysis {name}", "") for name in ("compare", "meta", "power")),
    ("python -m analysis", "include_trials=true"),  # cells with a limit are trials
    ("build medisumcode", "--out built.json"),  # the fictional ones stay where they are
)
"""What is appended to a command that holds these words; the first that fits."""
UNREDUCED = ("docs/adding.md",)
"""Documents whose commands are run to the letter."""
LONG = (
    *("README.md", "docs/commands.md", "docs/adding.md", "docs/running.md", "docs/studies.md"),
    *("docs/draws.md", "docs/prompts.md", "docs/protocol.md", "docs/report.md", "docs/samples.md"),
    *("docs/server.md", "docs/thinking.md"),
)
"""Documents whose commands take over fifteen seconds: they are run by `make soak`."""
LIMIT = 240.0
"""Seconds after which a command is given up."""


def runs(command: Command) -> bool:
    """Whether a test can run it."""
    return set(command.needs) <= (STOOD_IN if "python run.py" in command.line else set())


def chapters() -> dict[str, list[Command]]:
    """Of each document the commands that no earlier one has."""
    first: dict[str, str] = {}
    for document in DOCUMENTS:
        for command in filter(runs, commands(document)):
            first.setdefault(command.line, document)
    return {
        document: [
            command
            for command in dict.fromkeys(filter(runs, commands(document)))
            if first[command.line] == document
        ]
        for document in DOCUMENTS
        if document in first.values()
    }


@pytest.fixture
def checkout(tmp_path: Path, mlruns: Path, models: Path) -> Path:
    """A copy of the project, with what a reader would have by then."""
    assert mlruns == tmp_path / "mlruns"
    for name in PARTS:
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in FILES:
        shutil.copy2(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    shutil.copytree(ROOT / "clue" / "data" / "demo", tmp_path / "data")
    shutil.copytree(models, tmp_path / "models")
    for seed, name in enumerate(("some-model", "some-base"), start=3):
        tiny.llama(tmp_path / "models" / "some-org" / name, seed=seed)
    for name, text in SCRIPTS.items():
        (tmp_path / "CLUE" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "CLUE" / name).write_text(text)
    return tmp_path


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell in which the project's environment is active."""
    monkeypatch.setenv("PATH", str(Path(sys.prefix) / "bin"), prepend=os.pathsep)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.mark.slow
@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    "document",
    [
        pytest.param(document, marks=[pytest.mark.soak] * (document in LONG))
        for document in chapters()
    ],
)
def test_the_commands_of_a_document_do_what_it_says(document: str, checkout: Path) -> None:
    for command in chapters()[document]:
        started = time.monotonic()
        if command.words[0] == "make":
            failed = _made(command, checkout)
        else:
            failed = _shell(f"{command.line}{_reduction(command, document)}", checkout)
        print(f"{time.monotonic() - started:6.1f} s  {command.line}")  # pytest shows it on failure
        assert not failed, f"{document}: {command.line}\n{failed}"


def _reduction(command: Command, document: str) -> str:
    """What is appended to a command, after a blank; empty for a document that is not reduced."""
    fitting = (more for part, more in REDUCED if part in command.line)
    more = "" if document in UNREDUCED else next(fitting, "")
    return f" {more}" if more else ""


def _shell(line: str, checkout: Path) -> str:
    """What a command said if it failed, else nothing."""
    done = subprocess.run(
        ["bash", "-c", line], cwd=checkout, capture_output=True, text=True, timeout=LIMIT
    )
    return (done.stdout + done.stderr)[-3000:] if done.returncode else ""


def _made(command: Command, checkout: Path) -> str:
    """Expand a target; the UI is started, too."""
    stamps = (f"-o .venv/.{name}" for name in ("installed", "dev", "docs", "embedded"))
    made = ["make", *" ".join(stamps).split(), *command.words[1:]]
    if failed := _shell(" ".join([*made, "--dry-run"]), checkout):
        return failed
    return _answers(made, checkout) if command.words[1] == "ui" else ""


def _answers(made: list[str], checkout: Path) -> str:
    """Start a server on a free port, ask it, end it; what it said if it did not answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = checkout / "ui.log"
    with (
        said.open("w") as log,
        subprocess.Popen(
            made,
            cwd=checkout,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | {"MLFLOW_PORT": str(port)},
        ) as server,
    ):
        try:
            return "" if _up(f"http://127.0.0.1:{port}/", server) else said.read_text()
        finally:
            os.killpg(server.pid, 15)


def _up(url: str, server: "subprocess.Popen[bytes]") -> bool:
    """Whether something answers before the server ends or a minute has passed."""
    for _ in range(120):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return b"MLflow" in answer.read()
        except OSError:
            if server.poll() is not None:
                return False
            time.sleep(0.5)
    return False
