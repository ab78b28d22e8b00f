from pathlib import Path

import numpy as np
import pytest

from analysis.cli.meta import main
from analysis.meta.csv_input import read


def error(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([*map(str, arguments)]) == 1
    output = capsys.readouterr()
    assert not output.out
    return output.err


MALFORMED = {
    "estimate,family\n1,a\n": "exactly one column must be named `variance`",
    "estimate,estimate,variance\n1,1,1\n": "exactly one column must be named `estimate`",
    "estimate,variance\n": "there is no row below the header",
    "": "is empty",
    "estimate,variance\n1,1\n\n2,\n": "row 4, column `variance`: a finite number",
    "estimate,variance\n1,1\nhigh,1\n": "row 3, column `estimate`: a finite number",
    "estimate,variance\nnan,1\n": "row 2, column `estimate`: a finite number",
    "estimate,variance\n1,0\n": "row 2, column `variance`: a variance must be above 0",
    "estimate,variance\n1,1\n1,1,1\n": "row 3: 3 cells, but the header has 2",
    "estimate,variance,family\n1,1,a\n1,1, \n": "row 3, column `family`: it is empty",
    'estimate,variance\n"1,1\n': "line 2: the row that ends here is no CSV",
}


@pytest.mark.parametrize(("text", "message"), MALFORMED.items())
def test_a_malformed_file_is_an_error_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    output = error(capsys, path)
    assert message in output
    assert str(path) in output
    assert "python -m analysis meta --help" in output


def test_no_cell_of_a_wrong_file_is_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "letters.csv"
    path.write_text("estimate,variance\nThe patient has a swollen knee,1\n")
    assert "knee" not in error(capsys, path)


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be read (No such file" in error(capsys, tmp_path / "none.csv")
    assert "is a folder" in error(capsys, tmp_path)


def test_a_byte_order_mark_and_spaces_are_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "bom.csv"
    path.write_text("\ufeffestimate , variance\n 1 , 2 \n", encoding="utf-8")
    estimates = read(path)
    assert (estimates.y, estimates.sampling, estimates.families) == (
        np.ones(1),
        np.full((1, 1), 2.0),
        None,
    )


MISMATCHED = {
    "1,0\n": "1 row for 2 estimates",
    "1,0\n0\n": "row 2: 1 cell for 2 estimates",
    "1,0\n0,x\n": "row 2, column 2: a finite number",
    "1,0.5\n0.4,1\n": "entry (1, 2) differs from entry (2, 1)",
    "1,0\n0,2\n": "entry (2, 2) differs from the column `variance` of estimate 2",
    "1,1\n1,1\n": "the matrix is not positive definite",
}


@pytest.mark.parametrize(("text", "message"), MISMATCHED.items())
def test_a_covariance_that_does_not_fit_is_an_error_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    estimates, covariance = tmp_path / "y.csv", tmp_path / "v.csv"
    estimates.write_text("estimate,variance\n1,1\n2,1\n")
    covariance.write_text(text)
    output = error(capsys, estimates, "--covariance", covariance)
    assert message in output
    assert str(covariance) in output
