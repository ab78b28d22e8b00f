"""Labels that a person gave without knowing the models, and what they say about the pair.

A file of labels names items by digests and sides by their order on the screen. The order is that of
`analysis.samples.blind_order`, so that this module alone says whose answer was preferred.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from analysis.errors import ResultsError
from analysis.paired_study.series import in_points
from analysis.samples.blind_order import tuned_is_first
from analysis.stats.battery import battery
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Paired
from clue.common import json_text

FORM, VERSION = "clue labels", 1
Choice = Literal["first", "second", "both_good", "both_bad"]
NAMES = ("tuned", "base", "prompt", "task")


class Label(NamedTuple):
    """A label of one item."""

    item: str
    """Digest of the item."""
    cluster: int
    """Number of its cluster in the page."""
    position: int
    """Number of the item in the order of the page, from 1."""
    choice: Choice


@dataclass(frozen=True)
class LabelFile:
    """The labels of one person on one task."""

    tuned: str
    base: str
    prompt: str
    task: str
    marks: tuple[str, ...]
    items: int
    """Number of items that the page has."""
    labels: Sequence[Label]
    """At least one, each of another item."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Labels by `tuned`, `base`, `both_good` and `both_bad`."""
        return Counter(_preferred(label) for label in self.labels)

    @property
    def first_preferred(self) -> tuple[int, int]:
        """Number of labels that prefer the first answer, and of all that prefer one."""
        choices = Counter(label.choice for label in self.labels)
        return choices["first"], choices["first"] + choices["second"]

    @property
    def skipped(self) -> int:
        """Items without a label before the last labelled one: the labels are no random sample."""
        return max(label.position for label in self.labels) - len(self.labels)

    @property
    def preference(self) -> Comparison:
        """Share of the items whose tuned answer is preferred minus that of the base, in points."""
        preferred = [_preferred(label) for label in self.labels]
        paired = Paired.of(
            [label.item for label in self.labels],
            [str(label.cluster) for label in self.labels],
            [float(one == "base") for one in preferred],
            [float(one == "tuned") for one in preferred],
            step_size=1.0,
        )
        return battery(in_points(paired))


def read_labels(path: Path) -> LabelFile:
    """Reads a file of labels.

    Raises:
        ResultsError: it is no such file, or a label is damaged or there twice.
        OSError: it cannot be read.
    """
    try:
        content = json_text.parse(path.read_bytes())
        if (content["form"], content["version"]) != (FORM, VERSION):
            raise ValueError("it has another form or version")
        names = {name: _text(content[name]) for name in NAMES}
        marks = tuple(map(_text, content["marks"]))
        labels = [_label(entry) for entry in content["labels"]]
        items = _number(content["items"], 1)
        _check(labels, items)
    except (ValueError, TypeError, KeyError) as error:
        raise ResultsError(
            f"{path} is no file of labels ({_reason(error)}): save it again from a page of "
            "`python -m analysis view`"
        ) from error
    return LabelFile(**names, marks=marks, items=items, labels=labels)


def _check(labels: Sequence[Label], items: int) -> None:
    if not labels:
        raise ValueError("it has no label")
    if len({label.item for label in labels}) < len(labels):
        raise ValueError("an item has two labels")
    if len({label.position for label in labels}) < len(labels):
        raise ValueError("two items have one position")
    if max(label.position for label in labels) > items:
        raise ValueError("a position is above the number of items")


def _label(entry: Any) -> Label:
    choice, item = entry["choice"], _text(entry["item"])
    if choice not in get_args(Choice):
        raise ValueError("a choice is unknown")
    int(item, 16)
    return Label(item, _number(entry["cluster"], 0), _number(entry["position"], 1), choice)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a name is no text")
    return value


def _number(value: Any, least: int) -> int:
    if type(value) is not int or value < least:
        raise ValueError("a number is damaged")
    return value


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it lacks {error}"
    return json_text.problem(error) if isinstance(error, ValueError) else "a value has another type"


def _preferred(label: Label) -> str:
    """`tuned`, `base`, `both_good` or `both_bad`: whose answer a label prefers."""
    if label.choice not in ("first", "second"):
        return label.choice
    return "tuned" if (label.choice == "first") == tuned_is_first(label.item) else "base"
