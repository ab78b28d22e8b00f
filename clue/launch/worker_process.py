"""Processes that run jobs: one for each job, or one for many jobs that need no isolation.

A process reads pickled jobs from its standard input and writes a byte to a pipe after each. The end
of the pipe is the end of the process.
"""

import logging
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from clue.launch.signals import GRACE_SECONDS
from clue.launch.watchdog import Watchdog
from clue.launch.worker import JobRequest

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0


class WorkerProcess:
    """A process of `clue.launch.worker`.

    Args:
        folder: of a job or a sweep; people and programs see it in the list of processes.
        environment: variables that it has in addition to those of this process.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._ends, writer = os.pipe()
        numbers = [str(writer), str(os.getpid())]
        command = [sys.executable, "-m", "clue.launch.worker", *numbers, str(folder)]
        try:
            # its own session, so that Ctrl-C reaches it once: from this process, as SIGTERM
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                env={**os.environ, **environment},
                start_new_session=True,
                pass_fds=[writer],
            )
        finally:
            os.close(writer)

    @property
    def runs(self) -> bool:
        """True until the process has ended."""
        return self.process.poll() is None

    def run(self, request: JobRequest, watchdog: Watchdog | None = None) -> bool:
        """Run a job; returns False if the watchdog has ended its process.

        The process may have ended for other reasons: see `runs`.
        """
        assert self.process.stdin
        try:
            self.process.stdin.write(pickle.dumps(request.resolved()))
            self.process.stdin.flush()
        except BrokenPipeError:  # it was killed before
            self.process.wait()
            return True
        while not select.select([self._ends], [], [], POLL_SECONDS)[0]:
            if watchdog and watchdog.is_due():
                log.error("job %s: no progress; its process is ended", request.number)
                self._end()
                return False
        if not os.read(self._ends, 1):
            self.process.wait()
        return True

    def close(self) -> int:
        """Let the process end when its job has ended; returns its exit code."""
        assert self.process.stdin
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        os.close(self._ends)
        return self.process.wait()

    def _end(self) -> None:
        """End a process that hangs, in order if it can."""
        self.process.terminate()
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
