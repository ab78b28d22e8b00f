"""Read per-sample results of this project and of others; which format it is, is seen.

CSV, JSON lines, Parquet   columns sample_id, score (or any other), cluster, repeat
this project's tables      mlruns/cells/<task>/<model>/<fingerprint>/records-*.parquet
lm-evaluation-harness      samples_<task>_<date>.jsonl, written with --log_samples
inspect_ai                 logs, .json or .eval
CLUE's authors             predictions.json
"""

from pathlib import Path

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
from analysis.readers.per_sample import Results, Row, Wanted

__all__ = ["Results", "Row", "read"]


def read(path: Path, score: str | None = None, cluster: str | None = None) -> Results:
    """Read one model's results.

    Args:
        path: of the file.
        score: which of its scores; None: the only one, or the column `score`.
        cluster: field that names the unit of independence; None: `cluster`, where there is one.

    Raises:
        ResultsError: the file is missing, malformed, or has no such score or field.
        StoreError: a table of this project is damaged.
    """
    wanted = Wanted(path, score, cluster)
    try:
        path.open("rb").close()
        found = _read(wanted)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ResultsError(f"{path} cannot be read: {reason}") from error
    if not found.rows:
        raise ResultsError(f"{path}: not one sample of it was scored ({found.score})")
    return found


def _read(wanted: Wanted) -> Results:
    suffix = wanted.path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        return tabular.read(wanted, files.separated(wanted.path), "CSV")
    if suffix == ".parquet":
        if records_table.matches(wanted):
            return records_table.read(wanted)
        return tabular.read(wanted, files.parquet(wanted.path), "Parquet")
    if suffix == ".eval":
        return inspect_log.read(wanted, inspect_zip.read(wanted.path))
    return _read_json(wanted)


def _read_json(wanted: Wanted) -> Results:
    found = files.json_rows(wanted.path)
    if isinstance(found, dict):
        if inspect_log.matches(found):
            return inspect_log.read(wanted, found)
        found = [found]
    if lm_eval_harness.matches(found[0]):
        return lm_eval_harness.read(wanted, found)
    if clue_authors.matches(found[0]):
        return clue_authors.read(wanted, found)
    return tabular.read(wanted, found, "JSON lines")
