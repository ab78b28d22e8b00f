"""The section on thoughts before answers; only where a model thinks."""

from collections.abc import Iterator, Sequence

from analysis.names import display_name, display_order
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.report import selectors
from analysis.report.document import FoldedList, Section
from analysis.report.tables.prompt_settings import of_setting
from analysis.report.tables.thoughts import thoughts as table
from analysis.report.thoughts_in_words import LEAD, CellThoughts, settings, unequal, warnings
from analysis.thinking import Thinking, thought_ends
from clue.common.plural import counted

MAX_NAMED = 6
"""Comparisons that a remark names."""


def section(results: StudyResults) -> Section:
    """The section; empty if all models answer at once in every prompt setting."""
    shown = selectors.thinking_settings(results)
    if not shown:
        return Section("Thoughts", "thoughts")
    groups = [FoldedList(one.prompt, _points(results, one)) for one in shown]
    filled = [group for group in groups if group.points]
    single = len(shown) == 1
    return Section(
        "Thoughts",
        "thoughts",
        [LEAD],
        points=filled[0].points if single and filled else (),
        groups=() if single else filled,
        tables=[of_setting(table(one.thoughts), one) for one in shown],
    )


def remarks(settings: Sequence[PromptResults]) -> Iterator[str]:
    """Warns of pairs that do not think in the same way.

    Args:
        settings: prompt settings; of several, each is named.
    """
    names: dict[str, list[str]] = {}
    for setting in settings:
        under = f" under {setting.prompt}" * (len(settings) > 1)
        for key, thoughts in setting.thoughts:
            name = f"{key.tuned} on {display_name(key.task)}{under}"
            names.setdefault(thoughts.difference, []).append(name)
    for mark in sorted(names.keys() - {""}):
        of_mark = names[mark]
        more = f" and {len(of_mark) - MAX_NAMED} more" if len(of_mark) > MAX_NAMED else ""
        where = f"{', '.join(of_mark[:MAX_NAMED])}{more}"
        yield unequal(mark, counted(len(of_mark), "comparison"), where)


def settings_of(results: StudyResults, setting: PromptResults) -> list[str]:
    """The sentence on thoughts of a prompt setting; none if all models answer at once."""
    cells = _cells(results, setting)
    return [settings(cells)] if any(cell.thinking.is_on for cell in cells) else []


def _points(results: StudyResults, setting: PromptResults) -> list[str]:
    return [*remarks([setting]), *warnings(_cells(results, setting))]


def _cells(results: StudyResults, setting: PromptResults) -> list[CellThoughts]:
    """Cells of a setting by model and task, without rules that answer in the place of a model."""
    cells = [
        CellThoughts(key.model, key.task, Thinking.of(cell.facts), thought_ends(cell))
        for key, cell in results.cells.items()
        if key.prompt == setting.prompt
        and cell.facts["generation"]["backend"]["name"] != "baseline"
    ]
    return sorted(cells, key=lambda cell: (cell.model, display_order(cell.task)))
