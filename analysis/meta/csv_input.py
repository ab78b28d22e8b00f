"""Reads estimates, their families and their error covariance from one or two CSV files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.meta.csv_rows import EstimatesError, NumberedCells, errors_in, number, rows
from analysis.meta.random_effects import positive_definite
from analysis.stats.paired import Array
from clue.common.csv_table import check_length
from clue.common.plural import counted

TOLERANCE = 1e-6
"""Relative difference up to which two entries count as the same number."""


@dataclass(frozen=True)
class Estimates:
    """Input of a meta-analysis, in the order of the file."""

    y: Array
    """Estimates, shape (k,)."""
    sampling: Array
    """Error covariance, shape (k, k)."""
    families: tuple[str, ...] | None
    """Family of each estimate, shape (k,); None: the file has no families."""
    recipes: tuple[str, ...] | None = None
    """Training recipe of each estimate, shape (k,); None: none is known. Needs families."""


def read(path: Path, covariance: Path | None = None) -> Estimates:
    """Reads `estimate`, `variance` and the optional `family` and `recipe`; ignores other columns.

    Args:
        path: CSV file with a header.
        covariance: CSV file with the k x k covariance of the estimates in the same order; the
            column `variance` is then optional and must agree with the matrix.

    Raises:
        EstimatesError: a file is malformed; the error names row and column.
    """
    (_, header), *body = rows(path)
    needed = ("estimate", "variance") if covariance is None else ("estimate",)
    for name in needed:
        if header.count(name) != 1 and (numeric := _numeric_of(path)).is_file():
            raise EstimatesError(
                str(path),
                "its cells are formatted for people; the numbers are in the file beside it: "
                f"python -m analysis meta {numeric}",
            )
        if header.count(name) != 1:
            raise EstimatesError(
                str(path),
                f"exactly one column must be named `{name}`. The pairs of a store are pooled by "
                "`python -m analysis` itself; this command takes differences as numbers",
            )
    if not body:
        raise EstimatesError(str(path), "there is no row below the header")
    for line, cells in body:
        check_length(line, cells, len(header), errors_in(path))
    y = _column(path, header, body, "estimate")
    variances = _variances(path, header, body) if "variance" in header else None
    families = _names(path, header, body, "family") if "family" in header else None
    recipes = _names(path, header, body, "recipe") if "recipe" in header and families else None
    joint = np.diag(variances) if variances is not None else np.empty(0)
    if covariance is not None:
        joint = _matrix(covariance, len(y))
        _check_covariance(covariance, joint, variances)
    return Estimates(y, joint, families, recipes)


def _numeric_of(path: Path) -> Path:
    """The numeric file beside a formatted table of a report."""
    return path.with_name(f"{path.stem}_numeric.csv")


def _column(path: Path, header: list[str], body: list[NumberedCells], name: str) -> Array:
    index = header.index(name)
    return np.array(
        [number(f"{path}, row {line}, column `{name}`", cells[index]) for line, cells in body]
    )


def _variances(path: Path, header: list[str], body: list[NumberedCells]) -> Array:
    variances = _column(path, header, body, "variance")
    for value, (line, _) in zip(variances, body, strict=True):
        if value <= 0:
            problem = "a variance must be above 0 (it is the square of a standard error)"
            raise EstimatesError(f"{path}, row {line}, column `variance`", problem)
    return variances


def _names(path: Path, header: list[str], body: list[NumberedCells], name: str) -> tuple[str, ...]:
    index = header.index(name)
    for line, cells in body:
        if not cells[index]:
            raise EstimatesError(f"{path}, row {line}, column `{name}`", "it is empty")
    return tuple(cells[index] for _, cells in body)


def _matrix(path: Path, k: int) -> Array:
    """Reads k rows of k numbers; an additional first row is a header, a first cell a label."""
    records = rows(path)
    if len(records) not in (k, k + 1):
        problem = f"{counted(len(records), 'row')} for {counted(k, 'estimate')}"
        raise EstimatesError(str(path), problem)
    matrix = []
    for line, cells in records[len(records) - k :]:
        if len(cells) not in (k, k + 1):
            problem = f"{counted(len(cells), 'cell')} for {counted(k, 'estimate')}"
            raise EstimatesError(f"{path}, row {line}", problem)
        first = len(cells) - k
        columns = enumerate(cells[first:], start=first + 1)
        matrix.append([number(f"{path}, row {line}, column {n}", cell) for n, cell in columns])
    return np.array(matrix)


def _check_covariance(path: Path, joint: Array, variances: Array | None) -> None:
    """Checks that a covariance is symmetric, positive definite, and agrees with the variances."""
    size = np.sqrt(np.abs(np.outer(np.diag(joint), np.diag(joint))))
    unequal = np.argwhere(np.abs(joint - joint.T) > TOLERANCE * size)
    if len(unequal):
        row, column = unequal[0] + 1
        problem = f"entry ({row}, {column}) differs from entry ({column}, {row})"
        raise EstimatesError(str(path), problem)
    off = np.diag(joint) - (np.diag(joint) if variances is None else variances)
    if (differs := np.abs(off) > TOLERANCE * np.diag(joint)).any():
        row = int(np.flatnonzero(differs)[0]) + 1
        problem = f"entry ({row}, {row}) differs from the column `variance` of estimate {row}"
        raise EstimatesError(str(path), problem)
    if not positive_definite(joint):
        raise EstimatesError(str(path), "the matrix is not positive definite")
