"""Readers of per-sample results, of this project and of others; the format is detected here.

`analysis.result_formats.FORMATS` lists the formats.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import ResultsError
from analysis.readers import (
    clue_authors,
    every_eval_ever,
    files,
    helm,
    inspect_log,
    inspect_samples_df,
    inspect_zip,
    lighteval,
    lm_eval_harness,
    opencompass,
    other_files,
    tabular,
)
from analysis.readers.per_sample import ModelResults, ReadRequest, SampleRow
from analysis.result_formats import listed_formats
from clue.common import bounds

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ModelResults", "ReadRequest", "SampleRow", "read", "read_file", "read_frame"]


def read(path: Path, score: str | None = None, cluster: str | None = None) -> ModelResults:
    """Reads one model's results, see `read_file`."""
    return read_file(ReadRequest(path, score, cluster))


def read_file(request: ReadRequest) -> ModelResults:
    """Reads one model's results.

    Raises:
        ResultsError: the file is missing, malformed, or has no such score or field.
        StoreError: a table of this project is damaged.
    """
    path = request.path
    try:
        bounds.check_regular(path, files.errors_in(path))
        other_files.check_content(path, files.errors_in(path))
        results = _read(request)
    except UnicodeDecodeError as error:
        raise ResultsError(
            f"{path} cannot be read: it is no text in UTF-8. The formats that can be read: "
            f"{listed_formats()}"
        ) from error
    except OSError as error:
        raise ResultsError(
            f"{path} cannot be read: {error.strerror}. Name a file of per-sample results; "
            "`python -m analysis compare --help` lists the formats"
        ) from error
    if not results.rows:
        raise ResultsError(f"{path}: none of its samples was scored ({results.score})")
    return results


def read_frame(frame: "pd.DataFrame", request: ReadRequest) -> ModelResults:
    """Reads one model's results from a data frame with the columns of a plain table.

    Args:
        frame: a row per presentation of a sample: `sample_id`, a score, optionally `cluster`,
            `repeat`, `wording` and `draw`.
        request: columns to read; its path is the name of the results in messages and sentences.

    Raises:
        ResultsError: a column is missing or a value is invalid.
    """
    plain = frame.astype(object).where(frame.notna(), None)  # missing values as None, as in files
    rows = [
        {str(column): value for column, value in row.items()} for row in plain.to_dict("records")
    ]
    if not rows:
        raise ResultsError(f"{request.path}: the data frame has no rows")
    return _read_table(request, rows, "data frame")


def _read(request: ReadRequest) -> ModelResults:
    suffix = request.path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        return _read_table(request, files.separated(request.path), "CSV")
    if suffix == ".parquet":
        from analysis.readers import records_table  # loads Arrow and SciPy, as no other reader

        if records_table.matches(request):
            return records_table.read(request)
        return _read_table(request, files.parquet(request.path), "Parquet")
    if suffix == ".eval":
        return inspect_log.read(request, inspect_zip.read(request.path))
    return _read_json(request)


def _read_json(request: ReadRequest) -> ModelResults:
    content = files.json_rows(request.path)
    if isinstance(content, dict):
        if inspect_log.matches(content):
            return inspect_log.read(request, content)
        if opencompass.matches(content):
            return opencompass.read(request, content)
        other_files.check_averages(request.path, content)
        content = [content]
    if lm_eval_harness.matches(content[0]):
        return lm_eval_harness.read(request, content)
    if clue_authors.matches(content[0]):
        return clue_authors.read(request, content)
    if helm.matches(content[0]):
        return helm.read(request, content)
    if every_eval_ever.matches(content[0]):
        return every_eval_ever.read(request, content)
    return _read_table(request, content, "JSON lines")


def _read_table(
    request: ReadRequest, table: Sequence[Mapping[str, Any]], form: str
) -> ModelResults:
    if table and inspect_samples_df.matches(table[0]):
        return inspect_samples_df.read(request, table)
    if table and lighteval.matches(table[0]):
        return lighteval.read(request, table)
    return tabular.read(request, table, form)
