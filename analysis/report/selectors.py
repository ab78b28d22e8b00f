"""Selections from the results of a study that several parts of the report share."""

from collections.abc import Collection, Iterable, Sequence

from analysis.names import display_order
from analysis.paired_study.format_content_rows import SplitRow
from analysis.paired_study.noise_floor import NoiseFloor, noise_floors
from analysis.paired_study.prompt_setting_rows import SettingComparison, SettingKey
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.rows import ComparisonKey, ResultRow, Scope
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.standings import Standing
from analysis.settings import AnalysisConf
from clue.task.levels import OVERALL


def level_order(names: Iterable[str]) -> list[str]:
    """Levels from the most comprehensive one down: the overall score first."""
    return sorted(set(names), key=lambda name: (name != OVERALL, display_order(name)))


def reported_setting(results: StudyResults) -> PromptResults | None:
    """The confirmatory prompt setting, else the first; None if no pair was compared."""
    settings = sorted(results.settings, key=lambda setting: not setting.confirmatory)
    return settings[0] if settings else None


def reported_prompt(results: StudyResults, conf: AnalysisConf) -> str:
    """Name of the reported prompt setting; the declared one if no pair was compared."""
    setting = reported_setting(results)
    return setting.prompt if setting else conf.declared_prompt


def reported_standings(results: StudyResults, conf: AnalysisConf) -> Sequence[Standing]:
    """Scores of single models under the reported prompt setting."""
    return results.standings.get(reported_prompt(results, conf), ())


def ranked_score(standings: Sequence[Standing], levels: Collection[str]) -> list[str]:
    """The most comprehensive level that has rank sets, else the first task; empty without any."""
    ranked = {name for one in standings for name, score in one.scores.items() if score.rank_set}
    return (level_order(ranked & set(levels)) or sorted(ranked, key=display_order))[:1]


def reported_pairs(results: StudyResults) -> list[AlignedPair]:
    """Aligned pairs, one per task, under the reported prompt setting."""
    setting = reported_setting(results)
    return [
        pair for pair in results.aligned if setting and pair.match.pair.prompt == setting.prompt
    ]


def void_cells(results: StudyResults) -> list[str]:
    """`model on task` of reported cells whose answers say nothing of the model, each once."""
    return sorted({name for pair in reported_pairs(results) for name in pair.void_cells})


def primary_rows(setting: PromptResults, *scopes: Scope) -> list[ResultRow]:
    """Rows of the primary analysis; a mean of LongHealth's tasks replaces the single tasks."""
    rows = [r for r in setting.rows if r.key.analysis == PRIMARY and r.key.scope in scopes]
    keys = [row.key for row in rows]
    return [row for row in rows if not _replaced_by_mean(row.key, keys)]


def other_settings(results: StudyResults) -> list[PromptResults]:
    """Prompt settings that are not the reported one."""
    return [setting for setting in results.settings if setting is not reported_setting(results)]


def population_settings(results: StudyResults) -> list[PromptResults]:
    """Prompt settings whose items have a population of prompts, the reported one first."""
    reported = reported_setting(results)
    settings = [setting for setting in results.settings if setting.prompt_factor.rows]
    return sorted(settings, key=lambda setting: setting is not reported)


def drawn_settings(results: StudyResults) -> list[PromptResults]:
    """Prompt settings in which a prompt has several draws, the reported one first."""
    reported = reported_setting(results)
    settings = [setting for setting in results.settings if setting.draws]
    return sorted(settings, key=lambda setting: setting is not reported)


def thinking_settings(results: StudyResults) -> list[PromptResults]:
    """Prompt settings in which a model thinks before it answers, the reported one first."""
    reported = reported_setting(results)
    settings = [setting for setting in results.settings if setting.thoughts]
    return sorted(settings, key=lambda setting: setting is not reported)


def population_setting(results: StudyResults) -> PromptResults | None:
    """The first of them; None if one prompt asks all items in every setting."""
    return next(iter(population_settings(results)), None)


def setting_comparisons(comparisons: Sequence[SettingComparison]) -> list[SettingComparison]:
    """Comparisons of the same two settings by model and task, without those a mean replaces."""
    keys = [comparison.key for comparison in comparisons]
    shown = [one for one in comparisons if not _replaced_by_mean(one.key, keys)]
    return sorted(shown, key=lambda one: (one.key.pair, display_order(one.key.task)))


def pairs_by_family(setting: PromptResults) -> list[tuple[str, str]]:
    """Family and pair, sorted by family."""
    return sorted({(row.key.family, row.key.pair) for row in setting.rows})


def headline_rows(setting: PromptResults) -> tuple[str, list[ResultRow]]:
    """The most comprehensive score that some pair has, with the row of each pair that has it."""
    rows = primary_rows(setting, "level")
    for level in level_order(row.key.task for row in rows):
        return level, [row for row in rows if row.key.task == level]
    task_rows = primary_rows(setting, "task")
    first = min({row.key.task for row in task_rows}, key=display_order)
    return first, [row for row in task_rows if row.key.task == first]


def headline_splits(setting: PromptResults) -> tuple[str, list[SplitRow]]:
    """The most comprehensive score that is split for some pair, with its rows by family."""
    rows = [row for row in setting.format_content.rows if row.split.form is not None]
    levels = level_order(row.key.task for row in rows if row.key.scope == "level")
    tasks = sorted({row.key.task for row in rows}, key=display_order)
    if not rows:
        return "", []
    first = (levels or tasks)[0]
    chosen = [row for row in rows if row.key.task == first]
    return first, sorted(chosen, key=lambda row: (row.key.family, row.key.pair))


def noise(results: StudyResults, setting: PromptResults) -> list[NoiseFloor]:
    """Returns the noise floors of a setting: changes of base models by another presentation."""
    margins = {
        row.key.task: row.comparison.margin
        for row in setting.rows
        if row.key.scope == "task" and row.key.analysis == PRIMARY and row.comparison.margin
    }
    aligned = [one for one in results.aligned if one.match.pair.prompt == setting.prompt]
    return noise_floors(aligned, margins)


def _replaced_by_mean(
    key: ComparisonKey | SettingKey, keys: Sequence[ComparisonKey | SettingKey]
) -> bool:
    """Tests for a task of a data set whose mean is among the keys of the same pair."""
    if key.scope != "task" or not key.task[-1:].isdigit():
        return False
    dataset = key.task.rstrip("0123456789")
    return any(
        other.task == dataset and other.pair == key.pair and other.scope == "task" for other in keys
    )
