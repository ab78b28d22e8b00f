import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.cli.meta import main
from analysis.meta.csv_input import Estimates
from analysis.meta.meta_analysis import meta_analysis
from tests.analysis.meta.published import Published, bcg, made_up, schools

TABLE = "estimate,variance,family\n"


def table(path: Path, data: Published, *, families: bool = True, variances: bool = True) -> Path:
    within = data.sampling if data.sampling.ndim == 1 else np.diag(data.sampling)
    columns: dict[str, Any] = {"note": ["a, b"] * len(data.y), "estimate": data.y}
    columns |= {"variance": within} if variances else {}
    columns |= {"family": data.families} if families else {}
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def matrix(path: Path, data: Published, *, labels: bool = False) -> Path:
    names = [f"pair {index}" for index in range(len(data.y))]
    rows: list[list[Any]] = [list(row) for row in data.sampling]
    if labels:
        rows = [["", *names], *([name, *row] for name, row in zip(names, rows, strict=True))]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert main([*map(str, arguments), "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    return document


def test_bcg_without_families(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, table(tmp_path / "bcg.csv", bcg(), families=False))
    assert (document["mu"], document["se"]) == pytest.approx((-0.714532, 0.179782), abs=5e-7)
    assert (document["tau2_pair"], document["tau2"]) == pytest.approx(
        (0.313243, 0.313243), abs=5e-7
    )
    assert (document["tau2_family"], document["families"], document["k"]) == (None, None, 13)
    assert document["se_cr2"] ** 2 == pytest.approx(0.0322936, abs=5e-8)
    assert document["df"] == pytest.approx(11.04125, abs=5e-6)
    assert document["pi95"] == pytest.approx((-1.86669, 0.43763), abs=5e-6)
    assert document["ci95"] == pytest.approx((-1.06690, -0.36217), abs=5e-6)
    assert document["robust"]["ci95"] == pytest.approx((-1.10988, -0.31919), abs=5e-6)
    assert document["dersimonian_laird"]["tau2"] == pytest.approx(0.308760, abs=5e-7)
    assert document["hartung_knapp"]["ci95"] == pytest.approx((-1.108444, -0.320621), abs=5e-7)
    assert document["q"] == pytest.approx(152.2330, abs=5e-5)
    assert document["dersimonian_laird"]["df"] is None


def test_schools_in_districts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, table(tmp_path / "schools.csv", schools()))
    assert document["mu"] == pytest.approx(0.1847, abs=5e-5)
    assert document["tau2_family"] == pytest.approx(0.0651, abs=5e-5)
    assert document["tau2_pair"] == pytest.approx(0.0327, abs=5e-5)
    assert document["ci95"][0] < 0 < document["ci95"][1]
    assert len(document["leave_one_family_out"]) == 11
    assert "dersimonian_laird" not in document


@pytest.mark.parametrize("labels", [False, True])
def test_a_covariance_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], labels: bool
) -> None:
    data = made_up(1)
    estimates = table(tmp_path / "pairs.csv", data, variances=labels)
    document = answer(
        capsys, estimates, "--covariance", matrix(tmp_path / "v.csv", data, labels=labels)
    )
    assert document["fixed_set"]["se"] == pytest.approx(np.sqrt(data.sampling.sum()) / 12)
    assert document["off_diagonal_share"] > 0.1


def test_few_families_get_the_mean_of_the_pairs_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "few.csv"
    path.write_text(TABLE + "1,1,a\n2,1,a\n3,1,b\n")
    document = answer(capsys, path)
    assert "2 families are too few" in document["refused"]
    assert [document[name] for name in ("mu", "se", "ci95", "pi95", "tau2", "i2", "p")] == [
        None
    ] * 7
    assert document["fixed_set"]["mu"] == 2.0
    assert "family_mean" not in document
    path.write_text("estimate,variance\n1,1\n2,1\n3,1\n")
    assert "3 estimates are too few" in answer(capsys, path)["refused"]
    assert main([str(path)]) == 0
    output = capsys.readouterr().out
    assert "mean of exactly these" in output
    assert "REML" not in output


def test_a_singular_covariance_leaves_the_mean_of_the_pairs() -> None:
    meta = meta_analysis(Estimates(np.arange(5.0), np.ones((5, 5)), tuple("abcde")))
    assert meta.random_effects.refused == "the error covariance is singular"
    assert (meta.q, meta.fixed_set.se) == (None, 1.0)


@pytest.mark.parametrize("families", [False, True])
def test_the_text_shows_the_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], families: bool
) -> None:
    assert main([str(table(tmp_path / "s.csv", schools(), families=families))]) == 0
    output = capsys.readouterr().out
    expected = ["0.1847", "−0.0038 to 0.3733", "11 families", "mean without one family"]
    if not families:
        expected = ["0.1279", "Hartung-Knapp", "DerSimonian-Laird", "I2 94.7 %"]
    assert all(part in output for part in expected)
    assert "nan" not in output


def test_the_same_file_gives_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path / "pairs.csv", made_up(5))
    once = answer(capsys, path)
    assert answer(capsys, path) == once
