import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import PlannedPrompts, power
from analysis.cli.power import main
from analysis.stats.pilot_design import PilotDesign
from analysis.stats.power import minimum_detectable_difference
from analysis.stats.power_planning import BinaryDesign, ContinuousDesign
from clue.errors import ConfigError
from tests.analysis.reference import singles

ITEMS = ContinuousDesign(sd=0.5, cluster_size=4, icc=0.25)


def test_spread_prompts_by_hand() -> None:
    """100 clusters of 4: a design effect of 1.75; 16 prompts with a deviation of .04 each."""
    error = PlannedPrompts(ITEMS, 16, 0.04).error(400)
    of_items, of_prompts = 0.25 * 1.75 / 400, 0.04**2 / 16
    total = of_items + of_prompts
    assert error.se == pytest.approx(math.sqrt(total))
    assert error.df == pytest.approx(total**2 / (of_items**2 / 99 + of_prompts**2 / 15))


def test_crossed_prompts_average_what_is_new_under_each() -> None:
    """Of a variance of 1 within 1.75, .25 is the cluster's, .35 the item's, .4 the answer's."""
    crossed = PlannedPrompts(ITEMS, 8, 0.0, layout="crossed", correlation=0.6)
    expected = 0.25 * (1 + 3 * 0.25 - 0.4 + 0.4 / 8) / 400
    assert crossed.error(400).se ** 2 == pytest.approx(expected)
    nothing_new = PlannedPrompts(ITEMS, 8, 0.0, layout="crossed", correlation=1.0)
    assert nothing_new.error(400).se == pytest.approx(ITEMS.error(400).se)


def test_an_assumed_correlation_is_that_of_clusters_if_it_is_higher() -> None:
    clustered = ContinuousDesign(sd=0.5, cluster_size=4, icc=0.9)
    for design, correlation in ((clustered, 0.9), (ITEMS, 0.5)):
        assumed, declared = (
            PlannedPrompts(design, 8, 0.0, layout="crossed", correlation=value)
            for value in (None, correlation)
        )
        assert assumed.error(400) == declared.error(400)


def test_simulated_answers_have_the_planned_error() -> None:
    """Crossed: effects of items, prompts and answers; variance of the mean over 4,000 sets."""
    rng, items, k = np.random.default_rng(8), 40, 5
    item = math.sqrt(0.6) * rng.normal(size=(4000, items, 1))
    answer = math.sqrt(0.4) * rng.normal(size=(4000, items, k))
    prompt = 0.3 * rng.normal(size=(4000, 1, k))
    plan = PlannedPrompts(ContinuousDesign(sd=1.0), k, 0.3, layout="crossed", correlation=0.6)
    means = (item + answer + prompt).mean(axis=(1, 2))
    assert plan.error(items).se == pytest.approx(means.std(), rel=0.04)


@given(st.integers(5, 60), st.floats(0.0, 0.03), st.sampled_from(["spread", "crossed"]))
def test_required_is_the_inverse_of_detectable(k: int, sd: float, layout: str) -> None:
    plan = PlannedPrompts(ITEMS, k, sd, layout=layout)
    items = plan.required(0.1)
    assert items > 2 * plan.cluster_size
    assert plan.detectable(items) == pytest.approx(0.1, rel=1e-6)


def test_prompts_without_a_deviation_leave_the_plan_of_the_items() -> None:
    plan = PlannedPrompts(ITEMS, 6, 0.0)
    assert plan.detectable(800) == pytest.approx(ITEMS.detectable(800))
    assert plan.required(0.1) == pytest.approx(ITEMS.required(0.1), rel=1e-6)


def test_right_or_wrong_answers_and_pilots_have_an_error_too() -> None:
    binary = PlannedPrompts(BinaryDesign(discordant=0.2), 20, 0.02)
    assert binary.error(1000).se ** 2 == pytest.approx(0.2 / 1000 + 0.02**2 / 20)
    rng = np.random.default_rng(0)
    pilot = PilotDesign.of(singles(np.zeros(50), rng.normal(size=50)))
    plan = PlannedPrompts(pilot, 20, 0.02)
    assert plan.error(200).se ** 2 == pytest.approx(pilot.robust.se_cr2**2 / 4 + 0.02**2 / 20)
    assert plan.detectable(200) > pilot.detectable(200)


def test_too_few_prompts_are_named_with_a_number_that_suffices() -> None:
    with pytest.raises(
        ConfigError, match=r"with 4 prompts .* plan at least (\d+) prompts"
    ) as error:
        PlannedPrompts(ITEMS, 4, 0.1).required(0.1)
    enough = int(str(error.value).split("at least ")[1].split()[0])
    assert PlannedPrompts(ITEMS, enough, 0.1).required(0.1) < 1e9
    limits = [
        minimum_detectable_difference(0.1 / math.sqrt(k), k - 1) for k in (enough - 1, enough)
    ]
    assert limits[0] >= 0.1 > limits[1]
    with pytest.raises(ConfigError, match="check the unit of --prompt-sd"):
        PlannedPrompts(ITEMS, 4, 40.0).required(0.1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"n_prompts": 1}, "prompts 1: at least 2"),
        ({"sd": -0.1}, "prompt sd −0.1"),
        ({"sd": math.inf}, "prompt sd inf"),
        ({"layout": "crossed", "correlation": 0.2}, "from 0.25, the correlation within clusters"),
        ({"layout": "crossed", "correlation": 1.2}, "prompt correlation 1.2"),
    ],
)
def test_numbers_out_of_range(values: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        PlannedPrompts(**({"design": ITEMS, "n_prompts": 5, "sd": 0.1} | values))


def test_prompts_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--sd", "0.5", "--prompts", "16", "--prompt-sd", "0.04"]
    assert main([*options, "--items", "400", "--difference", "0.1", "--json"]) == 0
    output = json.loads(capsys.readouterr().out)
    plan = PlannedPrompts(ContinuousDesign(sd=0.5), 16, 0.04)
    assert output["prompts"] == {
        "n_prompts": 16,
        "sd": 0.04,
        "design": "spread",
        "answers_per_item": 1,
        "prompt_error": 0.01,
    }
    assert output["detectable"]["difference"] == pytest.approx(plan.detectable(400))
    assert output["required"]["items"] == math.ceil(plan.required(0.1))
    assert power(plan, items=400).as_dict()["detectable"] == output["detectable"]
    crossed = [*options, "--prompt-design", "crossed", "--prompt-correlation", "0.7"]
    assert main([*crossed, "--items", "400"]) == 0
    printed = capsys.readouterr().out
    assert "over 16 prompts, crossed: 16 answers of a model to each item" in printed
    assert "leaves a standard error of 0.01 with any number of items" in printed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--prompts", "5"], "give --prompts and --prompt-sd together"),
        (["--prompt-sd", "0.1"], "give --prompts and --prompt-sd together"),
        (["--prompt-design", "spread"], "--prompt-design needs --prompts"),
        (
            ["--prompts", "5", "--prompt-sd", "0.1", "--prompt-correlation", "0.5"],
            "--prompt-correlation needs --prompt-design crossed",
        ),
    ],
)
def test_options_that_need_each_other(
    capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert main(["--sd", "1", "--items", "100", *options]) == 1
    assert message in capsys.readouterr().err
