"""SET_METRICS: statistics of all answers of a cell together, which are no mean over samples.

They stand beside the task score, in MLflow and in the closing table, and enter no score and no
test: a sample has no value of its own, so a difference of two models cannot be paired by sample.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from clue.errors import ConfigError
from clue.records import Record, sha256


def macro_f1(records: Sequence[Record]) -> float:
    """Returns the unweighted mean of the F1 of each class, 0 to 1.

    The classes are the references that occur, the same for every model. F1 of a class is
    2 TP / (2 TP + FP + FN), which is 0 for a class that is never answered. An answer that is unread
    misses its class (FN) and is a false positive of none.

    Args:
        records: of one cell; their references are known by digest.
    """
    targets = [record.target_sha256 for record in records]
    answers = [None if record.answer is None else sha256(record.answer) for record in records]
    asked, answered = Counter(targets), Counter(answers)
    right = Counter(
        target for target, answer in zip(targets, answers, strict=True) if target == answer
    )
    return fmean(2 * right[name] / (asked[name] + answered[name]) for name in asked)


SET_METRICS: Mapping[str, Callable[[Sequence[Record]], float]] = {"macro_f1": macro_f1}


def check_names(names: Sequence[str]) -> None:
    """Checks the names in `set_metrics` of a task file.

    Raises:
        ConfigError: a name is unknown; lists the valid ones.
    """
    unknown = [name for name in names if name not in SET_METRICS]
    if unknown:
        raise ConfigError(
            f"no metric of a set {', '.join(unknown)}; there are {', '.join(SET_METRICS)}"
        )
