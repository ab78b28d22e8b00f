"""Seconds of the whole paired study, and of its resampling against scipy called per series.

    python -m benchmarks.analysis [--store DIR]

A synthetic study of twelve pairs on all tasks, with the real sizes and clusters (see
`benchmarks.synthetic`), is written to a temporary folder, which is not counted, and analysed: 22
series per pair (21 metrics of the task scores and the mean of LongHealth's three), 99,999 sign
flips or exact, 10,000 bootstrap-t resamples where they are used.

scipy's `permutation_test` (99,999 resamples) and `bootstrap` (10,000, BCa) get one series of every
data set, already summed within its clusters; their times are extrapolated to all series. Ratios are
of seconds on the clock: other work on the machine is in them.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.cells import read_cells
from analysis.paired_study import StudyResults, run
from analysis.paired_study.matching import align_all
from analysis.paired_study.output import write_study
from analysis.paired_study.series_to_test import SCORE, SeriesBuilder
from analysis.paired_study.summary import summary
from analysis.settings import AnalysisConf
from analysis.stats.bootstrap import bootstrap_t
from analysis.stats.paired import Paired, Sums
from analysis.stats.sign_flip.sign_flip import sign_flips
from benchmarks import synthetic
from benchmarks.planted import PAIRS, Plan
from clue.task import task_files

Made = TypeVar("Made")
FLIPS, DRAWS = 99_999, 10_000
BEST_OF = 3
BATCH = 1_000
"""Resamples that scipy holds in memory at a time."""


def timed(name: str, work: Callable[[], Made], times: int = 1) -> tuple[float, Made]:
    """Seconds on the clock, best of some, and result; tells the seconds of all cores too."""
    best = busiest = float("inf")
    for _ in range(times):
        started, busy = time.perf_counter(), time.process_time()
        made = work()
        best = min(best, time.perf_counter() - started)
        busiest = min(busiest, time.process_time() - busy)
    print(f"{name:58} {best:8.2f} s, {busiest:8.2f} s of CPU", flush=True)
    return best, made


def study(store: Path, *, sensitivity: bool) -> StudyResults:
    """Everything that `python -m analysis` does, the files included."""
    conf = AnalysisConf(sensitivity=sensitivity)
    found = run(read_cells(store), task_files.study(), conf)
    write_study(store / "analysis", found.rows, summary(found, conf, task_files.study()))
    return found


def series(store: Path) -> dict[str, list[Paired]]:
    """The 22 series of every pair, by data set."""
    aligned, _ = align_all(read_cells(store), AnalysisConf())
    entries = SeriesBuilder(AnalysisConf(), task_files.study(), {})
    found: dict[str, list[Paired]] = {}
    for pair in sorted({each.match.pair for each in aligned}):
        of_pair = [each for each in aligned if each.match.pair == pair]
        for entry in entries.build(of_pair, "family"):
            task, metric = entry.key.task, entry.key.metric
            composite = metric == SCORE and task not in {each.match.task for each in aligned}
            if composite or metric in entry.aligned[0].score:
                found.setdefault(entry.dataset, []).append(entry.series)
    return found


def ours(found: dict[str, list[Paired]]) -> tuple[float, float]:
    """Seconds of all sign-flip tests and of all bootstrap-t intervals."""

    def flip() -> None:
        for many in found.values():
            step_sizes = [each.step_size for each in many]
            sign_flips([each.sums for each in many], np.random.default_rng(1), step_sizes, FLIPS)

    def resample() -> None:
        for many in found.values():
            for one in many:
                bootstrap_t(one.sums, np.random.default_rng(1), DRAWS)

    size = sum(map(len, found.values()))
    return (
        timed(f"sign flips of {size} series", flip, BEST_OF)[0],
        timed(f"bootstrap-t of {size} series", resample, BEST_OF)[0],
    )


def scipy_flips(sums: Sums) -> None:
    """Scipy's sign flips of one series."""
    stats.permutation_test(
        (sums.sums,),
        _total,
        permutation_type="samples",
        vectorized=True,
        n_resamples=FLIPS,
        batch=BATCH,
        random_state=np.random.default_rng(1),
    )


def scipy_bootstrap(sums: Sums) -> None:
    """Scipy's bootstrap of the clusters of one series."""
    stats.bootstrap(
        (sums.sums, sums.sizes),
        _ratio,
        paired=True,
        vectorized=True,
        n_resamples=DRAWS,
        batch=BATCH,
        random_state=np.random.default_rng(1),
    )


def _total(sums: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
    return np.asarray(sums.sum(axis=axis))


def _ratio(
    sums: NDArray[np.float64], sizes: NDArray[np.float64], axis: int = -1
) -> NDArray[np.float64]:
    return np.asarray(sums.sum(axis=axis) / sizes.sum(axis=axis))


def extrapolated(name: str, found: dict[str, list[Paired]], work: Callable[[Sums], None]) -> float:
    """Seconds of all series, from one of every data set."""
    total = 0.0
    for dataset, many in found.items():
        clusters = many[0].sums.n_clusters
        title = f"{name}, one series of {dataset} ({clusters} clusters)"
        total += len(many) * timed(title, partial(work, many[0].sums), BEST_OF)[0]
    print(f"{name + ', all series (extrapolated)':58} {total:8.2f} s", flush=True)
    return total


def main() -> None:
    """Print seconds, ratios and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, help="of benchmarks.synthetic; none = made anew")
    store = parser.parse_args().store
    with tempfile.TemporaryDirectory() as folder:
        if store is None:
            store = Path(folder)
            plan = Plan(PAIRS)
            timed("writing the synthetic study (not counted)", lambda: synthetic.write(store, plan))
        seconds, _ = timed("the study, reading included", lambda: study(store, sensitivity=False))
        _, all_of_it = timed(
            "the same with every sensitivity analysis", lambda: study(store, sensitivity=True)
        )
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{len(all_of_it.rows)} rows; peak memory of both {memory:.0f} MiB")
        found = series(store)
        flips, resamples = ours(found)
        theirs = extrapolated("permutation_test", found, scipy_flips) / flips
        bootstrap = extrapolated("bootstrap", found, scipy_bootstrap) / resamples
    print(f"permutation_test costs {theirs:.0f} times as much, bootstrap {bootstrap:.0f} times")
    print(f"the study: {seconds:.1f} s; {memory:.0f} MiB")


if __name__ == "__main__":
    main()
