import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import TTestPower

from analysis.cli.power import main
from analysis.stats.clusters import design_effect, robust
from analysis.stats.paired import Paired
from analysis.stats.pilot_design import PilotDesign
from analysis.stats.power import (
    PowerTarget,
    mcnemar_sample_size,
    minimum_detectable_difference,
    required_clusters,
)
from analysis.stats.power_plan import power_plan
from analysis.stats.power_planning import BinaryDesign, ContinuousDesign
from clue.errors import ConfigError
from tests.analysis.reference import singles


@pytest.mark.parametrize(
    ("discordant", "difference", "items"),
    [(0.1, 0.05, 311.6), (0.2, 0.05, 625.5), (0.2, 0.03, 1741.8), (0.3, 0.02, 5884.3)],
)
def test_connors_numbers(discordant: float, difference: float, items: float) -> None:
    assert mcnemar_sample_size(discordant, difference) == pytest.approx(items, abs=0.05)


def test_planning_values_of_the_study() -> None:
    assert BinaryDesign(0.2).detectable(1422) == pytest.approx(0.033, abs=5e-4)
    assert BinaryDesign(0.2, cluster_size=3, icc=0.1).detectable(1422) == pytest.approx(
        0.0365, abs=5e-4
    )
    assert required_clusters(20, 6.9, 3.45) == 80


def test_detectable_difference_is_in_standard_errors() -> None:
    assert minimum_detectable_difference(1, np.inf) == pytest.approx(1.959964 + 0.841621, abs=5e-7)
    assert minimum_detectable_difference(0.5, 19) == pytest.approx(
        0.5 * (2.093024 + 0.860951), abs=5e-7
    )
    assert minimum_detectable_difference(1, 19, power=0.5, alpha=0.01) == pytest.approx(
        2.860935, abs=5e-7
    )


@given(st.floats(0.15, 1))
def test_planned_items_reach_the_power_of_the_t_test(difference: float) -> None:
    items = ContinuousDesign(1).required(difference)
    assert TTestPower().power(difference, items, 0.05) == pytest.approx(0.8, abs=0.003)


designs = st.tuples(st.floats(1, 20), st.floats(0, 1))


@given(designs, st.floats(0.1, 0.9), st.floats(0.05, 0.9), st.floats(0.6, 0.95))
def test_detectable_is_the_inverse_of_required(
    design: tuple[float, float], spread: float, share: float, power: float
) -> None:
    target, (size, icc) = PowerTarget(power), design
    for kind in (ContinuousDesign, BinaryDesign):
        plan = kind(spread, cluster_size=size, icc=icc)
        items = plan.required(share * spread, target)
        if items > 2.001 * plan.cluster_size:
            assert plan.detectable(items, target) == pytest.approx(share * spread, rel=1e-6)


def test_more_than_all_discordant_items_cannot_be_asked_for() -> None:
    with pytest.raises(ConfigError, match=r"0\.3 cannot come from 0\.2"):
        BinaryDesign(0.2).required(0.3)
    assert math.isnan(BinaryDesign(0.05).detectable(10))


def patients(count: int = 20, size: int = 5) -> Paired:
    rng = np.random.default_rng(0)
    effect = np.repeat(rng.normal(0, 0.3, count), size)
    ids = [f"{number:03}" for number in range(count * size)]
    clusters = [f"{number // size:02}" for number in range(count * size)]
    return Paired.of(ids, clusters, np.zeros(len(ids)), effect + rng.normal(0, 0.5, len(ids)))


def test_a_pilot_plans_sets_like_itself() -> None:
    paired = patients()
    pilot, estimate = PilotDesign.of(paired), robust(paired.sums)
    reached = pilot.detectable(100)
    assert reached == pytest.approx(minimum_detectable_difference(estimate.se_cr2, estimate.df))
    assert pilot.design_effect == design_effect(paired) > 1.5
    assert pilot.required(reached) == pytest.approx(100)
    assert pilot.required(reached / 2) == pytest.approx(400)
    assert pilot.detectable(400) < reached / 2  # and with more degrees of freedom


def test_identical_models_are_no_pilot() -> None:
    with pytest.raises(ConfigError, match="same in all of its clusters"):
        PilotDesign.of(singles([1, 0, 1], [1, 0, 1]))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main([*arguments, "--json"]) == 0
    output: dict[str, object] = json.loads(capsys.readouterr().out)
    return output


