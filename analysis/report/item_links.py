"""Links from a comparison to its items: in the page, in a page of all items, or by a command."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from analysis.configuration import command_of
from analysis.paired_study.pairs import MatchedCells
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.sample_pages import FOLDER, file_name
from analysis.report import selectors
from analysis.report.document import ReportTable
from analysis.report.tables.pairs import by_model
from analysis.settings import AnalysisConf
from clue.records import sha256

DIGITS = 12
"""Digits of an anchor; names of models may hold characters that no address can."""
LOST = "tuned-lost"
"""Name of the result in an address of a page of all items (templates/samples.js)."""


@dataclass(frozen=True)
class AllItems:
    """Every item of a pair on a task, in a page of its own."""

    address: str = ""
    """Of the items that the biomedical model lost; empty if no page is beside the report."""
    command: str = ""
    """Writes the page."""


def item_anchor(pair: str, task: str = "") -> str:
    """Returns the id of a place in the page: items of a pair, of all its tasks or of one."""
    return f"items-{sha256([pair, task])[:DIGITS]}"


def all_items(
    match: MatchedCells, conf: AnalysisConf, folder: Path, settings: Sequence[str]
) -> AllItems:
    """Returns where all items of a pair on a task are.

    Args:
        match: both cells.
        conf: of the analysis.
        folder: of the report.
        settings: the words of the command for the settings of the analysis.
    """
    pair, task = match.pair, match.task
    is_declared = pair.prompt == conf.declared_prompt
    names = [file_name(pair, part, is_declared=is_declared) for part in (None, task)]
    addresses = [f"{FOLDER}/{name}" for name in names if (folder / FOLDER / name).is_file()]
    fragment = f"{quote(task, safe='')}/{LOST}"
    return AllItems(
        f"{quote(addresses[0])}#{fragment}" if addresses else "",
        command_of(settings, "view", f"{pair.tuned}:{pair.base}", task),
    )


def level_keys(setting: PromptResults) -> list[tuple[str, str]]:
    """Returns pair and no task for each row of the table of levels."""
    with_level = {row.key.pair for row in selectors.primary_rows(setting, "level")}
    pairs = (pair for _, pair in selectors.pairs_by_family(setting))
    return [(pair, "") for pair in pairs if pair in with_level]


def task_keys(setting: PromptResults) -> list[tuple[str, str]]:
    """Returns pair and task for each row of the table of tasks."""
    rows = by_model(selectors.primary_rows(setting, "task"))
    return [(row.key.pair, row.key.task) for row in rows]


def with_item_anchors(
    table: ReportTable, keys: Sequence[tuple[str, str]], results: StudyResults
) -> ReportTable:
    """Returns a table whose rows lead to their items.

    Args:
        table: with a row for each key.
        keys: pair and task; a mean of tasks, and no task, lead to all tasks of the pair.
        results: of the study.
    """
    if len(keys) != len(table.rows):
        raise ValueError(f"{table.name}: {len(table.rows)} rows have {len(keys)} keys")
    pairs = selectors.reported_pairs(results)
    evaluated = {(one.match.pair.name, one.match.task) for one in pairs}
    return replace(table, row_anchors=[_anchor(pair, task, evaluated) for pair, task in keys])


def _anchor(pair: str, task: str, evaluated: Collection[tuple[str, str]]) -> str:
    return item_anchor(pair, task if (pair, task) in evaluated else "")
