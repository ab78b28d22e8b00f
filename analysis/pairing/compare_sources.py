"""Reads two models' results from files, folders or data frames, pairs and compares them."""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ResultsError
from analysis.pairing import task_comparisons as tasks
from analysis.pairing.file_comparison import FileComparison, compare_results
from analysis.pairing.pair_files import pair
from analysis.pairing.prompt_comparison import compare_prompts
from analysis.pairing.scales import ScoreRange
from analysis.pairing.task_comparisons import TaskComparisons
from analysis.readers import ModelResults, ReadRequest, read_file, read_frame
from analysis.readers.model_files import model_files
from clue.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

Paths = str | Path | Sequence[str | Path]


@dataclass(frozen=True)
class PairingOptions:
    """Options of a comparison, as in `analysis.compare`."""

    margin: float | None
    dedup: bool
    allow_different_prompts: bool
    score_range: tuple[float, float] | None
    wanted_error: float | None = None

    def __post_init__(self) -> None:
        """Check the numbers before files are read.

        Raises:
            ConfigError: the margin or the wanted error is not a number above 0, or the range is
                empty.
        """
        limits = self.score_range
        for name in ("margin", "wanted_error"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int | float) and 0 < value < math.inf):
                raise ConfigError(f"{name}={value!r}: must be a finite number above 0, or None")
        if limits is not None and not limits[0] < limits[1]:
            raise ConfigError(f"score_range={limits!r}: the first must be below the second")

    @property
    def allowed(self) -> list[str]:
        """Digests that may differ."""
        return ["prompt"] if self.allow_different_prompts else []


def compared(base: ModelResults, tuned: ModelResults, options: PairingOptions) -> FileComparison:
    """Pairs and compares two results, with their prompts if they were read.

    Raises:
        ConfigError: an error over prompts is wanted, but no field with the prompt was read.
        PairingError: the two do not have the same samples and prompts, or not the same scale.
    """
    limits = options.score_range
    pairing = pair(
        base,
        tuned,
        dedup=options.dedup,
        allowed=options.allowed,
        score_range=None if limits is None else ScoreRange(*limits),
    )
    result = compare_results(base, tuned, pairing, options.margin)
    if pairing.cells is not None:
        refused = result.comparison.refused
        prompts = compare_prompts(pairing.cells, refused, options.wanted_error)
        return replace(result, prompts=prompts)
    if options.wanted_error is not None:
        raise ConfigError(
            "a wanted error is an error over prompts: name the field with the prompt (--prompt "
            "FIELD), or leave out --wanted-error"
        )
    return result


def compare_by_task(  # noqa: PLR0913  two models, what to read of them, and how to compare
    base: Paths,
    tuned: Paths,
    request: ReadRequest,
    scores: Sequence[str | None],
    options: PairingOptions,
    *,
    overall: bool,
) -> TaskComparisons:
    """Compares two models on each common task.

    Args:
        base: files or folder of the base model.
        tuned: the same of the other model.
        request: fields to read of every file.
        scores: the first that a file has is read.
        options: of every comparison.
        overall: compare also on the items of all common tasks together.

    Raises:
        ResultsError: a file is missing or malformed, or a folder has no results.
        PairingError: as `compared`, or two files of one model are of the same task.
    """
    sides = []
    for source in (base, tuned):
        requests = [replace(request, path=path) for path in _files(source)]
        sides.append(tasks.by_task([_first_score(one, scores) for one in requests]))
    matched = tasks.match_tasks(*sides)
    comparisons = {
        task: compared(one, other, options) for task, (one, other) in matched.common.items()
    }
    together = None
    if overall:
        all_base, all_tuned = tasks.joined(matched.common)
        without_prompts = replace(options, wanted_error=None)
        together = replace(compared(all_base, all_tuned, without_prompts), prompts=None)
    return tasks.adjusted_over_tasks(
        TaskComparisons(comparisons, matched.only_base, matched.only_tuned, together)
    )


def read_source(
    source: "str | Path | pd.DataFrame", name: str, request: ReadRequest
) -> ModelResults:
    """Reads a file or a data frame.

    Args:
        source: the file or the frame.
        name: of a frame, in messages and sentences.
        request: fields to read; its path is replaced.

    Raises:
        ResultsError: it is missing or malformed.
    """
    if isinstance(source, str | Path):
        return read_file(replace(request, path=Path(source)))
    if not hasattr(source, "to_dict") or not hasattr(source, "columns"):
        kind = type(source).__name__
        raise ResultsError(f"{name}: results are a file or a pandas DataFrame, not {kind}")
    return read_frame(source, replace(request, path=Path(name)))


def _files(source: Paths) -> list[Path]:
    return model_files([Path(source)] if isinstance(source, str | Path) else [*map(Path, source)])


def _first_score(request: ReadRequest, scores: Sequence[str | None]) -> ModelResults:
    """Results in the first of some scores that the file has."""
    for score in scores[:-1]:
        with suppress(ResultsError):
            return read_file(replace(request, score=score))
    return read_file(replace(request, score=scores[-1]))
