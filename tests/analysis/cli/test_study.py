"""`python -m analysis` as a user meets it: one pair on one task, missing cells, refusals."""

import json
import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.__main__ import main
from analysis.paired_study.columns import TABLES
from clue.records import Record
from clue.task import task_files
from tests.analysis.paired_study.stores import declared_cell, expected_task, record

QUICK = ("flips=999", "draws=999", "sensitivity=false", "report=false", "paths.data=nowhere")
ONE_PAIR = ("models=meditron7b", "tasks=meqsum")


def texts(shift: float, size: int = 30, seed: int = 0, task: str = "meqsum") -> list[Record]:
    rng, names = np.random.default_rng(seed), task_files.load(task).metrics
    return [
        record(f"{index:02}", dict.fromkeys(names, float(rng.random() / 4 + 0.5 + shift)))
        for index in range(size)
    ]


def run(store: Path, *arguments: str) -> int:
    return main([*QUICK, f"paths.mlruns={store}", *arguments])


def written(store: Path) -> dict[str, object]:
    document: dict[str, object] = json.loads((store / "analysis" / "summary.json").read_text())
    return document


def pair(store: Path, task: str = "meqsum", base: Sequence[Record] = (), **facts: object) -> None:
    declared_cell(store, "llama2_7b", task, base or texts(0, task=task), **facts)
    declared_cell(store, "meditron7b", task, texts(-0.1, seed=1, task=task), **facts)


def test_one_pair_on_one_task_is_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair(tmp_path)
    assert run(tmp_path, *ONE_PAIR) == 0
    output = capsys.readouterr().out
    assert "Study paper: 1 pair on 1 task, prompt setting paper; 2 of 2 cells" in output
    assert f"Declared by this command, not frozen: {' '.join(ONE_PAIR)}" in output
    assert "Holm's correction is over the declared hypotheses: 1 on tasks." in output
    assert "On MeQSum meditron7b scored" in output
    assert "points lower (95 % CI" in output
    assert "There is only one pair, so no statement is made beyond it." in output
    assert "python run.py" not in output
    assert {path.name for path in (tmp_path / "analysis").iterdir()} == {
        *("cells.csv", "cells.parquet", "files.json", "summary.json"),
        *(f"{name}.csv" for name, table in TABLES.items() if not table.is_optional),
    }


def test_a_study_without_a_selection_counts_in_full_and_says_how_to_declare_less(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair(tmp_path)
    assert run(tmp_path) == 0
    output = capsys.readouterr().out
    assert "Study paper: 12 pairs on 8 tasks, prompt setting paper; 2 of 152 cells" in output
    assert "12 on the overall score, 24 on levels, 72 on tasks." in output
    assert f"python run.py -m study=paper paths.data=nowhere paths.mlruns={tmp_path}\n" in output
    (fewer,) = (line for line in output.splitlines() if line.startswith("Fewer hypotheses: "))
    words = shlex.split(fewer.removeprefix("Fewer hypotheses: "))
    assert words[:4] == ["python", "-m", "analysis", "models=meditron7b"]
    assert main(words[3:]) == 0
    assert "1 on the overall score, 2 on levels, 6 on tasks." in capsys.readouterr().out


def test_no_text_of_a_sample_is_printed_or_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair(tmp_path)
    run(tmp_path)
    shown = capsys.readouterr()
    files = b"".join(path.read_bytes() for path in (tmp_path / "analysis").iterdir())
    assert "text of a patient" not in shown.out + shown.err
    assert b"text of a patient" not in files


def test_a_missing_base_is_named_with_its_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared_cell(tmp_path, "meditron7b", "meqsum", texts(0))
    assert run(tmp_path) == 1
    output = capsys.readouterr().out
    assert "llama2_7b on meqsum, for meditron7b:" in output
    command = "python run.py model=llama2_7b task=meqsum prompt=paper paths.data=nowhere"
    assert f"{command} paths.mlruns={tmp_path}\n" in output
    summary = json.loads((tmp_path / "analysis" / "summary.json").read_text())
    assert [entry["model"] for entry in summary["missing"]] == ["llama2_7b"]


def test_a_base_alone_names_what_could_be_compared_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared_cell(tmp_path, "llama2_7b", "meqsum", texts(0))
    assert run(tmp_path) == 1
    assert "python run.py model=meditron7b task=meqsum prompt=paper" in capsys.readouterr().out


def test_an_empty_store_is_an_error_with_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path) == 1
    assert "python run.py -m study=demo" in capsys.readouterr().err


