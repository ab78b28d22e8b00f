"""Requests of lm-evaluation-harness in its sample logs: filters, prompts, generation settings."""

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import ResultsError
from clue.records import dotted

Line = Mapping[str, Any]
NO_FILTER = "none"
"""Name of the filter of tasks that declare none."""
LONGEST = 60
"""Characters of a setting that are shown."""


def filter_names(lines: Sequence[Line], path: Path) -> list[str]:
    """Returns the name of the filter of each line.

    Versions 0.4.3 to 0.4.6 log the filters of a task one after the other without their names; the
    first line of a document is then of filter `1`, in the order of the task file.

    Args:
        lines: lines of a log.
        path: file, for the message.

    Raises:
        ResultsError: lines have no filter, and not all documents have the same number of lines.
    """
    if any("filter" in line for line in lines):
        return [str(line.get("filter", NO_FILTER)) for line in lines]
    counts = Counter(str(line["doc_id"]) for line in lines)
    if max(counts.values()) == 1 or _are_copies(lines):
        return [NO_FILTER] * len(lines)
    if len(set(counts.values())) > 1:
        raise ResultsError(
            f"{path}: some documents are there more often than others, and no line names its "
            "filter, so the lines of a filter cannot be told apart. Run the harness again (0.4.7 "
            "or later names the filter)"
        )
    numbers: dict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
    return [str(next(numbers[str(line["doc_id"])])) for line in lines]


def _are_copies(lines: Sequence[Line]) -> bool:
    """True if all lines of a document are equal: copies of rows, not filters."""
    first: dict[str, Line] = {}
    return all(first.setdefault(str(line["doc_id"]), line) == line for line in lines)


def prompt_digest(line: Line) -> str | None:
    """Returns the harness's `prompt_hash`, also for logs that have only the requests.

    It is the SHA-256 of the first request's context (`hash_string` in lm_eval/evaluator.py).
    """
    if line.get("prompt_hash"):
        return str(line["prompt_hash"])
    contexts = [request[0] for request in _requests(line) if request]
    if not contexts or not isinstance(contexts[0], str):
        return None
    return hashlib.sha256(contexts[0].encode("utf-8", "surrogatepass")).hexdigest()


def generation_settings(lines: Sequence[Line]) -> dict[str, str]:
    """Returns the settings of the generation that all requests share: `until`, `temperature`."""
    settings = [_settings(line) for line in lines]
    first = settings[0] if settings else {}
    same = {
        key: value
        for key, value in first.items()
        if all(others.get(key) == value for others in settings)
    }
    return {key: value[:LONGEST] for key, value in same.items()}


def _settings(line: Line) -> dict[str, str]:
    options = (part for request in _requests(line) for part in request[1:])
    mapping = next((part for part in options if isinstance(part, Mapping)), {})
    return {key: str(value) for key, value in dotted(mapping)}


def _requests(line: Line) -> list[list[Any]]:
    """Arguments of each request: lists, or objects `gen_args_0`, `arg_0` since 0.4.3."""
    arguments = line.get("arguments") or ()
    requests = arguments.values() if isinstance(arguments, Mapping) else arguments
    return [
        list(request.values() if isinstance(request, Mapping) else request)
        for request in requests
        if isinstance(request, (Mapping, list))
    ]
