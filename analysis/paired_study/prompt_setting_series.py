"""Series of the comparison of two prompt settings, on the items that both scored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import PairingError
from analysis.paired_study.common_items import CommonClusters, on_common_items
from analysis.paired_study.prompt_setting_rows import CommonItems, RefusedSettings, SettingKey
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.series import POINTS, AlignedPair
from analysis.paired_study.series_to_test import SeriesBuilder, SeriesToTest
from analysis.paired_study.testing import reason_of_missing
from analysis.sentences.prompt_settings import Subject
from analysis.stats.clusters import ROUNDING
from analysis.stats.comparison import Options
from analysis.stats.paired import Array, Paired
from analysis.stats.step_size import step_size
from clue.errors import ClueError
from clue.marks import EXPLORATORY, Marks, union

Scores = Mapping[str, SeriesToTest]
"""Task or data set to its score under one prompt setting."""


@dataclass(frozen=True)
class SettingSeries:
    """A score of a pair under two prompt settings: the series of its three subjects."""

    key: SettingKey
    items: CommonItems
    dataset: str
    series: Mapping[Subject, Paired]
    """`base` holds the second setting, `tuned` the first; in points. Differences of a pair range
    from -100 to 100."""
    options: Options
    missing: str | None
    """Reason why nothing is tested: too many samples are missing."""


@dataclass(frozen=True)
class TwoSettings:
    """The tasks of one pair under two prompt settings."""

    first: Sequence[AlignedPair]
    second: Sequence[AlignedPair]
    family: str
    """Of the pair."""
    builder: SeriesBuilder
    """Without sensitivity analyses."""
    clusters: CommonClusters

    def series(self) -> tuple[list[SettingSeries], list[RefusedSettings]]:
        """Series of every task and data set that both settings have, and refused tasks."""
        restricted: list[tuple[AlignedPair, AlignedPair]] = []
        refused: list[RefusedSettings] = []
        others = {one.match.task: one for one in self.second}
        for first in self.first:
            second = others.get(first.match.task)
            if second is None:
                continue
            try:
                restricted.append(self._comparable(first, second))
            except ClueError as error:
                prompts = first.match.pair.prompt, second.match.pair.prompt
                where = (*prompts, first.match.pair.name, first.match.task)
                refused.append(RefusedSettings(*where, str(error)))
        return list(self._of_common_items(restricted)), refused

    def _of_common_items(
        self, restricted: Sequence[tuple[AlignedPair, AlignedPair]]
    ) -> Iterator[SettingSeries]:
        firsts = self._scores([first for first, _ in restricted])
        seconds = self._scores([second for _, second in restricted])
        complete = self._scores(self.first), self._scores(self.second)
        for task in sorted({*firsts} & {*seconds}):
            first, second = firsts[task], seconds[task]
            series = _changes(first, second)
            counted = [scores[task].series.sums for scores in (*complete, firsts)]
            sizes = (size for sums in counted for size in (sums.n, sums.n_clusters))
            items = CommonItems(_marks(first, second), *sizes)
            options = replace(first.options(self.builder.settings), margin=None)
            missing = reason_of_missing([*first.ledgers, *second.ledgers])
            yield SettingSeries(_key(first, second), items, first.dataset, series, options, missing)

    def _scores(self, tasks: Sequence[AlignedPair]) -> Scores:
        return {
            source.key.task: source
            for source in self.builder.build(tasks, self.family)
            if source.key.scope == "task" and source.key.analysis == PRIMARY
        }

    def _comparable(
        self, first: AlignedPair, second: AlignedPair
    ) -> tuple[AlignedPair, AlignedPair]:
        """Both on their common items, with each metric defined on the same ones."""
        allowed = self.builder.settings.study.allowed_differences
        pairs = on_common_items(first, second, allowed, self.clusters)
        one, other = (pair.metrics for pair in pairs)
        for name in first.score:
            if name in one and name in other and one[name].ids != other[name].ids:
                raise PairingError(f"{name} is defined on other items under the other setting")
        return pairs


def _key(first: SeriesToTest, second: SeriesToTest) -> SettingKey:
    key = first.key
    return SettingKey(
        key.prompt, second.key.prompt, key.tuned, key.base, key.family, key.scope, key.task
    )


def _marks(first: SeriesToTest, second: SeriesToTest) -> Marks:
    """`exploratory`, and the marks of the cells under both settings."""
    return union(
        (EXPLORATORY,), *(cells.match.marks for cells in (*first.aligned, *second.aligned))
    )


def _changes(first: SeriesToTest, second: SeriesToTest) -> dict[Subject, Paired]:
    """Series of the pair's difference and of both models; the second setting is `base`."""
    one, other = first.series, second.series
    scale = one.base + one.tuned + other.base + other.tuned
    values: dict[Subject, tuple[Array, Array]] = {
        "difference": (one.differences, other.differences),
        "base": (one.base, other.base),
        "tuned": (one.tuned, other.tuned),
    }
    return {name: _change(one, *pair, scale) for name, pair in values.items()}


def _change(items: Paired, first: Array, second: Array, scale: Array) -> Paired:
    """Series of values under two settings; a change within rounding of `scale` is none.

    The differences 40 - 100/3 and 200/3 - 60 are equal, but not as floating-point numbers. Without
    this rule such an item would count as one on which the settings differ.
    """
    rounding = np.abs(first - second) <= ROUNDING * scale
    second = np.where(rounding, first, second)
    step = step_size((first - second) / POINTS)
    step_in_points = None if step is None else POINTS * step
    return Paired(items.ids, items.clusters, second, first, step_in_points)