def test_what_was_not_asked_the_same_is_refused_and_the_rest_is_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair(tmp_path)
    rows = texts(0, task="problem_summary")
    other = [record(r.sample_id, r.scores, target="other") for r in rows]
    pair(tmp_path, "problem_summary", other)
    assert run(tmp_path, "models=meditron7b", "tasks=meqsum,problem_summary") == 1
    output = capsys.readouterr().out
    assert "meditron7b - llama2_7b, problem_summary (paper): the target of 30 samples" in output
    assert "On MeQSum meditron7b scored" in output
    (refused,) = written(tmp_path)["refused"]  # type: ignore[misc]
    assert refused["task"] == "problem_summary"


@pytest.mark.parametrize("access", ["open", "credentialed"])
def test_samples_of_credentialed_data_are_counted_and_not_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], access: str
) -> None:
    for task in ("meqsum", "problem_summary"):
        rows = texts(0, size=200, task=task)
        records = [replace(entry, sample_id=f"stay-{entry.sample_id}") for entry in rows]
        other = [replace(entry, target_sha256="other") for entry in records]
        declared_cell(tmp_path, "llama2_7b", task, records, access=access)
        tuned = records[1:] if task == "meqsum" else other
        declared_cell(tmp_path, "meditron7b", task, tuned, access=access)
    assert run(tmp_path, "report=true") == 1
    output = capsys.readouterr().out
    assert "Only base has 1 of the samples" in output
    assert "the target of 200 samples differs" in output
    assert ("stay-" in output) == (access == "open")
    assert ("python -m analysis compare" in output) == (access == "credentialed")
    for name in ("summary.json", "cells.csv", "report.md"):
        written = (tmp_path / "analysis" / name).read_text()
        assert access == "open" or "stay-" not in written


def test_another_version_of_a_library_takes_the_metric_and_the_score_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared_cell(tmp_path, "llama2_7b", "meqsum", texts(0))
    signatures = expected_task("meqsum").signatures
    older = signatures["rouge2"].replace("rouge-score 0.1", "rouge-score 0.0")
    scorers = {**signatures, "rouge2": older}
    declared_cell(tmp_path, "meditron7b", "meqsum", texts(0.1), signatures=scorers)
    assert run(tmp_path) == 1
    output = capsys.readouterr().out
    assert "meqsum: other versions of libraries than here: scorer of rouge2 differs: " in output
    differ = f"its signatures differ: {signatures['rouge2']} (base), {older} (tuned)"
    assert f"meqsum rouge2 (paper): {differ}" in output
    assert "meqsum score (paper): the task score needs rouge2" in output
    rows = (tmp_path / "analysis" / "cells.csv").read_text()
    assert ",rougeL,primary," in rows
    assert ",score,primary," not in rows


def test_an_allowed_difference_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared_cell(tmp_path, "meditron7b", "meqsum", texts(0.1))
    declared_cell(tmp_path, "llama2_7b", "meqsum", texts(0))
    selection = ("models=meditron7b", "tasks=meqsum")
    assert run(tmp_path, *selection, "allowed_differences=[]") == 1
    assert "model.dtype: float16 (base), bfloat16 (tuned)" in capsys.readouterr().out
    assert run(tmp_path, *selection) == 0
    differs = "Allowed to differ, model.dtype: float16 (base), bfloat16 (tuned)"
    assert differs in capsys.readouterr().out


