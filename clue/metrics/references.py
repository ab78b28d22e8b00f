"""References that answers are compared with: the data set's, or those of the authors' code.

The authors' code changes some references. Metrics with `_upstream` and, where the changed ones are
shown to the model (`prompt=upstream`), all metrics of the task use them.
"""

from collections.abc import Callable, Sequence

from clue.metrics.registry import METRICS, signatures
from clue.metrics.scorer import Scoring
from clue.records import Sample
from clue.task.parts import signature_mark
from clue.task.task import Task

MARK = "|reference of the authors' code"
"""End of the signature of a metric that uses them."""

Reference = Callable[[Sample], str]


def authors_reference(task: Task, metric: str) -> Reference | None:
    """Returns the authors' rule for references if a metric uses it on a task; None if not."""
    rule: Reference | None = getattr(task.module, "reference_upstream", None)
    if rule is None or metric not in METRICS:
        return None
    return rule if METRICS[metric].reference == "authors" or task.templates.rewrites else None


def task_signatures(
    task: Task, names: Sequence[str], scoring: Scoring, *, has_authors_references: bool
) -> dict[str, str]:
    """Returns metric name to signature, which names the origin of references that differ.

    Raises:
        ConfigError: a name is unknown; lists the valid ones.
        ClueError: a requirement of a metric is not on this machine.
    """
    marked = [name for name in names if has_authors_references and authors_reference(task, name)]
    return {
        name: signature
        + (MARK if name in marked else "")
        + signature_mark(task.module, METRICS[name].part)
        for name, signature in signatures(names, scoring).items()
    }
