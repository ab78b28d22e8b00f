"""Growth of the analysis with models and with samples: CPU seconds and memory, by part.

    python -m benchmarks.growth FOLDER [--models 6 12 25 50] [--scales 0.05 0.1 0.2 0.4]
        [--scale 0.1] [--fixed 12] [--figure FILE.png]

It writes a store of simulated scores for each size (`benchmarks.large_store`: eight tasks, three
prompt settings), analyses each in a process of its own, prints a table and draws a figure. Numbers
of models are measured at `--scale`, scales (shares of the real samples) with `--fixed` models. The
column "per ..." compares the CPU seconds per model, or per share of the samples, with the first
line: 1 is linear growth, less is what does not grow. "s" is the wall-clock time without the report,
"MiB" the most that all processes of the analysis have at once, shared pages counted once.
"""

import argparse
import contextlib
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from benchmarks import large_store
from clue.common.console import print_lines
from clue.common.markdown_table import markdown_table

PARTS = ("start", "reading", "comparisons", "tables", "report")


class Size(NamedTuple):
    """A store to analyse."""

    models: int
    scale: float


class _Mark(NamedTuple):
    """A moment of this process."""

    cpu: float
    """CPU seconds until then, with those of the processes that it started and waited for."""
    wall: float
    """Seconds since the epoch."""

    @classmethod
    def now(cls) -> "_Mark":
        return cls(sum(os.times()[:4]), time.time())


class Cost(NamedTuple):
    """What an analysis took."""

    seconds: dict[str, float]
    """CPU seconds of each part, in all processes."""
    wall: dict[str, float]
    """Seconds of each part."""
    mib: float
    """Most memory of all processes at once, shared pages counted once, looked at every 0.2 s."""

    @property
    def total(self) -> float:
        """CPU seconds."""
        return sum(self.seconds.values())


def measured(size: Size, folder: Path) -> Cost:
    """Writes a store, unless it is there, and analyses it in a process of its own."""
    store = folder / f"models{size.models}_scale{size.scale}"
    models, prompts = large_store.models_of(size.models), list(large_store.PROMPTS[:3])
    if not store.exists():
        large_store.write(store, models, prompts, size.scale)
    words = list(large_store.command(store, models, prompts))[3:]
    command = [sys.executable, "-m", "benchmarks.growth", "--analyse", *words]
    with subprocess.Popen(command, stdout=-1, stderr=subprocess.DEVNULL, text=True) as process:
        mib = max(_memory(process), default=0.0)
        output = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise SystemExit(f"the analysis failed; its messages: {shlex.join(command)}")
    return Cost(**json.loads(output.splitlines()[-1]), mib=mib)


def _memory(process: subprocess.Popen[str]) -> Iterator[float]:
    """MiB of a process and of those that it started, until it ends."""
    analysis = psutil.Process(process.pid)
    while process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):  # one has just ended
            processes = [analysis, *analysis.children(recursive=True)]
            yield sum(one.memory_full_info().pss for one in processes) / 2**20
        time.sleep(0.2)


def analyse(words: Sequence[str]) -> dict[str, Any]:
    """Analyses a store in this process and those that it forks; returns seconds of `Cost`."""
    from analysis import report
    from analysis.__main__ import collect_rarely
    from analysis.configuration import configuration
    from analysis.paired_study import run, study_cells
    from analysis.paired_study.output import write_study
    from analysis.paired_study.summary import summary

    collect_rarely()
    marks = [_Mark(0.0, psutil.Process().create_time()), _Mark.now()]
    conf = configuration(words)
    study = study_cells(conf)
    for cell in study.cells.values():
        _ = cell.columns  # read with the first use
    marks.append(_Mark.now())
    results = run(study, conf)
    marks.append(_Mark.now())
    write_study(conf.folder, results.rows, summary(results, conf), results.tables)
    marks.append(_Mark.now())
    report.write(results, conf, conf.folder)
    marks.append(_Mark.now())
    return {
        "seconds": {part: end.cpu - start.cpu for part, (start, end) in _parts(marks)},
        "wall": {part: end.wall - start.wall for part, (start, end) in _parts(marks)},
    }


