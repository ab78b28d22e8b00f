"""Tests of all series; those of a data set share their random signs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from analysis.number_format import percent
from analysis.paired_study.coverage import coverage, status
from analysis.paired_study.hypothesis_group import UnjudgedComparison
from analysis.paired_study.joint_covariance import DatasetSeries
from analysis.paired_study.levels import DatasetComparison
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.series_to_test import SeriesToTest
from analysis.pairing.missing_samples import Ledger
from analysis.settings import AnalysisConf
from analysis.stats.battery import batteries
from analysis.stats.comparison import Comparison, untested


class TestedSeries(NamedTuple):
    """A series and its comparison."""

    source: SeriesToTest
    result: UnjudgedComparison

    @property
    def is_dataset_score(self) -> bool:
        """True if levels are computed from it."""
        return self.source.is_level_part and self.result.data.status != "refused"

    @property
    def is_primary_part(self) -> bool:
        """True for the task score of the primary analysis, of a data set or of a task alone."""
        return self.source.is_level_part and self.source.key.analysis == PRIMARY

    @property
    def dataset_comparison(self) -> DatasetComparison:
        """The data-set score as a part of levels."""
        source = self.source
        unit = DatasetSeries(source.key.pair, source.key.task, source.dataset, source.series)
        return DatasetComparison(unit, self.result.comparison)


def test_all(sources: Iterable[SeriesToTest], conf: AnalysisConf) -> list[TestedSeries]:
    """Test every series."""
    by_dataset: dict[str, list[SeriesToTest]] = defaultdict(list)
    for source in sources:
        by_dataset[source.dataset].append(source)
    ordered = [source for members in by_dataset.values() for source in members]
    comparisons = batteries(
        [source.series for source in ordered], [source.options(conf) for source in ordered]
    )
    return [_tested(*one) for one in zip(ordered, comparisons, strict=True)]


def _tested(source: SeriesToTest, comparison: Comparison) -> TestedSeries:
    data, reason = coverage(source), reason_of_missing(source.ledgers)
    if reason is not None:
        comparison = untested(comparison, reason)
    return TestedSeries(source, UnjudgedComparison(source.key, data, comparison))


def reason_of_missing(ledgers: Sequence[Ledger]) -> str | None:
    """Reason against any test if too many samples of a task are missing; None otherwise."""
    if status(ledgers) != "refused":
        return None
    worst = max(ledgers, key=lambda ledger: ledger.missing)
    return f"{percent(100 * worst.missing)} % of the samples are missing for one of the two models"
