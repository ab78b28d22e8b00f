"""Generation on random weights of several shapes and tasks: the project, `generate` and vLLM.

    bash benchmarks/gpu.sh                  7B and 1B shapes, under eight minutes on one GPU
    bash benchmarks/gpu.sh --shapes tiny    a minute on a CPU

Prompts are random token ids with the lengths and the shared beginnings of MeQSum, LongHealth and
MeDiSumQA. The project runs with shared prefixes and without, with each implementation of attention,
and with `torch.compile`; plain `generate` at its best batch of a few; vLLM in this process if it
can be imported, with CUDA graphs and without, with random weights of its own, so that its answers
are not compared. Work that would begin after `--minutes` is left out, and the table says so.

`of the peak` is 2 x parameters x tokens / seconds as a share of the rate of a large matrix product
that was measured in the same run. Tokens are the answers and what a method has to read: with shared
prefixes each distinct prefix once. In bfloat16 equal answers are counted and not required.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from benchmarks.generation_loops import Answers, Clock, Rows, ours, plain
from benchmarks.generation_rates import SHAPES, Floors, shape
from benchmarks.gpu_prompts import PROMPT_SHAPES, PromptShape, distinct_tokens
from benchmarks.gpu_vllm import answers_of_vllm
from clue.backends.huggingface import shared_prefix
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.memory import devices, is_exhausted
from clue.backends.huggingface.turn import TurnRules

HEADER = (
    *("shape", "task", "way", "seconds", "samples/s", "new tokens/s"),
    *("of the peak", "memory GiB", "answers as ours"),
)
NEVER = 10**9
FLASH = "flash_attention_2"


@dataclass
class Table:
    """Rows of the measurements, and the time that is left for others."""

    deadline: float
    path: Path | None = None
    """File that has the table after each row: the script may be stopped."""
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Print a row, and write it."""
        self.rows.append((*cells, *[""] * (len(HEADER) - len(cells))))
        if self.path:
            self.path.write_text(self.text())
        print("  ".join(cells), flush=True)

    @property
    def is_over(self) -> bool:
        """True if no further measurement begins."""
        return time.monotonic() > self.deadline

    def leaves_out(self, *names: str) -> bool:
        """Tests if no further measurement begins; adds a row that says so of this one."""
        if self.is_over:
            self.add(*names, "left out: --minutes are over")
        return self.is_over

    def text(self) -> str:
        """Returns the table in Markdown."""
        lines = [HEADER, ("---",) * len(HEADER), *self.rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


@dataclass
class Work:
    """Prompts of a task for a model, and where their measurements go."""

    table: Table
    model_name: str
    prompts: PromptShape
    rows: Rows
    floors: Floors
    reference: Answers = field(default_factory=dict)
    """Answers of the project with shared prefixes, which the others are compared with."""

    def measure(self, way: str, run: Callable[[], Answers], *, shares: bool) -> float | None:
        """Add the row of a way to answer; returns its seconds, None if it did not end.

        Args:
            way: its name.
            run: answers all prompts.
            shares: it reads each distinct prefix once.
        """
        names = (self.model_name, self.prompts.name, way)
        if self.table.leaves_out(*names):
            return None
        clock = Clock()
        on_gpu = torch.cuda.is_available()
        if on_gpu:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        try:
            clock.run(run)
        except Exception as error:  # another method can still be measured
            reason = "out of memory" if is_exhausted(error) else f"{error}".split("\n")[0][:80]
            self.table.add(*names, f"failed: {type(error).__name__}: {reason}")
            return None
        new = self.prompts.budget * len(self.rows)
        read = distinct_tokens(self.rows) if shares else sum(map(len, self.rows))
        equal = sum(clock.answers.get(i) == answer for i, answer in self.reference.items())
        self.table.add(
            *names,
            f"{clock.wall:.2f}",
            f"{len(self.rows) / clock.wall:.2f}",
            f"{new / clock.wall:.0f}",
            f"{self.floors.share(read + new, clock.wall):.1%}",
            f"{torch.cuda.max_memory_allocated() / 2**30:.1f}" if on_gpu else "-",
            f"{equal} of {len(self.rows)}" if self.reference and clock.answers else "-",
        )
        self.reference = self.reference or clock.answers
        return clock.wall


@contextmanager
def nothing_shared() -> Iterator[None]:
    """Let the project read every prompt completely."""
    before = shared_prefix.MIN_PREFIX, shared_prefix.MIN_FAMILY_PREFIX
    shared_prefix.MIN_PREFIX = shared_prefix.MIN_FAMILY_PREFIX = NEVER
    try:
        yield
    finally:
        shared_prefix.MIN_PREFIX, shared_prefix.MIN_FAMILY_PREFIX = before


def compare(model: Any, work: Work) -> None:
    """Measure the project with and without shared prefixes, and `generate` at its best batch."""
    budget, rows = work.prompts.budget, work.rows
    batched = BatchGenerator(model, TurnRules())
    ours(batched, rows[:2], 2)  # what is initialised once is not timed
    mine = work.measure("ours", lambda: ours(batched, rows, budget), shares=True)
    with nothing_shared():
        work.measure("ours, nothing shared", lambda: ours(batched, rows, budget), shares=False)
    seconds = []
    for size in work.prompts.batches:

        def batches(size: int = size) -> Answers:
            return dict(enumerate(plain(model, rows, size, [], budget)))

        seconds.append(work.measure(f"generate, batch {size}", batches, shares=False))
    ended = [value for value in seconds if value is not None]
    if mine and ended:
        ratio = f"ours is {min(ended) / mine:.2f} times as fast as the best `generate`"
        work.table.add(work.model_name, work.prompts.name, ratio)


def attention(model: Any, work: Work) -> None:
    """Measure the project with each implementation of attention."""
    names = ["sdpa", "eager", *([FLASH] if _is_installed("flash_attn") else [])]
    for name in names:

        def answers(name: str = name) -> Answers:
            model.set_attn_implementation(name)
            return ours(BatchGenerator(model, TurnRules()), work.rows, work.prompts.budget)

        work.measure(f"ours, {name}", answers, shares=True)
    model.set_attn_implementation("sdpa")


def compiled(model: Any, work: Work, compiler: str) -> None:
    """Measure the project with `torch.compile`: a run that compiles, and one afterwards."""
    forward = model.forward
    model.forward = torch.compile(forward, backend=compiler)
    try:
        for way in ("ours, while it compiles", "ours, compiled"):
            batched = BatchGenerator(model, TurnRules())

            def answers(batched: BatchGenerator = batched) -> Answers:
                return ours(batched, work.rows, work.prompts.budget)

            if work.measure(way, answers, shares=True) is None:
                return
    finally:
        model.forward = forward


def measure(name: str, table: Table) -> list[Work]:
    """Measure all tasks on random weights of a shape, vLLM last: it needs the memory alone."""
    model = shape(name)
    floors = Floors(model)
    floors.measure()
    print(f"{name}: matrix products {floors.matmul / 1e12:.2f} TFLOP/s on {devices()}")
    shapes = [prompts.scaled(16) if name == "tiny" else prompts for prompts in PROMPT_SHAPES]
    works = [
        Work(table, name, prompts, prompts.rows(model.config.vocab_size), floors)
        for prompts in shapes
    ]
    for work in works:
        compare(model, work)
    attention(model, works[0])
    config = model.config
    floors.model = None  # frees the weights
    del model
    if _is_installed("vllm"):
        answers_of_vllm(config, works)
    return works


def measure_compilation(work: Work, compiler: str) -> None:
    """Measure one task with `torch.compile`, and vLLM without CUDA graphs.

    Both take minutes to start, so that they come after everything else.
    """
    if work.table.leaves_out(work.model_name, work.prompts.name, "compilation"):
        return
    model = shape(work.model_name)
    compiled(model, work, compiler)
    config = model.config
    del model
    if _is_installed("vllm"):
        answers_of_vllm(config, [work], graphs=False)


def _is_installed(package: str) -> bool:
    """True for a package, not for a folder of its name, which has no origin."""
    spec = find_spec(package)
    return spec is not None and spec.origin is not None


def main() -> None:
    """Print the table; write it to $OUT/gpu.md if OUT is set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", nargs="+", choices=list(SHAPES), default=["llama1b", "llama7b"])
    parser.add_argument("--compiler", default="inductor", help="backend of torch.compile")
    parser.add_argument("--minutes", type=float, default=6, help="begin nothing later")
    arguments = parser.parse_args()
    folder = os.environ.get("OUT")
    path = Path(folder) / "gpu.md" if folder else None
    table = Table(time.monotonic() + 60 * arguments.minutes, path)
    works = [measure(name, table) for name in arguments.shapes]
    measure_compilation(works[0][0], arguments.compiler)
    print(table.text())


if __name__ == "__main__":
    main()
