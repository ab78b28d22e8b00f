"""Commands in processes that are forked from one in which the libraries are imported already.

Imports take 85 % of the seconds of a small command, so that most tests of the command line start it
here. The price: what a command imports, and variables that libraries read while they are imported,
are those of the server. A test of these, with an environment or a folder of its own, or with a
launcher that starts processes (joblib waits for ever in a fork) starts an interpreter.
"""

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LIBRARIES = (
    *("bert_score", "hydra", "matplotlib.pyplot", "mlflow", "mlflow.artifacts", "nltk", "pandas"),
    *("mlflow.store.tracking.sqlalchemy_store", "pyarrow.parquet", "rouge_score.rouge_scorer"),
    *("scipy.stats", "torch._dynamo", "transformers.modeling_rope_utils"),
    *("transformers.models.auto.modeling_auto", "transformers.models.auto.tokenization_auto"),
    *("transformers.models.bert.modeling_bert", "transformers.models.llama.modeling_llama"),
    "transformers.generation.utils",
)
"""Imported by the server; nothing of the project is."""

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(list(LIBRARIES))


def run(
    command: Sequence[str], folder: Path, limit: float = 300.0
) -> subprocess.CompletedProcess[str]:
    """Runs a Python script to its end.

    Args:
        command: the interpreter, the script, its arguments.
        folder: where the outputs are written.
        limit: seconds.

    Raises:
        subprocess.TimeoutExpired: it did not end within the limit.
    """
    outputs = [folder / f"preloaded.{name}" for name in ("stdout", "stderr")]
    process = _SERVER.Process(
        target=_run, args=(list(command[1:]), os.getcwd(), dict(os.environ), outputs)
    )
    process.start()
    process.join(limit)
    if process.is_alive():
        process.kill()
        process.join()
        raise subprocess.TimeoutExpired(list(command), limit)
    assert process.exitcode is not None
    stdout, stderr = (path.read_text() for path in outputs)
    for path in outputs:
        path.unlink()
    return subprocess.CompletedProcess(list(command), process.exitcode, stdout, stderr)


def _run(
    words: list[str], folder: str, environment: dict[str, str], outputs: Sequence[Path]
) -> None:
    """Runs a script in the place of this process."""
    for number, path in zip((1, 2), outputs, strict=True):
        with path.open("w") as file:
            os.dup2(file.fileno(), number)
    sys.stdin = open(os.devnull)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    sys.path[0] = str(Path(words[0]).parent)
    try:
        runpy.run_path(words[0], run_name="__main__")
    finally:
        atexit._run_exitfuncs()
