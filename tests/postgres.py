"""A PostgreSQL and an MLflow server on it, both on 127.0.0.1, for as long as a block lasts.

Debian: apt-get install postgresql. Nothing of a cluster that runs already is touched: the database
lies in a folder of its own. PostgreSQL refuses to run as root, so root becomes another user for it.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 180


def program(name: str) -> str:
    """Path of one of PostgreSQL's programs; Debian keeps them off the PATH."""
    found = shutil.which(name) or next(
        map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None
    )
    if found is None:
        raise FileNotFoundError(f"{name} is not installed: apt-get install postgresql")
    return str(Path(found).resolve())


@contextmanager
def database() -> Iterator[str]:
    """A fresh PostgreSQL; yields its address, which needs no password from this machine.

    The driver is named: SQLAlchemy 2.1 would take psycopg 3 for `postgresql://`.
    """
    as_user: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="clue-postgres-") as name:
        folder, port = Path(name), free_port()
        if os.getuid() == 0:
            known = {entry.pw_name for entry in pwd.getpwall()}
            user = pwd.getpwnam("postgres" if "postgres" in known else "nobody")
            os.chown(folder, user.pw_uid, user.pw_gid)
            as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        options: dict[str, Any] = {**as_user, "cwd": folder, "stdout": subprocess.DEVNULL}
        data = str(folder / "data")
        init = [
            program("initdb"),
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "clue",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(init, check=True, **options)
        command = [program("postgres"), "-D", data, "-k", name, "-h", "127.0.0.1", "-p", str(port)]
        with stopped_at_the_end(command, stderr=subprocess.DEVNULL, **options) as process:
            wait(process, lambda: socket.create_connection(("127.0.0.1", port), 1).close())
            time.sleep(1)  # it listens a moment before it answers
            yield f"postgresql+psycopg2://clue@127.0.0.1:{port}/postgres"


@contextmanager
def mlflow_server(store: str, artifacts: Path) -> Iterator[str]:
    """An MLflow server on that database; yields its address."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store),
        *("--artifacts-destination", str(artifacts), "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "2"),
    ]
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (
        (artifacts.parent / "server.log").open("w") as log,
        stopped_at_the_end(command, stdout=log, stderr=log, env=environment) as process,
    ):
        wait(process, lambda: urllib.request.urlopen(f"{address}/health", timeout=2).close())
        yield address


@contextmanager
def stopped_at_the_end(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is asked to end, and killed if it does not."""
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def wait(process: subprocess.Popen[bytes], answers: Any) -> None:
    """Until it answers."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            answers()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
