import logging
import os
import signal
import subprocess
import sys
from multiprocessing import get_context
from typing import Any

import numpy as np  # noqa: F401  loads the library of its products
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from clue.common import processes
from clue.common.processes import in_processes

STARTED = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a terminal
from clue.common import processes
processes.cores = lambda: 2
def compute(number):
    os.write(2, b"up\\n")  # print would write twice, and lines of two processes mix
    time.sleep(60)
processes.in_processes(compute, [1, 2])
"""


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "cores", lambda: 2)


def test_results_are_in_the_order_of_their_items_and_come_from_other_processes() -> None:
    results = in_processes(lambda number: (number**2, os.getpid()), range(20))
    assert [square for square, _ in results] == [number**2 for number in range(20)]
    assert os.getpid() not in {process for _, process in results}


def test_more_processes_than_cores_compute_at_once_where_it_is_asked() -> None:
    meeting = get_context("fork").Barrier(3)
    in_processes(lambda _: meeting.wait(timeout=60), range(3), per_core=2)


@pytest.mark.parametrize("per_core", [1, 2])
@pytest.mark.parametrize(("cores", "items"), [(1, 3), (2, 1), (2, 0)])
def test_without_a_second_core_or_item_nothing_is_forked(
    cores: int, items: int, per_core: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "cores", lambda: cores)
    results = in_processes(lambda _: os.getpid(), range(items), per_core=per_core)
    assert results == [os.getpid()] * items


def test_systems_on_which_forks_are_not_safe_compute_in_one_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert in_processes(lambda _: os.getpid(), range(2)) == [os.getpid()] * 2


def test_a_process_multiplies_matrices_in_one_thread() -> None:
    def threads(_: int) -> list[int]:
        return [library["num_threads"] for library in threadpool_info()]

    with threadpool_limits(2):
        assert set(threads(0)) == {2}
        assert [set(numbers) for numbers in in_processes(threads, range(2))] == [{1}, {1}]


def test_an_error_in_a_process_is_raised_here() -> None:
    def compute(number: int) -> int:
        raise ValueError(f"no result of {number}")

    with pytest.raises(ValueError, match="no result of 1"):
        in_processes(compute, [1, 2])


def test_what_a_killed_process_owes_is_computed_here(caplog: pytest.LogCaptureFixture) -> None:
    here = os.getpid()

    def compute(number: int) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return number + 1

    with caplog.at_level(logging.WARNING, "clue"):
        assert in_processes(compute, [1, 2, 3]) == [2, 3, 4]
    assert "one process computes all again" in caplog.text


@pytest.mark.parametrize("before", [signal.SIG_IGN, signal.default_int_handler])
def test_a_signal_that_the_command_ignores_does_not_end_its_processes(before: Any) -> None:
    numbers = signal.SIGINT, signal.SIGTERM
    outside = [signal.signal(number, before) for number in numbers]
    try:
        handlers = in_processes(lambda _: signal.getsignal(signal.SIGINT), range(2))
        ends = in_processes(lambda _: signal.getsignal(signal.SIGTERM), range(2))
    finally:
        for number, handler in zip(numbers, outside, strict=True):
            signal.signal(number, handler)
    expected = signal.SIG_IGN if before == signal.SIG_IGN else signal.SIG_DFL
    assert handlers == [expected] * 2
    assert ends == [signal.SIG_DFL] * 2  # it is how they end with their parent


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_processes_end_with_the_command_that_forked_them(number: signal.Signals) -> None:
    command = [sys.executable, "-c", STARTED]
    with subprocess.Popen(command, stderr=-1, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        assert [process.stderr.readline() for _ in range(2)] == ["up\n"] * 2
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.send_signal(number)
        said = process.stderr.read()  # until the last that could write to it has ended
    assert said.count("Traceback") == (1 if number == signal.SIGINT else 0)


@pytest.mark.parametrize("bound", ["affinity", "variable"])
def test_cores_are_those_that_this_process_may_use(bound: str) -> None:
    """A container's quota is read by joblib, whose variable bounds it too."""
    program = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    program = program if bound == "affinity" else ""
    program += "from clue.common.processes import cores; print(cores())"
    environment = {**os.environ, "LOKY_MAX_CPU_COUNT": "1"} if bound == "variable" else None
    command = [sys.executable, "-c", program]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert output.stdout == "1\n"
