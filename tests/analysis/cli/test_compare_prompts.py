"""`python -m analysis compare BASE TUNED --prompt FIELD`: prompts as a random factor."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import compare, compare_tasks
from analysis.cli.compare import main
from analysis.errors import PairingError
from analysis.stats.best_prompt import best_prompts
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.random_prompts import random_prompts
from clue.errors import ConfigError

Capture = pytest.CaptureFixture[str]
Frames = dict[str, pd.DataFrame]
PROMPTS = ("terse", "formal", "Answer the question of the ward in one word, please")
SAMPLES = 30


def frames(prompts: tuple[str, ...] = PROMPTS, gain: float = 0.1, samples: int = SAMPLES) -> Frames:
    """Scores of two models by sample and prompt, in three rooms of each of the houses."""
    rng = np.random.default_rng(5)
    grid = [(sample, prompt) for sample in range(samples) for prompt in range(len(prompts))]
    shifts = 0.2 * rng.normal(size=len(prompts))
    sides: Frames = {}
    for model, mean in (("base", 0.0), ("tuned", gain)):
        noise = rng.normal(size=(samples, len(prompts))) / 4
        scores = 0.5 + mean + noise + (shifts if mean else 0.0)
        sides[model] = pd.DataFrame(
            {
                "sample_id": [f"s{sample:02}" for sample, _ in grid],
                "house": [f"h{sample // 3}" for sample, _ in grid],
                "style": [prompts[prompt] for _, prompt in grid],
                "wording": [prompt for _, prompt in grid],
                "score": scores.ravel(),
            }
        )
    return sides


def files(sides: Frames, folder: Path) -> list[str]:
    folder.mkdir(exist_ok=True)
    for model, side in sides.items():
        side.drop(columns="wording").to_csv(folder / f"{model}.csv", index=False)
    return [str(folder / f"{model}.csv") for model in sides]


def document(capsys: Capture, *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    return found


def cells(sides: Frames) -> PromptCells:
    base, tuned = sides.values()
    return PromptCells.of(
        base["sample_id"].tolist(),
        base["house"].tolist(),
        base["style"].tolist(),
        base["score"].tolist(),
        tuned["score"].tolist(),
    )


def test_the_block_has_the_numbers_of_the_statistics(capsys: Capture, tmp_path: Path) -> None:
    sides = frames()
    arguments = [*files(sides, tmp_path), "--prompt", "style", "--cluster", "house"]
    found = document(capsys, *arguments, "--wanted-error", "0.2")["prompts"]
    expected, best = random_prompts(cells(sides)), best_prompts(cells(sides))
    assert expected.random is not None
    assert expected.components is not None
    assert best is not None
    assert (found["design"], found["n_prompts"], found["refused"]) == ("crossed", 3, None)
    for line, estimate in (
        ("fixed", expected.fixed),
        ("random", expected.random),
        ("best", best.estimate),
    ):
        numbers = [found[line][name] for name in ("delta", "se", "df", "p")]
        assert numbers == pytest.approx([estimate.delta, estimate.se, estimate.df, estimate.p])
        assert found[line]["ci95"] == pytest.approx(list(estimate.interval()))
    assert found["sd_prompts"] == pytest.approx(expected.components.sd)
    assert found["prediction95"] == pytest.approx(list(expected.prediction or ()))
    assert found["prompts_for_wanted_error"] == expected.components.prompts_for(0.2)
    assert found["gains"] == expected.gains
    low, high = found["share_better_ci95"]
    assert low <= found["share_better"] <= high
    assert [one["prompt"] for one in found["by_prompt"]] == [
        one.prompt for one in expected.by_prompt
    ]


def test_todays_row_stays_what_it_is_without_prompts(capsys: Capture, tmp_path: Path) -> None:
    sides = frames()
    with_prompts = document(
        capsys, *files(sides, tmp_path), "--prompt", "style", "--id", "sample_id"
    )
    wordings = {model: side.drop(columns="style") for model, side in sides.items()}
    plain = compare(wordings["base"].drop(columns="house"), wordings["tuned"].drop(columns="house"))
    today = plain.as_dict()
    prompts = with_prompts.pop("prompts")
    assert "prompts" not in today
    for name in ("delta", "se_cr2", "df", "p_signflip", "better", "mean_base", "n"):
        assert with_prompts[name] == pytest.approx(today[name], rel=1e-12)
    assert prompts["fixed"]["se"] == pytest.approx(today["se_cr2"], rel=1e-9)


def test_people_read_both_lines(capsys: Capture, tmp_path: Path) -> None:
    arguments = [*files(frames(), tmp_path), "--prompt", "style", "--cluster", "house"]
    assert main([*arguments, "--wanted-error", "0.0001"]) == 0
    printed = capsys.readouterr().out
    labels = [line.strip().split("   ")[0] for line in printed.split("\n\n")[2].splitlines()]
    assert labels == [
        *("prompts", "for these prompts", "for prompts like these", "between prompts"),
        *("another prompt", "tuned better", "SE of 0.0001", "each at its best"),
        *("best of base", "best of tuned"),
    ]
    assert "3, crossed: every sample with every prompt" in printed
    assert "no number of prompts reaches it: more clusters are needed" in printed
    assert PROMPTS[2] not in printed


def test_samples_with_different_prompts_are_a_spread_design(
    capsys: Capture, tmp_path: Path
) -> None:
    sides = {
        model: side[side["wording"] == side["sample_id"].str[1:].astype(int) % 3]
        for model, side in frames().items()
    }
    found = document(capsys, *files(sides, tmp_path), "--prompt", "style", "--cluster", "house")
    expected = random_prompts(cells(sides)).random
    assert expected is not None
    assert (found["prompts"]["design"], found["prompts"]["best"]) == ("spread", None)
    assert found["prompts"]["random"]["se"] == pytest.approx(expected.se)
    assert main([*files(sides, tmp_path), "--prompt", "style"]) == 0
    printed = capsys.readouterr().out
    assert "3, spread: samples have different prompts" in printed
    assert "(rough: samples have different prompts)" in printed


def test_one_prompt_tells_nothing_of_others(capsys: Capture, tmp_path: Path) -> None:
    paths = files(frames(prompts=("terse",)), tmp_path)
    found = document(capsys, *paths, "--prompt", "style")
    assert (found["prompts"]["random"], found["prompts"]["sd_prompts"]) == (None, None)
    assert found["prompts"]["fixed"]["se"] == found["se_cr2"]
    assert main([*paths, "--prompt", "style"]) == 0
    assert "unknown: it takes two prompts and two clusters" in capsys.readouterr().out


def test_what_is_not_tested_has_no_line_over_prompts(capsys: Capture, tmp_path: Path) -> None:
    arguments = [*files(frames(samples=9), tmp_path), "--prompt", "style", "--cluster", "house"]
    found = document(capsys, *arguments)
    assert found["prompts"]["refused"] == found["refused"] != None  # noqa: E711
    for name in ("fixed", "random", "prediction95", "share_better", "best", "sd_prompts"):
        assert found["prompts"][name] is None
    assert {"delta", "prompt"} <= found["prompts"]["by_prompt"][0].keys()
    assert "se" not in found["prompts"]["by_prompt"][0]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "not tested" in printed
    assert "for prompts like these" not in printed


def test_prompts_of_one_file_only_are_refused_with_the_next_step(tmp_path: Path) -> None:
    sides = frames()
    renamed = sides["tuned"].replace({"style": {"formal": "official"}})
    with pytest.raises(PairingError, match=r"1 prompt that tuned lacks \(formal\)\. Call a prompt"):
        compare(sides["base"], renamed, prompt="style")
    shorter = sides["tuned"].drop(index=4)
    with pytest.raises(PairingError, match=r"1 sample was asked with other prompts .* \(s01\)\."):
        compare(sides["base"], shorter, prompt="style")


def test_rows_of_several_prompts_need_the_field(tmp_path: Path) -> None:
    base, tuned = (side.drop(columns="wording") for side in frames().values())
    with pytest.raises(PairingError, match="name the field with the prompt with --prompt"):
        compare(base, tuned)


def test_repeats_under_one_prompt_are_averaged(tmp_path: Path) -> None:
    sides = frames()
    twice = [
        pd.concat(
            [
                side.assign(repeat=repeat, score=side["score"] + move)
                for repeat, move in enumerate((-1, 1))
            ]
        )
        for side in sides.values()
    ]
    once = compare(*sides.values(), prompt="style", cluster="house").prompts
    again = compare(*twice, prompt="style", cluster="house").prompts
    assert once is not None
    assert again is not None
    assert once.analysis.random is not None
    assert again.analysis.random is not None
    assert again.analysis.random.se == pytest.approx(once.analysis.random.se)


def test_digests_are_compared_prompt_by_prompt() -> None:
    sides = [
        side.drop(columns="wording").assign(prompt_sha256=side["sample_id"] + side["style"])
        for side in frames().values()
    ]
    result = compare(*sides, prompt="style")
    assert result.pairing.ledger.verified == ("prompt",)
    sides[1].loc[0, "prompt_sha256"] = "another"
    with pytest.raises(PairingError, match="the prompt of 1 sample differs"):
        compare(*sides, prompt="style")


def test_tasks_have_their_own_prompts_and_the_overall_row_none(tmp_path: Path) -> None:
    for task in ("rooms", "floors"):
        for model, side in frames().items():
            folder = tmp_path / model
            folder.mkdir(exist_ok=True)
            side.drop(columns="wording").to_csv(folder / f"{task}.csv", index=False)
    base, tuned = (sorted((tmp_path / model).iterdir()) for model in ("base", "tuned"))
    result = compare_tasks(base, tuned, prompt="style", wanted_error=0.1, overall=True)
    assert result.overall is not None
    assert result.overall.prompts is None
    assert [one.prompts is not None for one in result.by_task.values()] == [True, True]


def test_options_that_need_prompts_or_exclude_them(capsys: Capture, tmp_path: Path) -> None:
    sides = frames()
    plain = [side.drop(columns="style") for side in sides.values()]
    with pytest.raises(ConfigError, match="a wanted error is an error over prompts"):
        compare(*plain, wanted_error=0.1)
    for wrong in (0.0, float("nan")):
        with pytest.raises(ConfigError, match="wanted_error="):
            compare(*sides.values(), prompt="style", wanted_error=wrong)
    paths = files(sides, tmp_path)
    assert main([*paths, "--prompt", "style", "--against", *paths]) == 1
    assert "--prompt analyses one pair" in capsys.readouterr().err
