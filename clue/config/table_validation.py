"""Checks of the settings of a table of one's own, and of table settings in another task."""

from collections.abc import Iterator

from clue.config.schema import TaskConf
from clue.config.table_schema import ANSWERS

UNSET = TaskConf()


def table_problems(task: TaskConf) -> Iterator[str]:
    """Yields a line for every problem with the settings of a table."""
    prefix = f"tasks.{task.name}"
    if not task.is_table:
        for name in ("file", "train", "columns", "answer", "labels", "access"):
            if getattr(task, name) != getattr(UNSET, name):
                yield f"{prefix}.{name} is set, but {task.name} has no table: set reader: table"
        return
    if not task.file:
        yield f"{prefix}.file is not set: the CSV, JSON lines or Parquet file with the samples"
    if not task.columns.target:
        yield f"{prefix}.columns.target is not set: the column with the reference answers"
    if not task.answer:
        yield f"{prefix}.answer is not set: {', '.join(ANSWERS)}"
    if task.documents is not None:
        yield f"{prefix}.documents is set, but a table presents no documents"
    yield from _label_problems(prefix, task)
    yield from _field_problems(prefix, task)


def _label_problems(prefix: str, task: TaskConf) -> Iterator[str]:
    if task.answer != "choice":
        if task.labels:
            yield f"{prefix}.labels is set, but the answer is no choice: {task.answer}"
        return
    folded = [" ".join(label.casefold().split()) for label in task.labels]
    if len(folded) < 2:
        yield f"{prefix}.labels: a choice needs at least two labels, e.g. [urgent, routine]"
    if "" in folded:
        yield f"{prefix}.labels: a label is empty"
    if len(set(folded)) < len(folded):
        yield f"{prefix}.labels={task.labels}: two labels differ in nothing but case and blanks"


def _field_problems(prefix: str, task: TaskConf) -> Iterator[str]:
    try:
        asked = task.columns.of_fields(task.user)
        fields = asked | task.columns.of_fields(task.assistant)
    except ValueError as error:
        yield f"{prefix}: a template is malformed: {error}; a brace as text is {{{{ or }}}}"
        return
    if not asked:
        yield f"{prefix}.user names no column, e.g. {{note}}: all samples would be one question"
    if "target" in task.columns.fields or task.columns.target in asked.values():
        yield f"{prefix}.user names the column with the reference answers"
    for name in sorted(set(task.columns.fields) - set(fields)):
        yield f"{prefix}.columns.fields names {name}, which no template names as {{{name}}}"
    if task.input and task.input not in asked:
        yield f"{prefix}.input={task.input} is no field of the user turn: {', '.join(asked)}"
