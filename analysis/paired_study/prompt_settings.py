"""Compares the prompt settings of a store, two at a time, on the items that both scored.

The item-level differences of a pair under two settings form a paired series: its `base` is the
difference under the second setting, its `tuned` that under the first. Its mean difference is the
difference of the pair's differences, and all methods for series of two models apply to it. The
scores of a single model under two settings are such a series, too. The difference of the pair's
differences is the change of the biomedical model minus the change of its base.

All of this is exploratory. The p-values of all comparisons are adjusted together by Benjamini and
Hochberg.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from analysis.paired_study.common_items import CommonClusters
from analysis.paired_study.joint_covariance import DatasetSeries
from analysis.paired_study.levels import DatasetComparison, Levels
from analysis.paired_study.prompt_setting_judgement import TestedSettings, judge_settings
from analysis.paired_study.prompt_setting_rows import (
    CommonItems,
    PromptSettings,
    RefusedSettings,
    SettingKey,
)
from analysis.paired_study.prompt_setting_series import SettingSeries, TwoSettings
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.series_to_test import SeriesBuilder
from analysis.sentences.prompt_settings import SUBJECTS, Subject, in_words_of_settings
from analysis.settings import AnalysisConf
from analysis.stats.battery import batteries
from analysis.stats.comparison import Comparison, Options, untested
from clue.common.processes import in_processes
from clue.task.levels import ScoreTree


def compare_prompt_settings(
    aligned: Sequence[AlignedPair], families: Mapping[str, str], tree: ScoreTree, conf: AnalysisConf
) -> PromptSettings:
    """Compares every two prompt settings: the declared one comes first, then by name.

    Args:
        aligned: every pair on every task under every setting.
        families: pair to family of base models; other pairs are left out.
        tree: composites of tasks.
        conf: of the analysis.
    """
    by_prompt: dict[str, dict[str, list[AlignedPair]]] = defaultdict(lambda: defaultdict(list))
    for one in aligned:
        by_prompt[one.match.pair.prompt][one.match.pair.name].append(one)
    prompts = sorted(by_prompt, key=lambda prompt: (prompt != conf.declared_prompt, prompt))

    builder = SeriesBuilder(conf, tree, {})
    parts = in_processes(
        lambda two: _two_settings(by_prompt[two[0]], by_prompt[two[1]], families, builder),
        list(combinations(prompts, 2)),
        per_core=2,
    )
    tested = [one for part, _ in parts for one in part]
    return PromptSettings(judge_settings(tested), [one for _, part in parts for one in part])


def _two_settings(
    first: Mapping[str, Sequence[AlignedPair]],
    second: Mapping[str, Sequence[AlignedPair]],
    families: Mapping[str, str],
    builder: SeriesBuilder,
) -> tuple[list[TestedSettings], list[RefusedSettings]]:
    """Tests of all pairs that have both settings, sorted, and the refused tasks."""
    series: list[SettingSeries] = []
    refused: list[RefusedSettings] = []
    clusters = CommonClusters()
    for pair in sorted({*first} & {*second} & {*families}):
        settings = TwoSettings(first[pair], second[pair], families[pair], builder, clusters)
        of_pair, refusals = settings.series()
        series += of_pair
        refused += refusals
    tested = _tested(series, builder.tree, builder.settings)
    return sorted(tested, key=lambda one: one.key), refused


def _tested(
    series: Sequence[SettingSeries], tree: ScoreTree, conf: AnalysisConf
) -> Iterator[TestedSettings]:
    """Tests of all series of two settings, and of the levels that they make."""
    flat = [(one, subject) for one in series for subject in SUBJECTS]
    comparisons = batteries(
        [one.series[subject] for one, subject in flat], [_options(*entry) for entry in flat]
    )
    by_series: dict[SettingKey, dict[Subject, Comparison]] = defaultdict(dict)
    for (one, subject), comparison in zip(flat, comparisons, strict=True):
        by_series[one.key][subject] = comparison
    for one in series:
        yield TestedSettings(one.key, one.items, _in_words(by_series[one.key], one.missing))
    parts = {name for weights in tree.of_datasets.values() for name in weights}
    scores = [one for one in series if one.key.task in parts and one.missing is None]
    yield from _levels(scores, by_series, tree.of_datasets, Options(alpha=conf.study.alpha))


def _in_words(
    comparisons: Mapping[Subject, Comparison], missing: str | None = None
) -> dict[Subject, Comparison]:
    """The comparisons with reasons against a test in words about settings."""
    return {
        subject: in_words_of_settings(comparison, subject)
        if missing is None
        else untested(comparison, missing)
        for subject, comparison in comparisons.items()
    }


def _options(series: SettingSeries, subject: Subject) -> Options:
    """Differences range from -100 to 100: even where all are 0 or 100, they are not answers."""
    return replace(series.options, kind="continuous" if subject == "difference" else None)


def _levels(
    scores: Sequence[SettingSeries],
    comparisons: Mapping[SettingKey, Mapping[Subject, Comparison]],
    weights_of: Mapping[str, Mapping[str, float]],
    options: Options,
) -> Iterator[TestedSettings]:
    """Levels of every pair that has all their data sets under both settings."""
    levels = {subject: _levels_of(subject, scores, comparisons) for subject in SUBJECTS}
    by_part = {(one.key.pair, one.key.task): one for one in scores}
    for level, weights in weights_of.items():
        for pair in levels["difference"].complete(weights):
            parts = [by_part[pair, name] for name in weights]
            key = replace(parts[0].key, scope="level", task=level)
            sums = {
                subject: one.comparison(pair, weights, one.estimate(pair, weights), options)
                for subject, one in levels.items()
            }
            items = CommonItems.total([part.items for part in parts])
            yield TestedSettings(key, items, _in_words(sums))


def _levels_of(
    subject: Subject,
    scores: Sequence[SettingSeries],
    comparisons: Mapping[SettingKey, Mapping[Subject, Comparison]],
) -> Levels:
    """Data-set scores of all pairs in one subject, with their joint error."""
    return Levels.of(
        [
            DatasetComparison(
                DatasetSeries(one.key.pair, one.key.task, one.dataset, one.series[subject]),
                comparisons[one.key][subject],
            )
            for one in scores
        ]
    )
