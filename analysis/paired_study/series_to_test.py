"""All series of a study: each with its place in the results, its margin, and what it rests on."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from analysis.paired_study.rows import ComparisonKey, Scope
from analysis.paired_study.sensitivity import PRIMARY, Variant, score_series
from analysis.paired_study.series import AlignedPair, weighted_mean
from analysis.pairing.ledger import Ledger
from analysis.settings import AnalysisConf
from analysis.stats.comparison import Options
from analysis.stats.paired import Paired
from clue.metrics import METRICS
from clue.task.levels import Tree

SCORE = "score"
SENSITIVITY_FLIPS = 9_999
"""Random sign flips of sensitivity analyses: dropping items leaves every pair other clusters, so
that these series cannot share their signs as the others do."""


@dataclass(frozen=True)
class SeriesToTest:
    """A series to be tested."""

    key: ComparisonKey
    dataset: str
    series: Paired
    """In points."""
    margin: float
    """In points."""
    aligned: tuple[AlignedPair, ...]
    """The tasks that it comes from."""

    @property
    def ledgers(self) -> list[Ledger]:
        """What did not match."""
        return [each.ledger for each in self.aligned]

    def options(self, settings: AnalysisConf) -> Options:
        """How it is tested: all series of a data set share their seed."""
        primary = self.key.analysis == PRIMARY
        return Options(
            margin=self.margin,
            alpha=settings.alpha,
            seed=(settings.seed, zlib.crc32(self.dataset.encode())),
            flips=settings.flips if primary else min(SENSITIVITY_FLIPS, settings.flips),
            draws=settings.draws,
        )


@dataclass(frozen=True)
class SeriesBuilder:
    """What turns aligned cells into series."""

    settings: AnalysisConf
    tree: Tree
    """Composites of tasks."""
    variants: Mapping[str, Variant]
    """Sensitivity analyses."""

    def entries(self, aligned: Iterable[AlignedPair], family: str) -> Iterator[SeriesToTest]:
        """All series of one pair."""
        datasets: dict[str, list[AlignedPair]] = {}
        for each in aligned:
            datasets.setdefault(str(each.match.base.facts["dataset"]), []).append(each)
        for dataset, tasks in sorted(datasets.items()):
            found = {each.match.task: score_series(each, self.variants) for each in tasks}
            for each in tasks:
                yield from self._metrics(each, dataset, family)
                for name, series in found[each.match.task].items():
                    yield self._entry(
                        (each,), dataset, series, ("task", each.match.task, SCORE, name), family
                    )
            if dataset in self.tree and set(self.tree[dataset]) <= set(found):
                parts = [found[task] for task in self.tree[dataset]]
                for name, series in _means(parts).items():
                    yield self._entry(
                        tuple(tasks), dataset, series, ("task", dataset, SCORE, name), family
                    )

    def _metrics(self, each: AlignedPair, dataset: str, family: str) -> Iterator[SeriesToTest]:
        for name, series in each.metrics.items():
            yield self._entry(
                (each,), dataset, series, ("metric", each.match.task, name, PRIMARY), family
            )

    def _entry(
        self,
        aligned: tuple[AlignedPair, ...],
        dataset: str,
        series: Paired,
        place: tuple[Scope, str, str, str],
        family: str,
    ) -> SeriesToTest:
        pair = aligned[0].match.pair
        key = ComparisonKey(pair.prompt, pair.tuned, pair.base, family, *place)
        names = [key.metric] if key.scope == "metric" else aligned[0].score
        return SeriesToTest(key, dataset, series, self._margin(names), aligned)

    def _margin(self, names: Sequence[str]) -> float:
        """Mean of the metrics' margins."""
        return fmean(getattr(self.settings.margins, _kind(name)) for name in names)


def _means(parts: Sequence[Mapping[str, Paired]]) -> dict[str, Paired]:
    """Mean of a data set's tasks by analysis; what an analysis does not change enters as it is."""
    if not all(parts):
        return {}
    names = dict.fromkeys(name for part in parts for name in part)
    weights = [1 / len(parts)] * len(parts)
    return {
        name: weighted_mean([part.get(name, part[PRIMARY]) for part in parts], weights)
        for name in names
    }


def _kind(name: str) -> str:
    """Kind of a metric; of one that is no more, the most general."""
    return METRICS[name].kind if name in METRICS else "continuous"
