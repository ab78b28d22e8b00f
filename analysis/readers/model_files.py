"""Files of one model that are given as several paths or as the output folder of a program."""

from collections.abc import Sequence
from pathlib import Path

from analysis.errors import ResultsError

PATTERNS = (
    "samples_*.jsonl",
    "*.eval",
    "details_*.parquet",
    "per_instance_stats.json",
    "*_samples.jsonl",
)
"""Names of files with samples in the output folders of programs; the first that occurs is used."""


def model_files(paths: Sequence[Path]) -> list[Path]:
    """Replaces folders by the files with samples in them and in their subfolders.

    Raises:
        ResultsError: a folder has no such file.
    """
    return [file for path in paths for file in (_in_folder(path) if path.is_dir() else [path])]


def _in_folder(folder: Path) -> list[Path]:
    for pattern in PATTERNS:
        files = sorted(path for path in folder.rglob(pattern) if path.is_file())
        if files:
            return files
    raise ResultsError(
        f"{folder} has no file of results ({', '.join(PATTERNS)}); name the files themselves: "
        "--base FILE ... --tuned FILE ..."
    )
