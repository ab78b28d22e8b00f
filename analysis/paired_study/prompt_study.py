"""All analyses of the pairs under one prompt setting."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from analysis.cells import CellKey, StoredCell
from analysis.paired_study.cells_of_study import StudyCells
from analysis.paired_study.contrasts import ContrastRow, contrasts
from analysis.paired_study.coverage import combined_coverage
from analysis.paired_study.draws import draw_rows
from analysis.paired_study.exam_contrast import ExamContrast, PairsOfStudy, exam_contrast
from analysis.paired_study.format_content import format_content
from analysis.paired_study.group_differences import group_differences
from analysis.paired_study.hypotheses import FamilyScope, judge
from analysis.paired_study.hypothesis_group import UnjudgedComparison
from analysis.paired_study.item_slopes import item_slopes
from analysis.paired_study.joint_covariance import shared_patients
from analysis.paired_study.levels import DatasetComparison, Levels
from analysis.paired_study.moderators import (
    ModeratorEffect,
    level_2_minus_level_1,
    moderator_effects,
)
from analysis.paired_study.pooled import LevelDifferences, SensitivityAnswer
from analysis.paired_study.prompt_factor import prompt_factor
from analysis.paired_study.prompt_scores import population_digest, scores_by_prompt
from analysis.paired_study.replicability import replications
from analysis.paired_study.results import PromptResults
from analysis.paired_study.sensitivity import PRIMARY, Variant, variants
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.series_to_test import SCORE, SeriesBuilder, SeriesToTest
from analysis.paired_study.shrunken_cells import shrunken_study
from analysis.paired_study.testing import TestedSeries, test_all
from analysis.paired_study.thoughts import thought_rows
from analysis.paired_study.variance_table import variance_table
from analysis.settings import AnalysisConf
from analysis.stats.comparison import Options
from analysis.stats.prompt_cells import PromptCells
from clue.marks import Marks, union


@dataclass(frozen=True)
class PromptStudy:
    """The pairs under one prompt setting."""

    name: str
    aligned: Sequence[AlignedPair]
    study: StudyCells
    conf: AnalysisConf
    readable: Mapping[CellKey, StoredCell]
    requested: Sequence[tuple[str, str]]
    """Pairs that are compared with each other."""

    def results(self) -> PromptResults:
        """Compute all results of the prompt setting."""
        declared = self.name == self.conf.declared_prompt
        comparisons = [series.result for series in self.tested] + list(self._level_comparisons())
        tested_scores = self.study.declaration.tested_scores
        scope = FamilyScope(tested_scores, self._sizes, declared=declared)
        rows = judge(comparisons, scope, self.conf.study)
        scores = [series for series in self.tested if series.is_dataset_score]
        shared = shared_patients([series.dataset_comparison.unit for series in scores])
        return PromptResults(
            self.name,
            declared,
            rows,
            {level: pairs.answer() for level, pairs in self._pooled(PRIMARY).items()},
            {name: self._sensitivity(name) for name in self.differences if name != PRIMARY},
            replications(rows, self.conf.study.alpha, shared=shared > 0),
            self._moderators(),
            shared,
            shrunken_study(self.levels[PRIMARY]),
            item_slopes(self.tested, self.readable, self.name),
            group_differences(self.tested),
            variance_table(self.tested),
            self._contrasts(),
            self._exam_contrast(),
            format_content(self.tested, self.weights, self.families),
            prompt_factor(self.tested, self.scores_by_prompt, self.conf),
            draw_rows(self.tested),
            thought_rows(self.tested),
        )

    @property
    def _sizes(self) -> Mapping[str, int] | None:
        """Declared sizes of families; trials declare nothing."""
        return self.study.hypotheses if self.name in self.study.declaration.prompts else None

    @cached_property
    def tested(self) -> list[TestedSeries]:
        """Every series with its comparison; series of a data set are tested together."""
        return test_all(self._series_to_test(), self.conf)

    @cached_property
    def levels(self) -> dict[str, Levels]:
        """Analysis to levels; a task that an analysis does not change enters as it is.

        Every analysis has the variance between prompts of the primary one.
        """
        scores: dict[str, dict[tuple[str, str], DatasetComparison]] = {PRIMARY: {}}
        for series in self.tested:
            if series.is_dataset_score:
                key = series.source.key
                by_task = scores.setdefault(key.analysis, {})
                by_task[key.pair, key.task] = self._with_prompts(series)
        primary = scores[PRIMARY]
        return {
            analysis: Levels.of(list((primary | changed).values()))
            for analysis, changed in scores.items()
        }

    @cached_property
    def scores_by_prompt(self) -> dict[tuple[str, str], PromptCells]:
        """Pair and score to the scores by item and prompt; empty with one prompt."""
        return scores_by_prompt(self.tested)

    def _with_prompts(self, series: TestedSeries) -> DatasetComparison:
        """The data-set score as a part of levels, with its scores by item and prompt."""
        comparison, key = series.dataset_comparison, series.source.key
        cells = self.scores_by_prompt.get((key.pair, key.task))
        if cells is None:
            return comparison
        digest = population_digest(series.source.aligned)
        unit = replace(comparison.unit, prompts=cells, population=digest)
        return replace(comparison, unit=unit)

    @cached_property
    def differences(self) -> dict[str, dict[str, LevelDifferences]]:
        """Analysis to level to the differences of all pairs that have it."""
        return {
            analysis: {
                level: LevelDifferences.of(levels, weights, self.families, self.recipes)
                for level, weights in self.weights.items()
            }
            for analysis, levels in self.levels.items()
        }

    @cached_property
    def weights(self) -> dict[str, dict[str, float]]:
        """Level to weights of data sets."""
        return self.study.declaration.tree.of_datasets

    @cached_property
    def facts(self) -> dict[str, dict[str, Any]]:
        """Pair to the facts of its tuned model, with the family of its base."""
        matches = [task.match for task in self.aligned]
        return {
            match.pair.name: {
                **match.tuned.facts,
                "family": match.base.facts.get("family") or match.pair.base,
            }
            for match in matches
        }

    @property
    def families(self) -> dict[str, str]:
        """Pair to family."""
        return {pair: str(facts["family"]) for pair, facts in self.facts.items()}

    @property
    def recipes(self) -> dict[str, str]:
        """Pair to training recipe; a recipe without a name is a pair's own."""
        return {pair: str(facts.get("recipe") or pair) for pair, facts in self.facts.items()}

    def _series_to_test(self) -> Iterator[SeriesToTest]:
        builder = SeriesBuilder(self.conf, self.study.declaration.tree, self._variants())
        by_pair: dict[str, list[AlignedPair]] = defaultdict(list)
        for task in self.aligned:
            by_pair[task.match.pair.name].append(task)
        for pair, tasks in by_pair.items():
            yield from builder.build(tasks, self.families[pair])

    def _pooled(self, analysis: str) -> dict[str, LevelDifferences]:
        """Level to the differences that can be pooled; without levels of which no pair has one."""
        by_level = {
            level: pairs.with_error() for level, pairs in self.differences[analysis].items()
        }
        return {level: pairs for level, pairs in by_level.items() if pairs.pairs}

    def _sensitivity(self, analysis: str) -> dict[str, SensitivityAnswer]:
        pooled = self._pooled(analysis)
        return {level: pairs.sensitivity_answer() for level, pairs in pooled.items()}

    @cached_property
    def marks(self) -> dict[str, Marks]:
        """Pair to the marks of its cells."""
        marks: dict[str, Marks] = {}
        for task in self.aligned:
            pair = task.match.pair.name
            marks[pair] = union(marks.get(pair, ()), task.match.marks)
        return marks

    def _exam_contrast(self) -> ExamContrast | None:
        """None if the study does not declare both sides."""
        contrast = self.study.declaration.conf.level_contrast
        if contrast is None:
            return None
        declared = len(self.study.declaration.pairs) if self._sizes is not None else 0
        pairs = PairsOfStudy(self.name, self.families, self.recipes, self.marks, declared)
        return exam_contrast(contrast, self.levels[PRIMARY], self.weights, pairs)

    def _contrasts(self) -> list[ContrastRow]:
        levels = self.levels[PRIMARY]
        return contrasts(self.name, self.requested, levels, self.weights, self.marks)

    def _moderators(self) -> list[ModeratorEffect]:
        effects = moderator_effects(self._pooled(PRIMARY), self.facts, self.conf.large)
        return effects + level_2_minus_level_1(self.levels[PRIMARY], self.weights, self.families)

    def _variants(self) -> Mapping[str, Variant]:
        if not self.conf.sensitivity:
            return {}
        metrics = sorted({name for task in self.aligned for name in task.score})
        return variants(metrics, (cell for task in self.aligned for cell in task.cells))

    def _level_comparisons(self) -> Iterator[UnjudgedComparison]:
        primary = {
            (series.source.key.pair, series.source.key.task): series.result
            for series in self.tested
            if series.is_dataset_score and series.source.key.analysis == PRIMARY
        }
        options = Options(margin=self.conf.study.margins.level, alpha=self.conf.study.alpha)
        for analysis, levels in self.levels.items():
            for level, weights in self.weights.items():
                pairs = self.differences[analysis][level]
                for pair, estimate in zip(pairs.pairs, pairs.estimates, strict=True):
                    parts = {name: primary[pair, name] for name in weights}
                    first = next(iter(parts.values())).key
                    key = replace(first, scope="level", task=level, metric=SCORE, analysis=analysis)
                    comparison = levels.comparison(pair, weights, estimate, options)
                    yield UnjudgedComparison(key, combined_coverage(parts, weights), comparison)
