"""Commands of the project in children of this process, which has imported everything before.

A process of its own takes seconds to import its libraries; a fork of this one takes none.
"""

import contextlib
import importlib
import os
import re
import shlex
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

PROGRAMS = {
    "run.py": "clue.cli.run",
    "clue": "clue.__main__",
    "analysis": "analysis.__main__",
}
UNFORESEEN = re.compile(
    r"Traceback \(most recent call last\)|its words are left out|"
    r"(?<!\()(?<!Hydra cannot run this command: )\b[A-Z]\w+(?:Error|Exception): "
)
"""A traceback, or an error of Python or of a library in the place of a sentence for people."""
POLL_SECONDS = 0.005
LIMIT_SECONDS = 180.0


class Ended(NamedTuple):
    """A command that has ended."""

    code: int
    """Exit code; the negative number of a signal that killed it."""
    output: str
    """Stdout and stderr."""
    seconds: float

    def unforeseen(self) -> str | None:
        """Returns the line of a traceback or of an unforeseen error; None if there is none."""
        match = UNFORESEEN.search(self.output)
        if self.code in (-signal.SIGKILL, 70):
            return f"killed or ended by an exception ({self.code}): {self.output[-300:]}"
        if match is None:
            return None
        start = self.output.rfind("\n", 0, match.start()) + 1
        traced = self.output[start:].startswith("Traceback")
        return self.output[-400:] if traced else self.output[start : start + 400]


def command(
    words: str | list[str],
    *,
    seconds: float = LIMIT_SECONDS,
    kill_after: float | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Ended:
    """Run `run.py ...`, `clue ...` or `analysis ...`, in a fork.

    Args:
        words: the command line.
        seconds: time after which it counts as a hang and is killed.
        kill_after: seconds after which it is killed by design; None = never.
        environment: variables that are set.
        folder: current folder.
    """
    program, *arguments = shlex.split(words) if isinstance(words, str) else words

    def main() -> int:
        os.environ.update(environment or {})
        if folder is not None:
            os.chdir(folder)
        sys.argv[:] = [program, *arguments]
        return int(importlib.import_module(PROGRAMS[program]).main(arguments))

    return forked(main, seconds=seconds, kill_after=kill_after)


def forked(
    main: Callable[[], int], *, seconds: float = LIMIT_SECONDS, kill_after: float | None = None
) -> Ended:
    """Run a function in a fork, with its output in a file; its result is the exit code."""
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            _run(main, output.fileno())
        end = started + (seconds if kill_after is None else kill_after)
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                break
            if time.monotonic() > end:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child, signal.SIGKILL)
                _, status = os.waitpid(child, 0)
                break
            time.sleep(POLL_SECONDS)
        output.seek(0)
        text = output.read().decode(errors="replace")
        return Ended(os.waitstatus_to_exitcode(status), text, time.monotonic() - started)


def _run(main: Callable[[], int], output: int) -> None:
    """Body of the child."""
    code = 70
    try:
        os.setsid()
        for number in (1, 2):
            os.dup2(output, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        code = main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(code)


def warm(*commands: str) -> None:
    """Run commands in forks, and import into this process the modules that they imported."""
    for words in commands:
        with tempfile.NamedTemporaryFile("r") as names:
            program, *arguments = shlex.split(words)

            def main(
                program: str = program, arguments: list[str] = arguments, path: str = names.name
            ) -> int:
                sys.argv[:] = [program, *arguments]
                try:
                    return int(importlib.import_module(PROGRAMS[program]).main(arguments))
                finally:
                    Path(path).write_text("\n".join(sys.modules))

            ended = forked(main)
            if ended.code:
                raise RuntimeError(f"{words}: {ended.code}\n{ended.output[-2000:]}")
            for name in names.read().splitlines():
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
