"""The section on prompts as a random factor; only where items have a population of prompts."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from analysis.names import display_order
from analysis.paired_study.prompt_factor_rows import PromptFactorRow
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.report import selectors
from analysis.report.document import FoldedList, ReportTable, Section
from analysis.report.figures import RenderedFigure
from analysis.report.tables import prompts as tables
from analysis.report.tables.prompt_settings import of_setting
from analysis.sentences.prompt_factor import (
    SETTLED,
    population_origin,
    prompts_lead,
    scope_of_levels,
)


def section(results: StudyResults, figure: RenderedFigure | None) -> Section:
    """The section; empty if one prompt asks all items in every prompt setting.

    Args:
        results: of the study.
        figure: differences by prompt of the first setting that has a population.
    """
    title, anchor = "Prompts", "prompts"
    settings = selectors.population_settings(results)
    if not settings:
        return Section(title, anchor)
    groups = [group for setting in settings for group in _groups(setting, len(settings) > 1)]
    rows = [row.factor for setting in settings for row in setting.prompt_factor.rows]
    points = [row.sentence for row in rows if row.claim in SETTLED]
    if len(groups) == 1:
        points, groups = list(groups[0].points), []
    lines = [line for setting in settings for line in (*basis(setting), *scope(setting))]
    return Section(
        title,
        anchor,
        list(dict.fromkeys(lines)),
        points,
        groups,
        [figure] if figure else [],
        [table for setting in settings for table in _tables(setting)],
    )


def scope(setting: PromptResults) -> list[str]:
    """The sentence on what numbers are about; none if one prompt asks all items."""
    counts = [row.factor.n_prompts for row in setting.prompt_factor.rows]
    return [scope_of_levels(counts)] if counts else []


def basis(setting: PromptResults) -> list[str]:
    """Sentences on the tests and the population of a setting that has one."""
    factor = setting.prompt_factor
    if not factor.rows:
        return []
    lead = prompts_lead(setting.prompt, len(factor.rows), is_declared=setting.confirmatory)
    sources = [source for one in factor.populations for source in one.sources]
    return [lead, population_origin(sources)]


def _groups(setting: PromptResults, is_named: bool) -> Iterator[FoldedList]:
    """Sentences by pair; the setting is named if there are several."""
    rows = _ordered(setting.prompt_factor.rows)
    for pair, members in groupby(rows, key=lambda row: row.key.pair):
        name = f"{pair}, {setting.prompt}" if is_named else pair
        yield FoldedList(name, [row.factor.sentence for row in members])


def _ordered(rows: Sequence[PromptFactorRow]) -> list[PromptFactorRow]:
    return sorted(rows, key=lambda row: (row.key.pair, display_order(row.key.task)))


def _tables(setting: PromptResults) -> Iterator[ReportTable]:
    factor = setting.prompt_factor
    for table in (
        tables.prompts(factor.rows),
        tables.single_prompts(factor.rows),
        tables.populations(factor.populations),
    ):
        yield of_setting(table, setting)
