"""All series of a study: each with its key, its margin and the tasks it comes from."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from analysis.paired_study.rows import ComparisonKey, Scope
from analysis.paired_study.sensitivity import PRIMARY, Variant, score_series
from analysis.paired_study.series import AlignedPair, weighted_mean
from analysis.pairing.missing_samples import Ledger
from analysis.settings import AnalysisConf
from analysis.stats.comparison import Options
from analysis.stats.paired import Paired
from clue.metrics.registry import METRICS
from clue.task.levels import ScoreTree

SCORE = "score"
SENSITIVITY_FLIPS = 9_999
"""Random sign flips of sensitivity analyses: dropped items give every pair other clusters, so these
series cannot share their signs as the others do."""


@dataclass(frozen=True)
class SeriesToTest:
    """A series with all that its test needs."""

    key: ComparisonKey
    dataset: str
    series: Paired
    """In points."""
    margin: float
    """In points."""
    aligned: tuple[AlignedPair, ...]
    """The tasks that it comes from."""
    is_level_part: bool
    """True for the score of a data set, and of a task that is no part of one: levels are their
    means."""

    @property
    def ledgers(self) -> list[Ledger]:
        """Accounts of the samples that did not match, one per task."""
        return [aligned.ledger for aligned in self.aligned]

    def options(self, settings: AnalysisConf) -> Options:
        """Options of its test; all series of a data set share their seed."""
        primary = self.key.analysis == PRIMARY
        return Options(
            margin=self.margin,
            alpha=settings.study.alpha,
            seed=(settings.seed, zlib.crc32(self.dataset.encode())),
            flips=settings.flips if primary else min(SENSITIVITY_FLIPS, settings.flips),
            draws=settings.draws,
        )


@dataclass(frozen=True)
class SeriesBuilder:
    """Turns aligned cells into series to test."""

    settings: AnalysisConf
    tree: ScoreTree
    """Composites of tasks."""
    variants: Mapping[str, Variant]
    """Sensitivity analyses."""

    def build(self, aligned_tasks: Iterable[AlignedPair], family: str) -> Iterator[SeriesToTest]:
        """All series of one pair: metrics, task scores, and means over a data set's tasks."""
        datasets: dict[str, list[AlignedPair]] = {}
        for aligned in aligned_tasks:
            datasets.setdefault(str(aligned.match.base.facts["dataset"]), []).append(aligned)
        for dataset, tasks in sorted(datasets.items()):
            scores = {task.match.task: score_series(task, self.variants) for task in tasks}
            for task in tasks:
                yield from self._metrics(task, dataset, family)
                for name, series in scores[task.match.task].items():
                    yield self._series(
                        (task,), dataset, series, ("task", task.match.task, SCORE, name), family
                    )
            for composite, parts in self.tree.datasets.items():
                if set(parts) <= set(scores):
                    members = tuple(task for task in tasks if task.match.task in parts)
                    for name, series in _means([scores[task] for task in parts]).items():
                        yield self._series(
                            members, dataset, series, ("task", composite, SCORE, name), family
                        )

    def _metrics(self, task: AlignedPair, dataset: str, family: str) -> Iterator[SeriesToTest]:
        for name, series in task.metrics.items():
            yield self._series(
                (task,), dataset, series, ("metric", task.match.task, name, PRIMARY), family
            )

    def _series(
        self,
        aligned: tuple[AlignedPair, ...],
        dataset: str,
        series: Paired,
        key_end: tuple[Scope, str, str, str],
        family: str,
    ) -> SeriesToTest:
        pair = aligned[0].match.pair
        key = ComparisonKey(pair.prompt, pair.tuned, pair.base, family, *key_end)
        names = [key.metric] if key.scope == "metric" else aligned[0].score
        in_dataset = any(key.task in parts for parts in self.tree.datasets.values())
        is_level_part = key.scope == "task" and not in_dataset
        return SeriesToTest(key, dataset, series, self._margin(names), aligned, is_level_part)

    def _margin(self, names: Sequence[str]) -> float:
        """Mean of the metrics' margins."""
        return fmean(getattr(self.settings.study.margins, _kind(name)) for name in names)


def _means(parts: Sequence[Mapping[str, Paired]]) -> dict[str, Paired]:
    """Mean of a data set's tasks by analysis; a task that an analysis leaves unchanged enters."""
    if not all(parts):
        return {}
    names = dict.fromkeys(name for part in parts for name in part)
    weights = [1 / len(parts)] * len(parts)
    return {
        name: weighted_mean([part.get(name, part[PRIMARY]) for part in parts], weights)
        for name in names
    }


def _kind(name: str) -> str:
    """Kind of a metric; the most general one for a metric that no longer exists."""
    return METRICS[name].kind if name in METRICS else "continuous"
