"""Facts of every task file, for the command and the Python interface."""

from collections.abc import Iterator
from typing import Any

from clue.config.schema import PromptConf
from clue.data.registry import DEMO
from clue.task.task import Task
from clue.task.task_files import load, names


def task_facts() -> Iterator[dict[str, Any]]:
    """Yields the facts of each task, by level and name.

    Each has the keys `task`, `level` (None without one), `dataset`, `access` (`open` or
    `credentialed`), `rows` (official number of test samples; None for a table of one's own),
    `shots`, `max_new_tokens`, `score` (metrics whose mean is the task score) and `metrics` (all).
    """
    files = [Task(load(name), DEMO, PromptConf()) for name in names()]
    for file in sorted(files, key=lambda file: (str(file.conf.level or "~"), file.conf.name)):
        yield {
            "task": file.conf.name,
            "level": file.conf.level,
            "dataset": file.dataset.name,
            "access": file.dataset.access,
            "rows": file.dataset.test_rows,
            "shots": file.conf.shots,
            "max_new_tokens": file.conf.max_new_tokens,
            "score": list(file.conf.score),
            "metrics": list(file.conf.metrics),
        }