def test_plain_numbers_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    output = run(capsys, "--difference", "0.03", "--discordant", "0.2", "--items", "237")
    assert output["required"] == {"difference": 0.03, "items": 1742, "clusters": 1742}
    assert output["detectable"] == {"items": 237, "difference": BinaryDesign(0.2).detectable(237)}
    output = run(capsys, "--difference", "0.5", "--sd", "1", "--cluster-size", "4", "--icc", "1")
    assert output["required"] == {"difference": 0.5, "items": 4 * 34, "clusters": 34}
    assert output["design_effect"] == 4
    assert "detectable" not in output


def test_a_pilot_on_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    paired, files = patients(), []
    for name, scores in (("base", paired.base), ("tuned", paired.tuned)):
        rows = zip(paired.ids, paired.clusters, scores, strict=True)
        lines = ["sample_id,patient,score", *(f"{a},{b},{c!r}" for a, b, c in rows)]
        files.append(str(tmp_path / f"{name}.csv"))
        Path(files[-1]).write_text("\n".join(lines))
    output = run(capsys, "--pilot", *files, "--cluster", "patient", "--difference", "0.1")
    estimate = robust(paired.sums)
    assert output["pilot"] == {
        "n": 100,
        "n_clusters": 20,
        "se_cr2": pytest.approx(estimate.se_cr2),
        "df": pytest.approx(19),
        "icc": pytest.approx(PilotDesign.of(paired).icc),
        "detectable": pytest.approx(minimum_detectable_difference(estimate.se_cr2, estimate.df)),
    }
    clusters = math.ceil(
        20 * (minimum_detectable_difference(estimate.se_cr2, estimate.df) / 0.1) ** 2
    )
    assert output["required"] == {"difference": 0.1, "items": 5 * clusters, "clusters": clusters}
    assert main(["--pilot", *files, "--cluster", "patient", "--items", "400"]) == 0
    message = capsys.readouterr().out
    assert "the pilot (100 items, 20 clusters) detects a difference of" in message
    assert "400 items detect a difference of" in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sd", "1"], "give --difference, --items, or both"),
        (["--sd", "-1", "--items", "9"], "sd −1: must be above 0"),
        (["--discordant", "1.5", "--items", "9"], "discordant 1.5: not a share"),
        (["--sd", "1", "--items", "5", "--cluster-size", "4"], "fewer than two clusters"),
        (["--sd", "1", "--items", "5", "--score", "f1"], "--score needs --pilot"),
        (["--pilot", "a", "b", "--icc", "0.1"], "--icc comes from the pilot"),
        (["--sd", "1", "--items", "9", "--power", "1.2"], "need 0 < alpha < power < 1"),
        (["--discordant", "0.1", "--difference", "0.2"], "cannot come from 0.1"),
        (["--pilot", "no-such.csv", "nor-this.csv"], "no-such.csv"),
    ],
)
def test_what_cannot_be_planned_says_why(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    assert message in capsys.readouterr().err


def test_too_few_discordant_items_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--discordant", "0.05", "--items", "10"]) == 0
    assert "10 items detect no difference" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: ContinuousDesign(0.0), "sd 0"),
        (lambda: BinaryDesign(1.1), "discordant 1.1"),
        (lambda: BinaryDesign(0.1, cluster_size=0.5), "cluster_size 0.5"),
        (lambda: ContinuousDesign(1.0, icc=1.5), "icc 1.5"),
        (lambda: PowerTarget(power=0.04), "power 0.04"),
    ],
)
def test_a_number_out_of_range_is_named(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        wrong()


@pytest.mark.parametrize(
    ("difference", "items", "message"),
    [(1e-308, None, "no 1,000,000,000 items detect it"), (None, 10**20, "more than 1,000,000,000")],
)
def test_numbers_without_an_end_are_refused(
    difference: float | None, items: int | None, message: str
) -> None:
    for design in (ContinuousDesign(1e300), BinaryDesign(0.2), BinaryDesign(0.2, cluster_size=3)):
        with pytest.raises(ConfigError, match=message):
            power_plan(design, PowerTarget(), difference, items)
