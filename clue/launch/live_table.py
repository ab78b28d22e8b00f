"""Live table of a sweep on a terminal: its running cells with bars, and all cells together."""

from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from clue.evaluation import progress_text
from clue.evaluation.sweep_view import SweepView, running

BAR_WIDTH = 20
MOST_CELLS = 12
"""Rows: more running cells are counted, since a terminal has few lines."""


def table(sweep: SweepView) -> Table:
    """Returns the table of a sweep at one moment."""
    rows = Table.grid(padding=(0, 1))
    entries = list(running(sweep))
    for number, job, cell in entries[:MOST_CELLS]:
        tokens, expected = cell.facts.get("tokens", 0), cell.facts.get("of_tokens")
        samples = (cell.facts.get("samples", 0), cell.facts.get("of_samples") or 1)
        done, total = (tokens, expected) if expected else samples
        text = progress_text.cell_text(sweep, number, job, cell)
        rows.add_row(_bar(done, total), Text(text))
    if not entries:
        rows.add_row("", Text(progress_text.line(sweep)))
        return rows
    if len(entries) > MOST_CELLS:
        rows.add_row("", Text(f"and {len(entries) - MOST_CELLS} more"))
    cells = len(sweep.cells)
    ended = cells - sweep.counts["waiting"] - sweep.counts["running"]
    rows.add_row(_bar(ended, cells), Text(progress_text.sweep_text(sweep)))
    return rows


def _bar(done: float, total: float) -> ProgressBar:
    return ProgressBar(total=max(total, 1), completed=min(done, total), width=BAR_WIDTH)
