"""Strict parsing of single values of a results file: a guess here would be a wrong number later.

Messages name the row and the field but never contain a text: files may contain clinical notes.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers.per_sample import ReadRequest
from clue.common.plural import counted
from clue.records import sha256

WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
"""Words in any case."""
LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""Correct, partial, incorrect and no answer of inspect_ai (`value_to_float`)."""
LISTED = 20
"""Largest number of names in a message."""
_NAME = re.compile(r"(?=.{1,64}$)[^\W\d]\S*( \S+){0,2}")
"""A field's name: up to three words, not of digits; a text or an id looks different."""


def number(value: Any, where: str) -> float:
    """Parses a finite score.

    Raises:
        ResultsError: the value is empty, no number, not finite, or several numbers.

    >>> number("0.5", "row 1"), number("True", "row 2"), number("C", "row 3")
    (0.5, 1.0, 1.0)
    """
    if value is None or value == "":
        raise ResultsError(
            f"{where}: the score is empty. A model that gave no usable answer scores 0; leave out "
            "the row of a sample that was never run, so that it is counted as missing"
        )
    if isinstance(value, (list, tuple, dict)):
        raise ResultsError(
            f"{where}: the score is no single number but {counted(len(value), 'value')}; a metric "
            "of a corpus (BLEU, perplexity) has no score per sample and cannot be compared in pairs"
        )
    parsed = _float(value)
    if parsed is None:
        raise ResultsError(f"{where}: the score is no number")
    if not math.isfinite(parsed):
        raise ResultsError(
            f"{where}: the score is {parsed}. Averages would hide it: score a failed answer 0, or "
            "leave the sample out so that it is counted as missing"
        )
    return parsed


def _float(value: Any) -> float | None:
    if isinstance(value, str):
        word = value.strip()
        value = LETTERS.get(word, WORDS.get(word.lower(), word))
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def identifier(value: Any, where: str) -> str:
    """Parses a sample's id to text; 7 and "7" are the same.

    Raises:
        ResultsError: the id is empty or neither text nor an integer.

    >>> identifier(7, "row 1"), identifier(7.0, "row 2"), identifier("07", "row 3")
    ('7', '7', '07')
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not str(value).strip():
        raise ResultsError(f"{where}: the sample's id is neither text nor an integer")
    return str(value)


def presentation(value: Any, name: str, where: str) -> int:
    """Parses an integer that distinguishes presentations of a sample.

    Args:
        value: content of the field.
        name: name of the field: `repeat`, `wording` or `draw`.
        where: row, for the message.

    Raises:
        ResultsError: the value is no integer.

    >>> presentation("2", "repeat", "row 1")
    2
    """
    try:
        parsed = float(value)
    except (TypeError, ValueError):
        parsed = math.nan
    if not parsed.is_integer():
        raise ResultsError(f"{where}: the {name} is no integer")
    return int(parsed)


def field(fields: Mapping[str, Any], name: str, where: str, purpose: str) -> Any:
    """Returns the value of a field.

    Args:
        fields: fields of one row.
        name: name of the field; a dot leads into a field that contains fields.
        where: row, for the message.
        purpose: use of the value, for the message: `to cluster by`.

    Raises:
        ResultsError: there is no such field.

    >>> field({"meta": {"patient": 7}}, "meta.patient", "row 1", "to cluster by")
    7
    """
    value: Any = fields
    for part in [name] if name in fields else name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise ResultsError(
                f"{where}: no field {name} {purpose}; there are: {listed(fields, ', ')}"
            )
        value = value[part]
    return value


def cluster(fields: Mapping[str, Any], name: str, where: str) -> str:
    """Returns the value of the field that names the cluster; a digest if it is a list or object.

    Args:
        fields: fields of one row.
        name: as in `field`.
        where: row, for the message.

    Raises:
        ResultsError: there is no such field, or it is empty.

    >>> cluster({"meta": {"patient": 7}}, "meta.patient", "row 1")
    '7'
    """
    return _label(fields, name, where, "to cluster by", "cluster")


def prompt(fields: Mapping[str, Any], name: str, where: str) -> str:
    """Returns the value of the field that names the prompt; a digest if it is a list or object.

    Args:
        fields: fields of one row.
        name: as in `field`.
        where: row, for the message.

    Raises:
        ResultsError: there is no such field, or it is empty.

    >>> prompt({"reader": 3}, "reader", "row 1")
    '3'
    """
    return _label(fields, name, where, "with the prompt", "prompt")


def _label(fields: Mapping[str, Any], name: str, where: str, purpose: str, kind: str) -> str:
    value = field(fields, name, where, purpose)
    if value is None or value == "":
        raise ResultsError(f"{where}: the field {name} is empty, so the {kind} is unknown")
    return sha256(value) if isinstance(value, (list, dict)) else str(value)


def listed(names: Iterable[object], separator: str = "; ") -> str:
    """Lists names of fields; counts them if one looks like a text or an id.

    The first row of a file without a header, and an object with a field per text, have clinical
    text in the place of names.

    >>> listed(["score", "f1"]), listed(["Mr. Example with GI bleed", "1"])
    ('f1; score', '2 fields, not shown since not all look like names (no header?)')
    """
    texts = sorted(map(str, names))
    if not all(map(_NAME.fullmatch, texts)):
        few = counted(len(texts), "field")
        return f"{few}, not shown since not all look like names (no header?)"
    more = f"{separator}and {len(texts) - LISTED} more" if len(texts) > LISTED else ""
    return (separator.join(texts[:LISTED]) or "none") + more


def choose_score(
    request: ReadRequest, available: Iterable[str], default: Sequence[str] = ()
) -> str:
    """Returns the requested score, a default, or the only score.

    Raises:
        ResultsError: there is no such score, or several and none is requested; lists them.

    >>> from pathlib import Path
    >>> choose_score(ReadRequest(Path("a.csv")), ["f1", "score"], default=["score"])
    'score'
    """
    names = sorted(available)
    if request.score is not None:
        if request.score not in names:
            raise ResultsError(
                f"{request.path}: no score {request.score}; there are: {listed(names)}"
            )
        return request.score
    for name in default:
        if name in names:
            return name
    if not names:
        raise ResultsError(f"{request.path}: it contains no scores")
    if len(names) > 1 or not _NAME.fullmatch(names[0]):
        example = f", e.g. --score {names[0]}" if all(map(_NAME.fullmatch, names)) else ""
        raise ResultsError(
            f"{request.path}: specify the score{example}; there are: {listed(names)}"
        )
    return names[0]
