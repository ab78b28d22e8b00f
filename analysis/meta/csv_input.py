"""Estimates, their families and their error covariance, from one or two CSV files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.meta.csv_rows import EstimatesError, NumberedCells, errors_in, number, rows
from analysis.meta.random_effects import positive_definite
from analysis.stats.paired import Array
from clue.common.csv_table import check_length
from clue.common.plural import counted

SAME = 1e-6
"""Relative difference up to which two entries are the same number written twice."""


@dataclass(frozen=True)
class Estimates:
    """What a meta-analysis is made of, in the order of the file."""

    y: Array
    """Shape (k,)."""
    sampling: Array
    """Error covariance, shape (k, k)."""
    families: tuple[str, ...] | None
    """Shape (k,); None: the file names none."""


def read(path: Path, covariance: Path | None = None) -> Estimates:
    """Columns `estimate`, `variance` and, if there, `family`; other columns are not read.

    Args:
        path: CSV file with a header.
        covariance: CSV file with the k x k covariance of the estimates in the same order; the
            column `variance` may then be left out, and must agree where it is there.

    Raises:
        EstimatesError: says which row and column is not what it must be.
    """
    (_, header), *body = rows(path)
    needed = ("estimate", "variance") if covariance is None else ("estimate",)
    for name in needed:
        if header.count(name) != 1:
            raise EstimatesError(str(path), f"exactly one column must be named `{name}`")
    if not body:
        raise EstimatesError(str(path), "there is no row below the header")
    for line, cells in body:
        check_length(line, cells, len(header), errors_in(path))
    y = _column(path, header, body, "estimate")
    variances = _variances(path, header, body) if "variance" in header else None
    families = _families(path, header, body) if "family" in header else None
    joint = np.diag(variances) if variances is not None else np.empty(0)
    if covariance is not None:
        joint = _matrix(covariance, len(y))
        _check(covariance, joint, variances)
    return Estimates(y, joint, families)


def _column(path: Path, header: list[str], body: list[NumberedCells], name: str) -> Array:
    place = header.index(name)
    return np.array(
        [number(f"{path}, row {line}, column `{name}`", cells[place]) for line, cells in body]
    )


def _variances(path: Path, header: list[str], body: list[NumberedCells]) -> Array:
    found = _column(path, header, body, "variance")
    for value, (line, _) in zip(found, body, strict=True):
        if value <= 0:
            what = "a variance is above 0 (the square of a standard error)"
            raise EstimatesError(f"{path}, row {line}, column `variance`", what)
    return found


def _families(path: Path, header: list[str], body: list[NumberedCells]) -> tuple[str, ...]:
    place = header.index("family")
    for line, cells in body:
        if not cells[place]:
            raise EstimatesError(f"{path}, row {line}, column `family`", "it is empty")
    return tuple(cells[place] for _, cells in body)


def _matrix(path: Path, k: int) -> Array:
    """Of k rows of k numbers; the first of k + 1 rows is a header, of k + 1 cells a label."""
    found = rows(path)
    if len(found) not in (k, k + 1):
        raise EstimatesError(
            str(path), f"{counted(len(found), 'row')} for {counted(k, 'estimate')}"
        )
    matrix = []
    for line, cells in found[len(found) - k :]:
        if len(cells) not in (k, k + 1):
            what = f"{counted(len(cells), 'cell')} for {counted(k, 'estimate')}"
            raise EstimatesError(f"{path}, row {line}", what)
        first = len(cells) - k
        places = enumerate(cells[first:], start=first + 1)
        matrix.append([number(f"{path}, row {line}, column {n}", cell) for n, cell in places])
    return np.array(matrix)


def _check(path: Path, joint: Array, variances: Array | None) -> None:
    """A covariance is symmetric and positive definite, and agrees with the variances."""
    size = np.sqrt(np.abs(np.outer(np.diag(joint), np.diag(joint))))
    unequal = np.argwhere(np.abs(joint - joint.T) > SAME * size)
    if len(unequal):
        row, column = unequal[0] + 1
        what = f"entry ({row}, {column}) differs from entry ({column}, {row})"
        raise EstimatesError(str(path), what)
    off = np.diag(joint) - (np.diag(joint) if variances is None else variances)
    if (differs := np.abs(off) > SAME * np.diag(joint)).any():
        row = int(np.flatnonzero(differs)[0]) + 1
        what = f"entry ({row}, {row}) differs from the column `variance` of estimate {row}"
        raise EstimatesError(str(path), what)
    if not positive_definite(joint):
        raise EstimatesError(str(path), "the matrix is not positive definite")