def _parts(marks: Sequence[_Mark]) -> Iterator[tuple[str, tuple[_Mark, _Mark]]]:
    """Beginning and end of each part."""
    return zip(PARTS, pairwise(marks), strict=True)


def lines(sizes: Sequence[Size], costs: Sequence[Cost], unit: str) -> str:
    """Markdown table of a series of sizes."""
    head = ["models", "scale", *PARTS, "CPU s", f"per {unit}", "s", "report s", "MiB"]
    first = costs[0].total / getattr(sizes[0], unit)
    rows = [
        [
            *(str(size.models), str(size.scale)),
            *(f"{cost.seconds[part]:.1f}" for part in PARTS),
            *(f"{cost.total:.1f}", f"{cost.total / getattr(size, unit) / first:.2f}"),
            *(f"{sum(cost.wall.values()) - cost.wall['report']:.1f}",),
            *(f"{cost.wall['report']:.1f}", f"{cost.mib:.0f}"),
        ]
        for size, cost in zip(sizes, costs, strict=True)
    ]
    return markdown_table(head, rows)


def draw(path: Path, series: Sequence[tuple[str, Sequence[float], Sequence[Cost]]]) -> None:
    """Draws the seconds of each part, stacked, a panel for each series."""
    from matplotlib.figure import Figure

    from analysis.report.figures import theme

    colours = theme.LIGHT
    shades = (colours.line, colours.faint, colours.gain, colours.equivalent, colours.decline)
    with theme.drawing():
        figure = Figure(figsize=(theme.WIDTH, 3.0))
        for number, (label, x, costs) in enumerate(series):
            rect = (0.09 + 0.48 * number, 0.16, 0.4, 0.72)
            ax = theme.themed_axes(figure, colours, rect)
            parts = [[cost.seconds[part] for cost in costs] for part in PARTS]
            ax.stackplot(x, parts, labels=PARTS, colors=shades)
            ax.plot(x, [cost.total for cost in costs], "o", color=colours.ink, ms=3, clip_on=False)
            ax.set_xlim(0, max(x))
            ax.set_ylim(bottom=0)
            ax.locator_params(axis="x", nbins=5)
            ax.set_xlabel(label)
            ax.set_ylabel("CPU seconds")
            if number == 0:
                ax.legend(loc="upper left", frameon=False, fontsize=7, reverse=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(theme.png(figure))


def main() -> None:
    """Measure both series, print their tables, draw the figure."""
    if sys.argv[1:2] == ["--analyse"]:
        print_lines(json.dumps(analyse(sys.argv[2:])))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=int, nargs="+", default=[6, 12, 25, 50])
    parser.add_argument("--scales", type=float, nargs="+", default=[0.05, 0.1, 0.2, 0.4])
    parser.add_argument("--scale", type=float, default=0.1, help="of the numbers of models")
    parser.add_argument("--fixed", type=int, default=12, help="models of the scales")
    parser.add_argument("--figure", type=Path, help="PNG file")
    arguments = parser.parse_args()
    os.environ.pop("CLUE_DATA", None)
    drawn = []
    for unit, sizes in (
        ("models", [Size(number, arguments.scale) for number in arguments.models]),
        ("scale", [Size(arguments.fixed, scale) for scale in arguments.scales]),
    ):
        costs = [measured(size, arguments.folder) for size in sizes]
        print_lines(lines(sizes, costs, unit))
        label = "models" if unit == "models" else f"share of the samples, {arguments.fixed} models"
        drawn.append((label, [float(getattr(size, unit)) for size in sizes], costs))
    if arguments.figure:
        draw(arguments.figure, drawn)


if __name__ == "__main__":
    main()
