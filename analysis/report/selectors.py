"""Rows of the results by what a reader asks for."""

from collections.abc import Sequence

from analysis.names import display_order
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.rows import ResultRow, Scope
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.standings import Standing
from analysis.settings import AnalysisConf
from clue.task.levels import OVERALL

LEVELS = (OVERALL, "level1", "level2")
MARKS = {
    "decline": "▼",
    "gain": "▲",
    "detectable but small": "≈",
    "equivalent": "≈",
    "non-inferior only": "≥",
    "inconclusive": "",
    "untestable": "-",
}
"""Verdict to its mark in tables and figures."""


def declared(results: StudyResults) -> PromptResults | None:
    """The confirmatory prompt setting, else the first; None if no pair was compared."""
    settings = sorted(results.settings, key=lambda setting: not setting.confirmatory)
    return settings[0] if settings else None


def standings(results: StudyResults, conf: AnalysisConf) -> Sequence[Standing]:
    """Every model of the store on its own, under the setting that the report is of."""
    return results.standings.get(prompt(results, conf), ())


def prompt(results: StudyResults, conf: AnalysisConf) -> str:
    """The setting that the report is of; the declared one if no pair was compared."""
    setting = declared(results)
    return setting.prompt if setting else conf.prompt


def primary(setting: PromptResults, *scopes: Scope) -> list[ResultRow]:
    """Rows of the primary analysis, those of LongHealth's tasks beside their mean left out."""
    rows = [r for r in setting.rows if r.key.analysis == PRIMARY and r.key.scope in scopes]
    return [row for row in rows if not _part(row, rows)]


def pairs(setting: PromptResults) -> list[tuple[str, str]]:
    """Family and pair, sorted by family."""
    return sorted({(row.key.family, row.key.pair) for row in setting.rows})


def highest(setting: PromptResults) -> tuple[str, list[ResultRow]]:
    """The most comprehensive score that some pair has, and its row for each pair that has it."""
    for level in LEVELS:
        rows = [row for row in primary(setting, "level") if row.key.task == level]
        if rows:
            return level, rows
    tasks = primary(setting, "task")
    names: Sequence[str] = sorted({row.key.task for row in tasks}, key=display_order)
    return names[0], [row for row in tasks if row.key.task == names[0]]


def _part(row: ResultRow, rows: Sequence[ResultRow]) -> bool:
    """Whether it is a task of a data set whose mean is there too."""
    if row.key.scope != "task" or not row.key.task[-1:].isdigit():
        return False
    whole = row.key.task.rstrip("0123456789")
    return any(
        other.key.task == whole and other.key.pair == row.key.pair and other.key.scope == "task"
        for other in rows
    )
