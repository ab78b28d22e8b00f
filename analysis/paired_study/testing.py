"""Series to comparisons: those of a data set are tested together and share their random signs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from analysis.paired_study.coverage import coverage
from analysis.paired_study.hypotheses import UnjudgedComparison
from analysis.paired_study.joint_covariance import DatasetSeries
from analysis.paired_study.levels import DatasetComparison
from analysis.paired_study.series_to_test import SeriesToTest
from analysis.settings import AnalysisConf
from analysis.stats.battery import batteries
from analysis.stats.comparison import untested


class TestedSeries(NamedTuple):
    """A series and what was found of it."""

    entry: SeriesToTest
    found: UnjudgedComparison

    @property
    def unit(self) -> bool:
        """Whether it is a task score that levels are made of."""
        key = self.entry.key
        usable = self.found.data.status != "refused"
        return usable and key.scope == "task" and key.task == self.entry.dataset

    @property
    def measured(self) -> DatasetComparison:
        """The unit with what was found."""
        entry = self.entry
        unit = DatasetSeries(entry.key.pair, entry.dataset, entry.series)
        return DatasetComparison(unit, self.found.comparison)


def test_all(entries: Iterable[SeriesToTest], conf: AnalysisConf) -> list[TestedSeries]:
    """Test every series."""
    groups: dict[str, list[SeriesToTest]] = defaultdict(list)
    for entry in entries:
        groups[entry.dataset].append(entry)
    return [tested for members in groups.values() for tested in _test(members, conf)]


def _test(entries: Sequence[SeriesToTest], conf: AnalysisConf) -> Iterator[TestedSeries]:
    options = [entry.options(conf) for entry in entries]
    made = batteries([entry.series for entry in entries], options)
    for entry, comparison in zip(entries, made, strict=True):
        ground = coverage(entry)
        if ground.status == "refused":
            lacking = max(entry.ledgers, key=lambda ledger: ledger.missing)
            why = f"{lacking.missing:.1%} of the samples are missing for one of the two models"
            comparison = untested(comparison, why)
        yield TestedSeries(entry, UnjudgedComparison(entry.key, ground, comparison))
