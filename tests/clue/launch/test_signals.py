import signal
import subprocess
import sys

import pytest

from clue.launch import signals

CHILD = "import time; print('up', flush=True); time.sleep(60); print('not ended')"
PARENT = f"""
import psutil, signal, subprocess, sys
from clue.launch import signals
from clue.errors import Terminated
signals.install_handlers()
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}])
try:
    signal.pause()
except Terminated:
    print("the child is there:", psutil.pid_exists(child.pid))
"""
ORPHAN = f"""
import os, subprocess, sys
start = "from clue.common.processes import end_with_parent; end_with_parent(%s); "
child = start % (os.getpid() + int(sys.argv[1])) + {CHILD!r}
subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.DEVNULL, stdout=sys.stderr)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [(-9, "killed (SIGKILL)"), (-11, "SIGSEGV"), (143, "stopped (SIGTERM)"), (1, "exit code 1")],
)
def test_an_exit_code_is_put_into_words(code: int, said: str) -> None:
    assert said in signals.describe_exit_code(code)


def test_a_stopped_process_ends_those_that_it_started_first() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=-1, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        parent.send_signal(signal.SIGTERM)
        assert parent.stdout.read() == "the child is there: False\n"


def test_a_job_does_not_outlive_what_started_it() -> None:
    command = [sys.executable, "-c", ORPHAN, "0"]
    with subprocess.Popen(command, stdin=-1, stderr=-1, text=True) as parent:
        assert parent.stderr is not None
        assert parent.stderr.readline() == "up\n"
        parent.kill()
        assert parent.stderr.read() == ""  # it ends when the last that could write to it has ended


def test_a_job_whose_parent_ended_before_it_looked_ends_too() -> None:
    command = [sys.executable, "-c", ORPHAN, "1"]  # another process started it
    with subprocess.Popen(command, stdin=-1, stderr=-1, text=True) as parent:
        _, said = parent.communicate("")
    assert "not ended" not in said
    assert "Traceback" not in said
