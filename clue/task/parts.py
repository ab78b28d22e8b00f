"""Parts of an answer that metrics compare, where one answer has several parts.

The module of such a task defines `PARTS`, a mapping of names to functions that take the part of a
parsed answer; references have the same form. Metrics of free text compare the part `text`. Answers
of other tasks are compared as a whole. `VERSIONS["parts"]` of the module is in the signature of its
metrics, since a stored score is reused for the same part of an answer.
"""

from collections.abc import Callable, Mapping
from types import ModuleType

from clue.errors import ConfigError

WHOLE = "text"
"""The part that a metric compares unless it names another one."""
ABSENT = "NA"
"""Part that the answer rightly or wrongly lacks, such as the correction of a text without error."""

Part = Callable[[str], str]


def parts(module: ModuleType | object) -> Mapping[str, Part]:
    """Returns the parts of a task's answers by name; the whole answer is the only one by default.

    >>> parts(object())["text"]("any answer")
    'any answer'
    """
    of_module: Mapping[str, Part] = getattr(module, "PARTS", {WHOLE: str})
    return of_module


def compared(
    module: ModuleType | object, part: str, answer: str | None, reference: str
) -> tuple[str | None, str]:
    """Returns the part of an answer and of its reference; None for an answer that is unread.

    >>> compared(object(), "text", None, "a reference")
    (None, 'a reference')
    """
    take = parts(module)[part]
    return None if answer is None else take(answer), take(reference)


def free_part(module: ModuleType | object, answer: str) -> str:
    """Returns the free text of an answer, which flags of metrics describe; else all of it."""
    return parts(module).get(WHOLE, str)(answer)


def signature_mark(module: ModuleType | object, part: str) -> str:
    """Returns the end of the signature of a metric on a task whose answers have parts."""
    if not hasattr(module, "PARTS"):
        return ""
    version = getattr(module, "VERSIONS")["parts"]  # noqa: B009  the object may be a module
    return f"|part {part}, version {version}"


def check_part(task: str, module: ModuleType | object, part: str, metric: str) -> None:
    """Checks that a task's answers have the part that a metric compares.

    Raises:
        ConfigError: they have not; names the parts.
    """
    available = parts(module)
    if part not in available:
        raise ConfigError(
            f"tasks.{task}.metrics: {metric} compares the part {part} of an answer, and the "
            f"answers of {task} have {', '.join(available)}: leave it out of metrics and score"
        )
