"""Note at the top of an MLflow run's page: scores with their intervals, and the command."""

from collections.abc import Mapping, Sequence

from clue.common.markdown_table import markdown_table
from clue.common.markdown_text import code_block
from clue.common.plural import counted
from clue.marks import written

Means = Mapping[str, float]
"""`clue.metrics.summary.summary`."""


def with_marks(marks: Sequence[str], note: str) -> str:
    """Returns a note whose first line has the marks of its results; the note if there is none."""
    return f"**{written(marks)}**\n\n{note}" if marks else note


def of_job(command: str, cells: Mapping[str, Means], levels: Means) -> str:
    """Returns the note of a job's run, in Markdown.

    Args:
        command: command that repeats the job.
        cells: task to the means of its cell.
        levels: composites, in points.
    """
    tasks = [[name, _score(means), f"{means['n']:.0f}"] for name, means in cells.items()]
    composites = [[name, f"{score:.2f}", ""] for name, score in levels.items()]
    head = ["", "score [95 % CI], points", "n"]
    return f"{markdown_table(head, [*tasks, *composites], 'lll')}\n\n{code_block(command)}"


def of_cell(command: str, metrics: Sequence[str], means: Means) -> str:
    """Returns the note of a cell's run, in Markdown: its score and the metrics of the score."""
    rows = [["score", _score(means)]]
    rows += [[name, f"{means[name]:.2f}"] for name in metrics if name in means]
    samples, clusters = round(means["n"]), round(means["n_clusters"])
    size = f"{counted(samples, 'sample')}, {counted(clusters, 'cluster')}"
    return f"{markdown_table(['', 'points'], rows, 'll')}\n\n{size}\n\n{code_block(command)}"


def _score(means: Means) -> str:
    if "score" not in means:
        return "-"
    if "score_low" not in means:
        return f"{means['score']:.2f}"
    return f"{means['score']:.2f} [{means['score_low']:.2f} to {means['score_high']:.2f}]"
