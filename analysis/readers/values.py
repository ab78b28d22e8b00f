"""Single values of a results file, strictly: a guess here would be a wrong number later.

Messages name the row and the field, never a text: files of others may hold clinical notes.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers.per_sample import Wanted
from clue.common.plural import counted
from clue.records import sha256

WORDS = {"true": 1.0, "false": 0.0}


def number(value: Any, where: str) -> float:
    """A finite score.

    Raises:
        ResultsError: it is empty, no number, not finite, or holds several numbers.
    """
    if value is None or value == "":
        raise ResultsError(
            f"{where}: the score is empty. A model that gave no usable answer scores 0; leave out "
            "the row of a sample that was never run, it is then counted as missing"
        )
    if isinstance(value, (list, tuple, dict)):
        raise ResultsError(
            f"{where}: the score is no single number but {counted(len(value), 'value')}; a measure "
            "of a whole corpus (BLEU, perplexity) has no score per sample and cannot be compared "
            "in pairs"
        )
    found = _float(value)
    if found is None:
        raise ResultsError(f"{where}: the score is no number")
    if not math.isfinite(found):
        raise ResultsError(
            f"{where}: the score is {found}. Averages would hide it: score a failed answer 0, or "
            "leave the sample out so that it is counted as missing"
        )
    return found


def _float(value: Any) -> float | None:
    if isinstance(value, str) and value.strip().lower() in WORDS:
        return WORDS[value.strip().lower()]
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def identifier(value: Any, where: str) -> str:
    """A sample's id as text; 7 and "7" are the same.

    Raises:
        ResultsError: it is empty or neither text nor a whole number.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not str(value).strip():
        raise ResultsError(f"{where}: the sample's id is neither text nor a whole number")
    return str(value)


def repeat(value: Any, where: str) -> int:
    """A whole number that tells repeats of a sample apart.

    Raises:
        ResultsError: it is none.
    """
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not found.is_integer():
        raise ResultsError(f"{where}: the repeat is no whole number")
    return int(found)


def cluster(fields: Mapping[str, Any], wanted: str, where: str) -> str:
    """The value of the field that names the cluster; its digest where it is long or no text.

    Args:
        fields: of one row.
        wanted: name; a dot leads into a field that holds fields.
        where: row, for the message.

    Raises:
        ResultsError: there is no such field, or it is empty.
    """
    found: Any = fields
    for part in [wanted] if wanted in fields else wanted.split("."):
        if not isinstance(found, Mapping) or part not in found:
            names = ", ".join(sorted(map(str, fields)))
            raise ResultsError(f"{where}: no field {wanted} to cluster by; there are: {names}")
        found = found[part]
    if found is None or found == "":
        raise ResultsError(f"{where}: the field {wanted} is empty, so its cluster is not known")
    return sha256(found) if isinstance(found, (list, dict)) else str(found)


def choose(wanted: Wanted, available: Iterable[str], default: Sequence[str] = ()) -> str:
    """The score that is meant.

    Raises:
        ResultsError: there is no such score, or several and none was named; lists them.
    """
    names = sorted(available)
    listed = "; ".join(names) or "none"
    if wanted.score is not None:
        if wanted.score not in names:
            raise ResultsError(f"{wanted.path}: no score {wanted.score}; there are: {listed}")
        return wanted.score
    for name in default:
        if name in names:
            return name
    if len(names) != 1:
        raise ResultsError(
            f"{wanted.path}: say which score is meant, e.g. --score {names[0]}; there are: {listed}"
            if names
            else f"{wanted.path}: it holds no scores"
        )
    return names[0]
