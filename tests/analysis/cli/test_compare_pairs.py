"""`python -m analysis compare BASE TUNED --against BASE TUNED`: two pairs against each other."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import compare, contrast
from analysis.cli.compare import main
from analysis.errors import PairingError

Capture = pytest.CaptureFixture[str]
MODELS = ("base1", "tuned1", "base2", "tuned2")


@pytest.fixture
def scores() -> pd.DataFrame:
    """Right and wrong answers of four models on 60 samples of 20 patients."""
    rng = np.random.default_rng(17)
    right = rng.random((60, 4)) < [0.5, 0.7, 0.55, 0.5]
    frame = pd.DataFrame(right.astype(float), columns=[*MODELS])
    return frame.assign(sample_id=[f"s{n}" for n in range(60)], cluster=[n // 3 for n in range(60)])


def table(scores: pd.DataFrame, model: str) -> pd.DataFrame:
    return scores[["sample_id", "cluster", model]].rename(columns={model: "score"})


def files(scores: pd.DataFrame, folder: Path) -> list[Path]:
    paths = [folder / f"{model}.csv" for model in MODELS]
    for model, path in zip(MODELS, paths, strict=True):
        table(scores, model).to_csv(path, index=False)
    return paths


def run(capsys: Capture, *arguments: object) -> dict[str, Any]:
    assert main([*map(str, arguments), "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    return document


def test_the_contrast_is_the_mean_of_the_differences_of_differences(
    capsys: Capture, tmp_path: Path, scores: pd.DataFrame
) -> None:
    base1, tuned1, base2, tuned2 = files(scores, tmp_path)
    document = run(capsys, base1, tuned1, "--against", base2, tuned2)
    values = scores.tuned1 - scores.base1 - (scores.tuned2 - scores.base2)
    means = values.groupby(scores.cluster).mean()  # equal clusters: the mean of their means
    t = stats.ttest_1samp(means, 0.0)
    result = document["contrast"]
    assert result["delta"] == pytest.approx(values.mean(), abs=1e-12)
    assert result["se_cr2"] == pytest.approx(means.std(ddof=1) / np.sqrt(20), rel=1e-10)
    assert result["p_cr2"] == pytest.approx(t.pvalue, rel=1e-8)
    assert result["kind"] == "continuous"
    assert document["first"]["delta"] == pytest.approx((scores.tuned1 - scores.base1).mean())
    assert document["second"]["delta"] == pytest.approx((scores.tuned2 - scores.base2).mean())


def test_with_one_base_it_compares_the_tuned_models(scores: pd.DataFrame) -> None:
    base, first, second = (table(scores, model) for model in ("base1", "tuned1", "tuned2"))
    direct = compare(second, first).comparison
    result = contrast(compare(base, first), compare(base, second)).contrast.comparison
    for name in ("delta", "se_cr2", "df", "p_cr2", "p_signflip"):
        assert getattr(result, name) == pytest.approx(getattr(direct, name), rel=1e-10)


def test_people_read_three_sentences_and_one_table(
    capsys: Capture, tmp_path: Path, scores: pd.DataFrame
) -> None:
    base1, tuned1, base2, tuned2 = files(scores, tmp_path)
    assert main([*map(str, (base1, tuned1, "--against", base2, tuned2, "--margin", "0.9"))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" scored ")[0] for line in lines[:2]] == [
        "On score tuned1",
        "On score tuned2",
    ]
    assert lines[2].startswith("On score tuned1 minus base1 is ")
    assert "decline" not in lines[2]  # a difference of differences is no decline of a model
    assert sum(line.startswith("  items") for line in lines) == 1


def test_other_samples_other_scales_and_folders_are_refused(
    capsys: Capture, tmp_path: Path, scores: pd.DataFrame
) -> None:
    first = compare(table(scores, "base1"), table(scores, "tuned1"))
    percent = scores.assign(base2=100 * scores.base2, tuned2=100 * scores.tuned2)
    with pytest.raises(PairingError, match="two scales"):
        contrast(first, compare(table(percent, "base2"), table(percent, "tuned2")))
    other = scores.assign(sample_id=[f"other{n}" for n in range(60)])
    with pytest.raises(PairingError, match="no sample in common"):
        contrast(first, compare(table(other, "base2"), table(other, "tuned2")))
    base1, tuned1, *second = files(scores, tmp_path)
    arguments = ("--base", base1, base1, "--tuned", tuned1, "--against", *second)
    assert main([*map(str, arguments)]) == 1
    assert "--against takes one file of each model" in capsys.readouterr().err


def test_a_pair_that_lacks_many_samples_leaves_nothing_to_test(scores: pd.DataFrame) -> None:
    first = compare(table(scores, "base1"), table(scores, "tuned1"))
    second = compare(table(scores, "base2"), table(scores, "tuned2").iloc[:40])
    result = contrast(first, second).contrast
    assert result.comparison.p is None
    assert result.comparison.refused is not None
    assert "tuned minus base: 33.3 % of the samples" in result.comparison.refused
