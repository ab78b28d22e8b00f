"""Estimates on a simulated clock: what a cell reports, and what was really left."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from clue.common.meter import Meter
from clue.evaluation.estimate import Work
from clue.evaluation.preflight import CellSize
from clue.evaluation.progress import CellProgress, JobProgress
from clue.records import Completion, Message, Prompt

READ_SECONDS, NEW_SECONDS = 0.002, 0.05
"""Of a token of a prompt, and of a new one."""
LIMIT = 512


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Workload:
    """Lengths of prompts and answers, shape (n,), in the order in which they are generated."""

    prompts: list[int]
    answers: list[int]
    load_seconds: float = 0.0
    batch: int = 8
    stored_length: float | None = None
    reports_steps: bool = True
    clock: Clock = field(default_factory=Clock)
    new_tokens: float = 0.0
    """Generated so far."""

    @property
    def seconds(self) -> float:
        """Of the generation alone."""
        return READ_SECONDS * sum(self.prompts) + NEW_SECONDS * sum(self.answers)

    def moments(self) -> Iterator[tuple[float, float | None, float | None]]:
        """Yields the true seconds left, the estimate and the bound after each report."""
        meter = Meter(self.clock)
        cell = CellProgress("a", meter, stored_length=self.stored_length)
        prompts = [Prompt(str(n), (Message("user", "?"),), LIMIT) for n in range(len(self.prompts))]
        size = CellSize(len(prompts), 0, sum(self.prompts), 0, None, 0, len(prompts))
        cell.plan([LIMIT] * len(prompts), size)
        end = self.clock.now + self.load_seconds + self.seconds
        with cell.generating(len(prompts), prompts):
            with meter.doing("loading weights"):
                self.clock.now += self.load_seconds
            for first in range(0, len(prompts), self.batch):
                for _ in self._generate(meter, cell, first):
                    work = cell.work
                    self.new_tokens = work.new
                    yield end - self.clock.now, work.seconds_left(), work.most_seconds_left()
        assert cell.work.samples == cell.samples == len(prompts)
        assert cell.generated == pytest.approx(self.seconds)

    def _generate(self, meter: Meter, cell: CellProgress, first: int) -> Iterator[None]:
        part = slice(first, first + self.batch)
        prompts, answers = self.prompts[part], self.answers[part]
        meter.start_batch()
        self.clock.now += READ_SECONDS * sum(prompts)
        if self.reports_steps:
            meter.add_read(sum(prompts), len(prompts))
            yield
        for step in range(max(answers)):
            running = [length for length in answers if length > step]
            self.clock.now += NEW_SECONDS * len(running)
            if self.reports_steps:
                meter.add_new(len(running), sum(length == step + 1 for length in running))
                yield
        for length, new in zip(prompts, answers, strict=True):
            cell.add(Completion("!", "stop", length, new, 0.0))
        yield


def constant(count: int = 160) -> Workload:
    return Workload([300] * count, [40] * count)


def long_prompts_first() -> Workload:
    lengths = [round(6000 * 0.97**n) + 50 for n in range(160)]
    return Workload(lengths, [30] * 160, batch=4)


def early_stops() -> Workload:
    chance = random.Random(3)
    return Workload([200] * 160, [chance.choice((4, 9, 25, 60, LIMIT)) for _ in range(160)])


def slow_load() -> Workload:
    return Workload([300] * 160, [40] * 160, load_seconds=5000.0)


def completions_alone() -> Workload:
    return Workload([300] * 160, [40] * 160, reports_steps=False)


def one_batch_with_history() -> Workload:
    chance = random.Random(5)
    answers = [chance.randint(20, 60) for _ in range(64)]
    return Workload([300] * 64, answers, batch=64, stored_length=41.0)


WORKLOADS = (
    *(constant, long_prompts_first, early_stops, slow_load, completions_alone),
    one_batch_with_history,
)


@pytest.mark.parametrize("workload", WORKLOADS)
def test_after_a_tenth_of_the_work_estimates_are_within_a_factor_of_two(
    workload: Callable[[], Workload],
) -> None:
    case = workload()
    judged = 0
    for left, estimate, _ in case.moments():
        share = 1 - left / case.seconds
        if 0.1 <= share <= 0.9:
            if not case.new_tokens:  # nothing tells yet how long a new token takes
                assert estimate is None
                continue
            assert estimate is not None, share
            assert left / 2 <= estimate <= 2 * left, (share, left, estimate)
            judged += 1
    assert judged >= 10


@pytest.mark.parametrize("workload", WORKLOADS)
def test_what_is_said_before_is_no_wrong_number(workload: Callable[[], Workload]) -> None:
    case = workload()
    for left, estimate, _ in case.moments():
        if estimate is not None and left > 0.1 * case.seconds:
            assert left / 3 <= estimate <= 3 * left


def test_without_an_ended_answer_there_is_a_bound_and_no_estimate() -> None:
    case = Workload([100] * 64, [50] * 64, batch=64)
    moments = list(case.moments())
    left, estimate, bound = moments[len(moments) // 2]
    assert estimate is None
    assert bound is not None
    assert bound >= left


def test_an_answer_that_loops_is_expected_to_use_up_its_limit() -> None:
    case = Workload([100] * 20, [10] * 19 + [LIMIT], batch=20)
    for left, estimate, _ in case.moments():
        if 0.2 * NEW_SECONDS * LIMIT < left < 0.9 * NEW_SECONDS * LIMIT:
            assert estimate is not None
            assert left / 2 <= estimate <= 2 * left


def test_a_cell_without_new_samples_needs_no_time() -> None:
    assert Work(samples=0, prompt_tokens=0, limit=LIMIT).seconds_left() == 0


def test_a_halved_batch_is_counted_once() -> None:
    meter = Meter(Clock())
    cell = CellProgress("a", meter)
    prompts = [Prompt(str(n), (Message("user", "?"),), 9) for n in range(4)]
    with cell.generating(4, prompts):
        meter.add_read(40, 4)
        meter.add_new(7)
        meter.start_batch()
        meter.add_read(20, 2)
        meter.add_new(4, 2)
        assert (cell.work.read, cell.work.new, cell.work.ended) == (20, 4, 2)
        for _ in range(2):
            cell.add(Completion("!", "stop", 10, 2, 0.0))
        assert (cell.work.read, cell.work.new, cell.work.ended) == (20, 4, 2)


def test_cells_to_come_take_the_speed_of_those_before_and_their_stored_lengths() -> None:
    clock = Clock()
    meter = Meter(clock)
    job = JobProgress(meter)
    job.expect(["a", "b", "c"])
    prompts = [Prompt(str(n), (Message("user", "?"),), 20) for n in range(10)]
    for name, stored in (("a", None), ("b", 5.0), ("c", None)):
        job.cells[name].plan([20] * 10, CellSize(10, 0, 1000, 0, None, 0, 10))
        job.cells[name].stored_length = stored
    with job.running("a") as cell, cell.generating(10, prompts):
        clock.now += 10
        meter.add_read(1000, 10)
        for _ in range(5):
            clock.now += 10
            meter.add_new(10)
        for _ in range(10):
            cell.add(Completion("!", "stop", 100, 5, 0.0))
    _, b, c = job.facts()["cells"]
    assert b["seconds_left"] == pytest.approx(10 + 50)
    assert (c["seconds_left"], c["at_most"]) == (None, pytest.approx(10 + 200))


def test_a_cell_that_only_reads_so_far_is_bounded_by_the_speed_of_an_earlier_one() -> None:
    clock = Clock()
    job = JobProgress(Meter(clock))
    job.expect(["first", "second"])
    for task in ("first", "second"):
        with job.running(task) as cell:
            prompts = [Prompt(str(n), (Message("user", "?"),), LIMIT) for n in range(4)]
            cell.prompt_tokens = 400
            with cell.generating(4, prompts):
                job.meter.start_batch()
                assert (cell.work.most_seconds_left() is None) == (task == "first")
                clock.now += 100 * READ_SECONDS
                job.meter.add_read(100, 1)
                if task == "second":
                    left = 300 * READ_SECONDS + 4 * LIMIT * NEW_SECONDS
                    assert cell.work.most_seconds_left() == pytest.approx(left)
                    assert cell.work.seconds_left() is None
                clock.now += NEW_SECONDS
                job.meter.add_new(1, 1)
                cell.add(Completion("a", "stop", 100, 1, 0.1))
