"""The table of cells shrunken towards what pairs and tasks have in common."""

from analysis import number_format
from analysis.names import display_name
from analysis.paired_study.results import PromptResults
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.shrunken_cells import ShrunkenCell, ShrunkenStudy
from analysis.report import selectors
from analysis.report.document import ReportTable
from analysis.report.tables.pairs import by_model

COLUMNS = (
    *("model", "task", "Δ", "95 % CI", "shrunken Δ", "95 % interval", "margin"),
    "decline beyond the margin %",
)
SPREAD = {"pair": "pairs", "task": "tasks", "cell": "cells of one pair and one task"}


def shrunken(setting: PromptResults) -> ReportTable:
    """Raw and shrunken difference of every pair on every task; exploratory."""
    study = setting.shrinkage
    cells = {(cell.pair, cell.task): cell for cell in study.cells} if study else {}
    rows = [
        row
        for row in by_model(selectors.primary_rows(setting, "task"))
        if (row.key.pair, row.key.task) in cells
    ]
    return ReportTable(
        "shrinkage",
        "Tasks by pair, shrunken towards what pairs and tasks have in common",
        COLUMNS,
        [_row(row, cells[row.key.pair, row.key.task]) for row in rows],
        _note(study) if study else "",
        [row.marks for row in rows],
    )


def _row(row: ResultRow, cell: ShrunkenCell) -> list[str]:
    comparison = row.comparison
    raw = comparison.interval
    return [
        row.key.tuned,
        display_name(row.key.task),
        number_format.points(comparison.delta),
        number_format.points_interval(raw),
        number_format.points(cell.mean),
        number_format.points_interval(cell.interval),
        number_format.margin(cell.margin),
        number_format.whole_percent(cell.p_decline),
    ]


def _note(study: ShrunkenStudy) -> str:
    """The model and its prior, with the posterior of what they have in common."""
    spreads = []
    for name, sd in study.sds.items():
        limits = number_format.points_interval(sd.interval)
        median = number_format.points(sd.median)
        spreads.append(f"between {SPREAD[name]} {median} [{limits}]")
    return (
        "Exploratory; values are in points. Of many cells, the most extreme ones are extreme by "
        "chance too. The shrunken Δ takes this into account: the less precise a cell, the closer "
        "it is to the values of its pair and its task. It is the posterior mean of the model Δ = "
        "mean + pair + task + cell + error. The error is the joint error of all cells, with "
        "an allowance for few clusters; the prior is flat for the mean and half-t with "
        f"{number_format.significant(study.prior.df)} degrees of freedom and scale "
        f"{number_format.significant(study.prior.scale)} points for each "
        "standard deviation. The mean is "
        f"{number_format.points(study.mu)} (SD "
        f"{number_format.points(study.mu_sd)}). Standard deviations (median [95 % "
        f"interval]): {', '.join(spreads)}. With half or double the scale of the prior no shrunken "
        f"Δ changes by more than {number_format.points(study.prior_effect)} points. Last "
        "column: posterior probability of a decline larger than the declared margin, if "
        "cells are as alike as the model says; the probability from each cell alone is in the "
        "table of "
        "equivalence tests. These values support no claim."
    )
