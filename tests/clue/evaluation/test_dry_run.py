from dataclasses import asdict, replace

import pytest

from clue.config.schema import BackendConf, ModelConf
from clue.evaluation.device_peak import DevicePeak, device_peak
from clue.evaluation.dry_run import Plan
from clue.evaluation.outcome import Outcome
from clue.launch import closing_table
from clue.task.levels import ScoreTree

PLAN = Plan(
    samples=100,
    stored=25,
    prompt_tokens=40_000,
    about=False,
    longest=900,
    context=2048,
    overflow=0,
    answer_tokens=6_000,
    tokens_per_second=10.0,
    rate="this model",
    repo="org/name",
    download=2_000_000_000,
    download_about=False,
    parameters=6.74,
    device="NVIDIA H200",
)


def row(model: str, task: str, plan: Plan) -> Outcome:
    status = "too long" if plan.overflow else "planned"
    return Outcome(model, task, "paper", status, plan=asdict(plan))  # type: ignore[arg-type]


def test_hours_are_those_of_what_is_not_stored() -> None:
    assert PLAN.hours == pytest.approx((40_000 * 0.75 + 6_000) / 10 / 3600)


@pytest.mark.parametrize("change", [{"overflow": 1}, {"stored": 100}, {"repo": None}])
def test_what_is_refused_stored_or_a_rule_takes_no_time(change: dict[str, int | None]) -> None:
    assert replace(PLAN, **change, tokens_per_second=None).hours == 0  # type: ignore[arg-type]


def test_without_a_rate_the_hours_are_unknown() -> None:
    assert replace(PLAN, tokens_per_second=None).hours is None


def test_the_tables_end_in_sums_and_count_weights_once(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = replace(PLAN, repo="org/other", download=None, tokens_per_second=None, about=True)
    closing_table.show(
        [
            row("a", "meqsum", PLAN),
            row("a", "mednli", replace(PLAN, overflow=7, tokens_per_second=20.0)),
            row("b", "meqsum", unknown),
            Outcome("b", "mednli", "paper", "failed", note="not there"),
        ],
        ScoreTree(),
    )
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    cells, models = [line for line in said if line[:1] == ["all"]]
    assert cells[1:] == ["4", "cells", "300", "75", "~120,000", "7", "1.00", "+", "?"]
    assert models[1:] == ["2", "2.0", "GB", "+", "?", "3", "~120,000", "1.00", "+", "?"]
    assert [
        "a",
        "6.74",
        "2.0",
        "GB",
        "2",
        "80,000",
        "10",
        "to",
        "20",
        "1.00",
        "this",
        "model",
        "NVIDIA",
        "H200",
    ] in said
    assert ["b", "mednli", "paper", "failed"] in said
    assert said[-2] == ["2", "planned,", "1", "too", "long,", "1", "failed"]
    assert " ".join(said[-1]) == (
        "sum: 3 cells, ~120,000 prompt tokens, 2.0 GB + ? to download, 1.00 h on NVIDIA H200, "
        "1 cell without an estimate"
    )


def test_columns_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    small = replace(PLAN, samples=7, prompt_tokens=9, tokens_per_second=1.0)
    closing_table.show(
        [row("a", "meqsum", PLAN), row("a_longer_name", "mednli", small)], ScoreTree()
    )
    lines = capsys.readouterr().out.splitlines()
    ends = {line.rstrip().rindex(" 0") for line in lines if "paper" in line}
    places = {line.index("planned") for line in lines if "paper" in line}
    assert len(places) == len(ends) == 1


def test_a_bound_is_shown_as_one_and_slow_speeds_are_not_0(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bound = replace(PLAN, tokens_per_second=0.0421, rate="peak", device="CPU, 2 cores")
    closing_table.show([row("a", "meqsum", bound)], ScoreTree())
    text = capsys.readouterr().out
    assert "≥ 237.53 h on CPU, 2 cores" in text
    assert " 0.042 " in text


def test_a_peak_bounds_the_speed_by_the_size_of_the_model() -> None:
    peak = DevicePeak("a GPU", 1e15)
    assert peak.tokens_per_second(ModelConf(name="m", parameters=5.0)) == pytest.approx(1e5)
    assert peak.tokens_per_second(ModelConf(name="m")) is None
    assert device_peak(BackendConf(name="openai")) == DevicePeak("", None)
    assert device_peak(BackendConf(device="cpu")).name.startswith("CPU, ")


def test_a_gpu_is_known_by_a_word_of_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, flops in (("NVIDIA A100-SXM4-80GB", 312e12), ("NVIDIA H200", 989e12), ("X", None)):
        monkeypatch.setattr("clue.evaluation.device_peak._gpus", lambda name=name: (name,))
        assert device_peak(BackendConf()) == DevicePeak(name, flops)
