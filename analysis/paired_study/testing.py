"""Series to comparisons: those of a data set are tested together and share their random signs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from analysis.paired_study.coverage import data
from analysis.paired_study.hypotheses import Found
from analysis.paired_study.joint_covariance import Unit
from analysis.paired_study.levels import Measured
from analysis.paired_study.series_to_test import Entry
from analysis.settings import AnalysisConf
from analysis.stats.battery import batteries
from analysis.stats.comparison import untested


class Tested(NamedTuple):
    """A series and what was found of it."""

    entry: Entry
    found: Found

    @property
    def unit(self) -> bool:
        """Whether it is a task score that levels are made of."""
        key = self.entry.key
        usable = self.found.data.status != "refused"
        return usable and key.scope == "task" and key.task == self.entry.dataset

    @property
    def measured(self) -> Measured:
        """The unit with what was found."""
        entry = self.entry
        unit = Unit(entry.key.pair, entry.dataset, entry.series)
        return Measured(unit, self.found.comparison)


def test_all(entries: Iterable[Entry], conf: AnalysisConf) -> list[Tested]:
    """Test every series."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.dataset].append(entry)
    return [tested for members in groups.values() for tested in _test(members, conf)]


def _test(entries: Sequence[Entry], conf: AnalysisConf) -> Iterator[Tested]:
    options = [entry.options(conf) for entry in entries]
    made = batteries([entry.series for entry in entries], options)
    for entry, comparison in zip(entries, made, strict=True):
        ground = data(entry)
        if ground.status == "refused":
            lacking = max(entry.ledgers, key=lambda ledger: ledger.missing)
            why = f"{lacking.missing:.1%} of the samples are missing for one of the two models"
            comparison = untested(comparison, why)
        yield Tested(entry, Found(entry.key, ground, comparison))
