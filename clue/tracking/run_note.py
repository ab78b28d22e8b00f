"""What the page of an MLflow run says first: scores with their intervals, and the command."""

from collections.abc import Mapping, Sequence

from clue.common.markdown_table import markdown_table
from clue.common.plural import counted

Means = Mapping[str, float]
"""`clue.metrics.summary.summary`."""


def of_job(command: str, cells: Mapping[str, Means], levels: Means) -> str:
    """Note of a job's run, in Markdown.

    Args:
        command: what repeats it.
        cells: task to the numbers of its cell.
        levels: composites, in points.
    """
    tasks = [[name, _score(means), f"{means['n']:.0f}"] for name, means in cells.items()]
    above = [[name, f"{score:.2f}", ""] for name, score in levels.items()]
    head = ["", "score [95 % CI], points", "n"]
    return f"{markdown_table(head, [*tasks, *above], 'lll')}\n\n{_code(command)}"


def of_cell(command: str, metrics: Sequence[str], means: Means) -> str:
    """Note of a cell's run, in Markdown: its score and the metrics that make it."""
    rows = [["score", _score(means)]]
    rows += [[name, f"{means[name]:.2f}"] for name in metrics if name in means]
    samples, clusters = round(means["n"]), round(means["n_clusters"])
    size = f"{counted(samples, 'sample')}, {counted(clusters, 'cluster')}"
    return f"{markdown_table(['', 'points'], rows, 'll')}\n\n{size}\n\n{_code(command)}"


def _score(means: Means) -> str:
    if "score" not in means:
        return "-"
    if "score_low" not in means:
        return f"{means['score']:.2f}"
    return f"{means['score']:.2f} [{means['score_low']:.2f} to {means['score_high']:.2f}]"


def _code(command: str) -> str:
    return f"```\n{command}\n```"