@pytest.mark.parametrize(("size", "status"), [(29, "incomplete"), (20, "refused")])
def test_missing_samples_are_bounded_and_too_many_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], size: int, status: str
) -> None:
    pair(tmp_path, base=texts(0)[:size])
    assert run(tmp_path) == 0
    output = capsys.readouterr().out
    assert f"Only tuned has {30 - size} of the samples" in output
    assert ("Not tested: " in output) == (status == "refused")
    import pandas as pd

    rows = pd.read_parquet(tmp_path / "analysis" / "cells.parquet")
    (row,) = rows[rows.scope == "task"].to_dict("records")
    assert (row["status"], row["n"], row["only_tuned"]) == (status, size, 30 - size)
    assert row["bounds_low"] < row["delta"] < row["bounds_high"]
    records = texts(-0.1, seed=1)
    rest = sum(r.scores["rougeL"] for r in records[size:])  # type: ignore[misc]
    low = (row["delta"] * size + 100 * (rest - (30 - size))) / 30
    assert row["bounds_low"] == pytest.approx(low)
    assert row["bounds_high"] == pytest.approx((row["delta"] * size + 100 * rest) / 30)


def test_prompt_settings_stand_beside_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for prompt in ("paper", "zero_shot"):
        pair(tmp_path, prompt=prompt)
    assert run(tmp_path, "prompts=paper,zero_shot") == 0
    output = capsys.readouterr().out
    assert "Prompt setting paper (confirmatory)" in output
    assert "Prompt setting zero_shot (exploratory: not the declared setting)" in output
    assert set(written(tmp_path)["prompts"]) == {"paper", "zero_shot"}  # type: ignore[call-overload]
    _, _, comparison = output.partition("Prompt settings compared with each other")
    assert "by Benjamini and Hochberg over the 3 tests between settings" in comparison
    assert "meditron7b - llama2_7b, paper and zero_shot" in comparison
    assert "meditron7b against llama2_7b on MeQSum, 30 common items" in comparison
    assert "meditron7b scored" not in comparison


def test_the_ancestor_is_compared_with_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared_cell(tmp_path, "llama3_8b_instruct", "meqsum", texts(0))
    declared_cell(tmp_path, "llama3_8b", "meqsum", texts(0.1, seed=2))
    declared_cell(tmp_path, "aloe8b", "meqsum", texts(0.2, seed=1))
    selection = ("models=aloe8b", "tasks=meqsum")
    assert run(tmp_path, *selection, "comparator=ancestor") == 0
    output = capsys.readouterr().out
    assert "aloe8b - llama3_8b\n" in output
    assert "llama3_8b_instruct on meqsum (paper): model not declared" in output
    assert run(tmp_path, *selection) == 0
    assert "aloe8b - llama3_8b_instruct\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("alfa=0.1", "no setting 'alfa'; did you mean alpha?"),
        ("margins.binari=1", "no setting 'margins.binari'; did you mean margins.binary?"),
        ("model=hf", "hf names no base, so it is no half of a pair: write hf:<base>"),
        ("hydra.verbose=true", "no setting 'hydra.verbose'"),
        ("+alpha=0.1", "settings are not added with '+'; write alpha=0.1"),
        ("~alpha=0.1", "settings are not removed"),
        ("chosen=[x]", "no setting 'chosen'."),
        ("study.alfa=0.1", "study.alfa: there is no 'alfa'; did you mean alpha?"),
        ("study=papr", "study=papr: there is no 'papr'; did you mean paper?"),
        ("alpha", "write key=value"),
        ("alpha=2", "alpha=2.0 is not between 0 and 1"),
        ("margins.binary=0", "margins.binary=0.0 is not more than 0"),
        ("comparator=other", "none of base, ancestor"),
        ("flips=10", "flips=10 is less than 999"),
    ],
)
def test_a_wrong_setting_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], argument: str, message: str
) -> None:
    assert main([f"paths.mlruns={tmp_path}", argument]) == 1
    assert message in capsys.readouterr().err


def test_the_settings_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cfg", "alpha=0.01"]) == 0
    assert "alpha: 0.01\n" in capsys.readouterr().out


def test_results_lie_in_the_store_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair(tmp_path / "store")
    monkeypatch.chdir(tmp_path)
    assert run(tmp_path / "store", "output=here") == 0
    assert sorted(os.listdir(tmp_path)) == ["here", "store"]
