"""Readers of per-sample results, of this project and of others; the format is detected.

CSV, JSON lines, Parquet   columns sample_id, score (or any other), cluster, repeat, wording, draw
this project's tables      mlruns/cells/<task>/<model>/<fingerprint>/records-*.parquet
lm-evaluation-harness      samples_<task>_<date>.jsonl, written with --log_samples
inspect_ai                 logs, .json or .eval
CLUE's authors             predictions.json
"""

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ResultsError
from analysis.readers import (
    clue_authors,
    files,
    inspect_log,
    inspect_zip,
    lm_eval_harness,
    records_table,
    tabular,
)
from analysis.readers.per_sample import ModelResults, ReadRequest, SampleRow
from clue.common import bounds

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ModelResults", "SampleRow", "read", "read_frame"]


def read(path: Path, score: str | None = None, cluster: str | None = None) -> ModelResults:
    """Reads one model's results.

    Args:
        path: the file.
        score: name of the score; None: the only one, or the column `score`.
        cluster: field that names the unit of independence; None: `cluster`, if it exists.

    Raises:
        ResultsError: the file is missing, malformed, or has no such score or field.
        StoreError: a table of this project is damaged.
    """
    request = ReadRequest(path, score, cluster)
    try:
        bounds.check_regular(path, files.errors_in(path))
        results = _read(request)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ResultsError(f"{path} cannot be read: {reason}") from error
    if not results.rows:
        raise ResultsError(f"{path}: none of its samples was scored ({results.score})")
    return results


def read_frame(
    frame: "pd.DataFrame", name: str, score: str | None = None, cluster: str | None = None
) -> ModelResults:
    """Reads one model's results from a data frame with the columns of a plain table.

    Args:
        frame: a row per presentation of a sample: `sample_id`, a score, optionally `cluster`,
            `repeat`, `wording` and `draw`.
        name: of the results, in messages and sentences.
        score: as in `read`.
        cluster: as in `read`.

    Raises:
        ResultsError: a column is missing or a value is invalid.
    """
    plain = frame.astype(object).where(frame.notna(), None)  # missing values as None, as in files
    rows = [
        {str(column): value for column, value in row.items()} for row in plain.to_dict("records")
    ]
    if not rows:
        raise ResultsError(f"{name}: the data frame has no rows")
    return tabular.read(ReadRequest(Path(name), score, cluster), rows, "data frame")


def _read(request: ReadRequest) -> ModelResults:
    suffix = request.path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        return tabular.read(request, files.separated(request.path), "CSV")
    if suffix == ".parquet":
        if records_table.matches(request):
            return records_table.read(request)
        return tabular.read(request, files.parquet(request.path), "Parquet")
    if suffix == ".eval":
        return inspect_log.read(request, inspect_zip.read(request.path))
    return _read_json(request)


def _read_json(request: ReadRequest) -> ModelResults:
    content = files.json_rows(request.path)
    if isinstance(content, dict):
        if inspect_log.matches(content):
            return inspect_log.read(request, content)
        content = [content]
    if lm_eval_harness.matches(content[0]):
        return lm_eval_harness.read(request, content)
    if clue_authors.matches(content[0]):
        return clue_authors.read(request, content)
    return tabular.read(request, content, "JSON lines")
