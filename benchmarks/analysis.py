"""Seconds of the paired study, and of its resampling compared with scipy called per series.

    python -m benchmarks.analysis [--store DIR]

The benchmark writes a synthetic study of twelve pairs on all tasks, with the real sizes and
clusters (see `benchmarks.synthetic`), to a temporary folder; writing is not counted. It analyses 22
series per pair (21 metrics of the task scores and the mean of LongHealth's three), with 99,999 sign
flips or exact tests, and 10,000 bootstrap-t resamples where they are used.

scipy's `permutation_test` (99,999 resamples) and `bootstrap` (10,000, BCa) get one series of every
data set, already summed within its clusters; their times are extrapolated to all series. Ratios are
of wall-clock seconds, so other work on the machine affects them.
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
from benchmarks.found_study import found_study, paper_tree
from benchmarks.planted import PAIRS, Plan

Result = TypeVar("Result")
FLIPS, DRAWS = 99_999, 10_000
BEST_OF = 3
BATCH = 1_000
"""Resamples that scipy keeps in memory at a time."""


def timed(name: str, work: Callable[[], Result], times: int = 1) -> tuple[float, Result]:
    """Best wall-clock seconds of some runs, and the result; prints the CPU seconds too."""
    best = best_cpu = float("inf")
    for _ in range(times):
        started, cpu = time.perf_counter(), time.process_time()
        result = work()
        best = min(best, time.perf_counter() - started)
        best_cpu = min(best_cpu, time.process_time() - cpu)
    print(f"{name:58} {best:8.2f} s, {best_cpu:8.2f} s of CPU", flush=True)
    return best, result


def study(store: Path, *, sensitivity: bool) -> StudyResults:
    """Compute and write the results as `python -m analysis` does, without the report."""
    conf = AnalysisConf(sensitivity=sensitivity)
    results = run(found_study(store), conf)
    write_study(store / "analysis", results.rows, summary(results, conf), results.tables)
    return results


def series(store: Path) -> dict[str, list[Paired]]:
    """The 22 series of every pair, by data set."""
    aligned, _ = align_all(found_study(store), AnalysisConf())
    builder = SeriesBuilder(AnalysisConf(), paper_tree(), {})
    by_dataset: dict[str, list[Paired]] = {}
    for pair in sorted({task.match.pair for task in aligned}):
        of_pair = [task for task in aligned if task.match.pair == pair]
        for source in builder.build(of_pair, "family"):
            task_name, metric = source.key.task, source.key.metric
            composite = metric == SCORE and task_name not in {task.match.task for task in aligned}
            if composite or metric in source.aligned[0].score:
                by_dataset.setdefault(source.dataset, []).append(source.series)
    return by_dataset


def time_resampling(by_dataset: dict[str, list[Paired]]) -> tuple[float, float]:
    """Seconds of all sign-flip tests and of all bootstrap-t intervals."""

    def flip() -> None:
        for group in by_dataset.values():
            step_sizes = [paired.step_size for paired in group]
            sign_flips(
                [paired.sums for paired in group], np.random.default_rng(1), step_sizes, FLIPS
            )

    def resample() -> None:
        for group in by_dataset.values():
            for paired in group:
                bootstrap_t(paired.sums, np.random.default_rng(1), DRAWS)

    size = sum(map(len, by_dataset.values()))
    return (
        timed(f"sign flips of {size} series", flip, BEST_OF)[0],
        timed(f"bootstrap-t of {size} series", resample, BEST_OF)[0],
    )


def scipy_flips(sums: Sums) -> None:
    """Sign flips of one series by scipy."""
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
    """Bootstrap of the clusters of one series by scipy."""
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


def extrapolated(
    name: str, by_dataset: dict[str, list[Paired]], work: Callable[[Sums], None]
) -> float:
    """Seconds of all series, extrapolated from one of every data set."""
    total = 0.0
    for dataset, group in by_dataset.items():
        clusters = group[0].sums.n_clusters
        title = f"{name}, one series of {dataset} ({clusters} clusters)"
        total += len(group) * timed(title, partial(work, group[0].sums), BEST_OF)[0]
    print(f"{name + ', all series (extrapolated)':58} {total:8.2f} s", flush=True)
    return total


def main() -> None:
    """Print seconds, ratios and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, help="made by benchmarks.synthetic; none = write one")
    store = parser.parse_args().store
    with tempfile.TemporaryDirectory() as folder:
        if store is None:
            store = Path(folder)
            plan = Plan(PAIRS)
            timed("writing the synthetic study (not counted)", lambda: synthetic.write(store, plan))
        seconds, _ = timed("the study, reading included", lambda: study(store, sensitivity=False))
        _, results = timed(
            "the study with every sensitivity analysis", lambda: study(store, sensitivity=True)
        )
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{len(results.rows)} rows; peak memory of both {memory:.0f} MiB")
        by_dataset = series(store)
        flips, resamples = time_resampling(by_dataset)
        permutation = extrapolated("permutation_test", by_dataset, scipy_flips) / flips
        bootstrap = extrapolated("bootstrap", by_dataset, scipy_bootstrap) / resamples
    print(
        f"permutation_test costs {permutation:.0f} times as much, bootstrap {bootstrap:.0f} times"
    )
    print(f"the study: {seconds:.1f} s; {memory:.0f} MiB")


if __name__ == "__main__":
    main()
