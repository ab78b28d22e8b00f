"""Tables of prompt settings: two of them compared, and the results of one that is not declared."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis import number_format
from analysis.names import display_name
from analysis.paired_study.prompt_setting_rows import SettingChange, SettingComparison
from analysis.paired_study.results import PromptResults
from analysis.report import selectors
from analysis.report.document import ReportTable
from analysis.report.tables import pairs
from clue.marks import EXPLORATORY, union


def differences(first: str, second: str, comparisons: Sequence[SettingComparison]) -> ReportTable:
    """Difference of every pair under two settings, on the items that both scored."""
    shown = selectors.setting_comparisons(comparisons)
    return ReportTable(
        file_name("settings", first, second),
        f"{first} and {second}, exploratory: differences on the common items",
        [
            *("model", "task", f"n {first}", f"n {second}", "n common (clusters)"),
            *(f"Δ {first}", f"Δ {second}", f"{first} minus {second} [95 % CI]", "q"),
        ],
        [_difference_row(comparison) for comparison in shown],
        f"Δ: biomedical minus base in points, on the common items only. {_adjustment(shown)}",
        [comparison.items.marks for comparison in shown],
    )


def models(first: str, second: str, comparisons: Sequence[SettingComparison]) -> ReportTable:
    """Score of every single model under two settings, on the items that both scored."""
    shown = selectors.setting_comparisons(comparisons)
    marks_of = {row: one.items.marks for one in shown for row in _model_rows(one)}
    return ReportTable(
        file_name("settings_models", first, second),
        f"{first} and {second}, exploratory: single models on the common items",
        ["model", "task", "n common", first, second, f"{first} minus {second} [95 % CI]", "q"],
        [list(row) for row in marks_of],
        "Scores are in points. The change of the biomedical model minus that of its base is the "
        f"change of their difference in the table above. {_adjustment(shown)}",
        list(marks_of.values()),
    )


def undeclared(setting: PromptResults) -> list[ReportTable]:
    """Levels and tasks of a setting that is not the declared one."""
    return [
        replace(
            table,
            name=file_name(table.name, setting.prompt),
            title=f"{setting.prompt}, exploratory: {table.title[0].lower()}{table.title[1:]}",
            row_marks=[union(marks, (EXPLORATORY,)) for marks in table.row_marks],
        )
        for table in (pairs.levels(setting), pairs.tasks(setting))
    ]


def _adjustment(comparisons: Sequence[SettingComparison]) -> str:
    """Sentence on q; empty without comparisons."""
    sizes = {comparison.difference.hypotheses for comparison in comparisons}
    return "".join(
        f"q: p adjusted by Benjamini and Hochberg over all {size} tests between settings."
        for size in sizes
    )


def _difference_row(comparison: SettingComparison) -> list[str]:
    key, items, change = comparison.key, comparison.items, comparison.difference
    return [
        key.tuned,
        display_name(key.task),
        str(items.n_first),
        str(items.n_second),
        f"{items.n} ({items.n_clusters})",
        *_values(change),
    ]


def _model_rows(comparison: SettingComparison) -> Iterator[tuple[str, ...]]:
    """Rows of the base and of the biomedical model."""
    key, task = comparison.key, display_name(comparison.key.task)
    for model, change in ((key.base, comparison.base), (key.tuned, comparison.tuned)):
        yield model, task, str(comparison.items.n), *_values(change)


def _values(change: SettingChange) -> Iterator[str]:
    """Value under both settings, their difference with its interval, and q."""
    yield from map(number_format.points, (change.mean_first, change.mean_second))
    yield number_format.estimate(change.delta, change.ci95)
    yield number_format.p_cell(change.q)


def of_setting(table: ReportTable, setting: PromptResults) -> ReportTable:
    """The table of a prompt setting; that of one which is not declared is named and marked."""
    if setting.confirmatory:
        return table
    return replace(
        table,
        name=file_name(table.name, setting.prompt),
        title=f"{setting.prompt}: {table.title[0].lower()}{table.title[1:]}",
        row_marks=[union(marks, (EXPLORATORY,)) for marks in table.row_marks],
    )


def file_name(*parts: str) -> str:
    """Name of a table's files; the name of a prompt setting may hold any character."""
    return "-".join(re.sub(r"\W+", "-", part, flags=re.ASCII) for part in parts)
