"""The section on sampled answers; only where a cell has several draws of a prompt."""

from collections.abc import Iterator
from itertools import groupby

from analysis.cells import StoredCell
from analysis.names import display_order
from analysis.paired_study.decoding import Decoding
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.report import selectors
from analysis.report.document import FoldedList, ReportTable, Section
from analysis.report.draws_in_words import LEAD, sampled_with, sentence
from analysis.report.tables import draws as tables
from analysis.report.tables.prompt_settings import of_setting


def section(results: StudyResults) -> Section:
    """The section; empty if each prompt has one answer of each model in every prompt setting."""
    settings = selectors.drawn_settings(results)
    if not settings:
        return Section("Draws", "draws")
    groups = [group for setting in settings for group in _groups(setting, len(settings) > 1)]
    single = len(groups) == 1
    return Section(
        "Draws",
        "draws",
        [LEAD],
        points=groups[0].points if single else (),
        groups=() if single else groups,
        tables=[table for setting in settings for table in _tables(setting)],
    )


def settings_of(results: StudyResults, setting: PromptResults) -> list[str]:
    """The sentence on sampling of a prompt setting; none if all its answers are greedy."""
    cells = [cell for key, cell in results.cells.items() if key.prompt == setting.prompt]
    sampled = [cell for cell in cells if _is_sampled(cell)]
    words = [(Decoding.of(cell).in_words, cell.columns.draws) for cell in sampled]
    return [sampled_with(words)] if words else []


def _is_sampled(cell: StoredCell) -> bool:
    return Decoding.of(cell).is_sampled or cell.columns.draws > 1


def _groups(setting: PromptResults, is_named: bool) -> Iterator[FoldedList]:
    """Sentences by pair; the setting is named if there are several."""
    rows = sorted(setting.draws, key=lambda row: (row.key.pair, display_order(row.key.task)))
    for pair, members in groupby(rows, key=lambda row: row.key.pair):
        name = f"{pair}, {setting.prompt}" if is_named else pair
        yield FoldedList(name, [sentence(row) for row in members])


def _tables(setting: PromptResults) -> Iterator[ReportTable]:
    for table in (tables.draws(setting.draws), tables.votes(setting.draws)):
        if table.rows:
            yield of_setting(table, setting)
