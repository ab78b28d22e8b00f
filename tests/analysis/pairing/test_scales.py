"""Fractions beside percentages are refused; scores that can be on one scale are not."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from analysis import compare
from analysis.errors import PairingError
from clue.errors import ConfigError

BINARY = [0.0, 1.0] * 10


def write(path: Path, scores: Sequence[float]) -> Path:
    rows = "".join(f"{number},{score}\n" for number, score in enumerate(scores))
    path.write_text(f"sample_id,score\n{rows}")
    return path


def files(folder: Path, base: Sequence[float], tuned: Sequence[float]) -> tuple[Path, Path]:
    return write(folder / "base.csv", base), write(folder / "tuned.csv", tuned)


@pytest.mark.parametrize("factor", [100, 10, 5])
@pytest.mark.parametrize("swapped", [False, True])
def test_fractions_beside_a_larger_scale_are_refused(
    tmp_path: Path, factor: float, swapped: bool
) -> None:
    sides = [BINARY, [factor * score for score in BINARY]]
    base, tuned = files(tmp_path, *(sides[::-1] if swapped else sides))
    with pytest.raises(PairingError) as error:
        compare(base, tuned)
    message = str(error.value)
    fractions, other = (tuned, base) if swapped else (base, tuned)
    assert f"{fractions} are 0 to 1, those in {other} 0 to {factor}" in message
    assert f"--range 0 {factor}" in message


@pytest.mark.parametrize("strange", [1000.0, -999.0])
def test_one_strange_score_among_fractions_is_refused(tmp_path: Path, strange: float) -> None:
    base, tuned = files(tmp_path, BINARY, [*BINARY[:-1], strange])
    with pytest.raises(PairingError, match=r"tuned\.csv: 1 score is above 4 in size"):
        compare(base, tuned)


def test_a_file_that_mixes_two_scales_is_refused(tmp_path: Path) -> None:
    base, tuned = files(tmp_path, BINARY, [*BINARY[:10], *(100 * score for score in BINARY[10:])])
    with pytest.raises(PairingError, match=r"tuned\.csv: 5 scores are above 4"):
        compare(base, tuned)


@pytest.mark.parametrize(
    ("base", "tuned"),
    [
        ([0.0, 0.0, 0.0, 0.0], [49.0, -67.0, 8.0, 16.0]),  # all 0: may be on any scale
        ([0.2, 0.9, 0.4, 1.0], [0.3, 1.3, 3.2, 0.4]),  # word error rates
        ([0.0, 1.0, 2.0, 5.0], [1.0, 1.0, 3.0, 4.0]),  # counts
        ([0.4, 12.0, 3.1, 55.0], [0.8, 40.0, 2.2, 9.0]),  # BLEU, 0 to 100
        ([-1.0, 1.0, 0.5, -0.5], [-0.2, 0.3, 1.0, 0.1]),  # correlations
        ([100.0, 0.0, 100.0, 0.0], [0.0, 0.0, 100.0, 100.0]),
    ],
)
def test_scores_that_can_be_on_one_scale_are_compared(
    tmp_path: Path, base: Sequence[float], tuned: Sequence[float]
) -> None:
    assert compare(*files(tmp_path, base, tuned)).comparison.n == 4


def test_a_declared_range_decides(tmp_path: Path) -> None:
    base, tuned = files(tmp_path, BINARY, [6 * score for score in BINARY])
    assert compare(base, tuned, score_range=(0, 6)).comparison.delta == 2.5
    with pytest.raises(PairingError, match="10 scores are outside of the declared range 0 to 5"):
        compare(base, tuned, score_range=(0, 5))
    with pytest.raises(ConfigError, match="the first must be below the second"):
        compare(base, tuned, score_range=(1, 1))
