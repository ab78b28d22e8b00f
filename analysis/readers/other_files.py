"""Files that contain no results as they are, with the next step: packed files, pointers, averages.

Detected by their first bytes or top fields, since names of files are no evidence.
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.errors import ResultsError
from clue.common import bounds

PACKED = {
    b"\x1f\x8b": "is packed with gzip; unpack it with gunzip --keep",
    b"BZh": "is packed with bzip2; unpack it with bunzip2 --keep",
    b"\xfd7zXZ\x00": "is packed with xz; unpack it with unxz --keep",
    b"\x28\xb5\x2f\xfd": "is packed with Zstandard; unpack it with unzstd",
    b"\xd0\xcf\x11\xe0": "is an Excel workbook; save the sheet as CSV",
    b"version https://git-lfs.github.com/spec/": "is a pointer of Git LFS, not the file; get the "
    "file with git lfs pull",
    b"\x80\x02": "is a pickle, which could run code; write the scores as CSV",
    b"\x80\x03": "is a pickle, which could run code; write the scores as CSV",
    b"\x80\x04": "is a pickle, which could run code; write the scores as CSV",
    b"\x80\x05": "is a pickle, which could run code; write the scores as CSV",
}
"""First bytes of a file and what to do with it."""
ZIP, PARQUET = b"PK\x03\x04", b"PAR1"
_AVERAGES = (
    ({"results", "versions"}, "samples_<task>_<date>.jsonl, which --log_samples writes, or the "
     "details that --save-details writes"),
    ({"evaluation_id", "evaluation_results"}, "the file <uuid>_samples.jsonl beside it"),
)  # fmt: skip


def check_content(path: Path, fail: bounds.Fail) -> None:
    """Checks that a file is neither packed nor a pointer to another one.

    Raises:
        Exception: `fail`, with the command that gives the file itself.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(48)
    for magic, problem in PACKED.items():
        if head.startswith(magic):
            raise fail(problem)
    suffix = path.suffix.lower()
    if head.startswith(ZIP) and suffix != ".eval":
        raise fail(_zip_problem(path))
    if head.startswith(PARQUET) and suffix != ".parquet":
        raise fail("is a Parquet file; rename it so that it ends with .parquet")


def _zip_problem(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        names = set()
    if "xl/workbook.xml" in names:
        return "is an Excel workbook; save the sheet as CSV"
    if "header.json" in names or "_journal/start.json" in names:
        return "is a log of inspect_ai; rename it so that it ends with .eval"
    return "is a zip archive; unpack it"


def check_averages(path: Path, content: Mapping[str, Any]) -> None:
    """Checks that the object of a file is no summary of a run.

    Raises:
        ResultsError: it is one; names the file with the samples.
    """
    for fields, samples in _AVERAGES:
        if content.keys() >= fields:
            raise ResultsError(
                f"{path} contains averages only, no score of a sample. The scores are in {samples}"
            )
