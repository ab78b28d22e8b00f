"""The Python blocks of docs/python.md run as one script; the interface is lazy and silent."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import analysis
import clue
from analysis.errors import ResultsError
from clue.config.folders import ROOT
from clue.errors import ConfigError, StoreError
from tests.clue.cli.store.stores import KEY, SAMPLES, STUDY, fitting, write_studies
from tests.documentation.reading import BLOCK

DOCUMENT = ROOT / "docs" / "python.md"
SETTINGS = {"backend": "fake", "limit": 6, "paths.data": "demo"}


def run(code: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.mark.slow
def test_the_blocks_of_the_document_run(tmp_path: Path) -> None:
    blocks = [
        code for language, code in BLOCK.findall(DOCUMENT.read_text()) if language == "python"
    ]
    ended = run("\n".join(blocks), tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "1742 items detect" in ended.stdout
    assert ended.stdout.count("ConfigError") == 2


def test_importing_the_packages_loads_nothing_large(tmp_path: Path) -> None:
    large = "{'numpy', 'scipy', 'pandas', 'torch', 'transformers', 'mlflow', 'hydra', 'omegaconf'}"
    code = (
        "import sys, clue, analysis\n"
        "from clue import evaluate, models, read_records, tasks\n"
        "from analysis import compare, meta_analysis, power, study\n"
        f"print(sorted({large} & set(sys.modules)))"
    )
    assert run(code, tmp_path).stdout == "[]\n"


def test_the_interface_is_what_the_packages_list() -> None:
    for package in (analysis, clue):
        assert all(callable(getattr(package, name)) for name in package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        _ = clue.evalute  # type: ignore[attr-defined]


def test_functions_stay_functions_after_their_modules_are_imported() -> None:
    """Python binds a subpackage to its parent under its name: none may have a function's name."""
    for package in (clue, analysis):
        modules = {path.stem for path in (ROOT / package.__name__).iterdir()}
        assert not set(package.__all__) & modules


def test_evaluating_prints_nothing_and_is_resumed(
    mlruns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {**SETTINGS, "paths.mlruns": mlruns}
    first = clue.evaluate("llama2_7b", "mednli", settings)
    again = clue.evaluate(["llama2_7b"], ["mednli"], settings)
    assert [row.status for row in (*first, *again)] == ["done", "skipped"]
    assert first[0].score == again[0].score
    assert capsys.readouterr().out == ""


def test_answers_are_left_out_of_records_unless_they_are_asked_for(mlruns: Path) -> None:
    clue.evaluate("llama2_7b", "mednli", {**SETTINGS, "paths.mlruns": mlruns})
    records = clue.read_records(mlruns, model="llama2_7b", prompt="paper")
    assert len(records) == 6
    assert not {"text", "answer"} & set(records.columns)
    assert "text" in clue.read_records(mlruns, text=True).columns


def test_records_of_a_cell_that_is_not_there_name_those_that_are(mlruns: Path) -> None:
    clue.evaluate("llama2_7b", "mednli", {**SETTINGS, "paths.mlruns": mlruns})
    with pytest.raises(StoreError, match="models and tasks there: llama2_7b/mednli"):
        clue.read_records(mlruns, task="meqsum")


def test_tables_with_different_records_are_refused_with_the_ways_to_choose(mlruns: Path) -> None:
    for limit in (3, 6):
        clue.evaluate("llama2_7b", "mednli", {**SETTINGS, "paths.mlruns": mlruns, "limit": limit})
    with pytest.raises(
        StoreError, match=r'2 tables with different records:(?s:.*)study="paper"'
    ) as e:
        clue.read_records(mlruns)
    (line,) = (line for line in str(e.value).splitlines() if "n 3, limit 3, backend fake" in line)
    assert len(clue.read_records(mlruns, fingerprint=line.split()[0])) == 3
    with pytest.raises(StoreError, match=r"no finished cell of {'fingerprint': 'ffff'}"):
        clue.read_records(mlruns, fingerprint="ffff")


def test_tables_with_the_same_records_are_read_once(mlruns: Path) -> None:
    clue.evaluate("llama2_7b", "mednli", {**SETTINGS, "paths.mlruns": mlruns})
    (path,) = mlruns.glob("cells/*/*/*/records-*.parquet")
    shutil.copy(path, path.with_name("records-0000000000000000.parquet"))
    assert len(clue.read_records(mlruns)) == 6


def test_a_study_says_which_table_is_read_and_under_which_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_studies(tmp_path / "conf", monkeypatch, {"tiny": STUDY})
    store = tmp_path / "store"
    fitting(store, KEY, prompt="another_name")
    fitting(store, KEY, size=2, limit=2)
    records = clue.read_records(store, study="tiny")
    assert (len(records), set(records.prompt)) == (SAMPLES, {"paper"})
    assert len(clue.read_records(store, study="tiny", model=KEY.model, prompt="paper")) == SAMPLES
    with pytest.raises(StoreError, match=r"no finished cell of .*'study': 'tiny'"):
        clue.read_records(store, study="tiny", prompt="another_name")
    with pytest.raises(ConfigError, match="did you mean tiny"):
        clue.read_records(store, study="tinny")
    fitting(store, KEY, scores=0.25, backend={"build": "other"})
    with pytest.raises(StoreError, match=r"2 stored cells fit.*clue store use"):
        clue.read_records(store, study="tiny")


@pytest.mark.parametrize("settings", [{"limit": -1}, {"limt": 3}, {"backend": "none"}])
def test_a_wrong_setting_is_an_error_with_its_name(
    mlruns: Path, settings: dict[str, object]
) -> None:
    with pytest.raises(ConfigError, match="|".join(settings)):
        clue.evaluate("llama2_7b", "mednli", {**SETTINGS, "paths.mlruns": mlruns, **settings})


@pytest.mark.parametrize(
    ("setting", "status"), [("dry_run", "planned"), ("generate_only", "generated")]
)
def test_a_dry_run_and_generation_without_scores_stay_what_they_are(
    mlruns: Path, setting: str, status: str
) -> None:
    settings = {**SETTINGS, "paths.mlruns": mlruns, setting: True}
    (outcome,) = clue.evaluate("llama2_7b", "mednli", settings)
    assert outcome.status == status
    assert not list(mlruns.glob("cells/*/*/*/records-*.parquet"))


@pytest.mark.parametrize(
    ("model", "task", "settings", "message"),
    [
        (None, "mednli", {}, "model=None"),
        ("llama2_7b", [3], {}, "task=.3."),
        ("llama2_7b", "mednli", {"model": "meditron7b"}, "model is an argument"),
        ("llama2_7b", "mednli", {"~backend": "fake"}, "dotted name"),
        ("llama2_7b", "mednli", {"paths.mlruns": ""}, "paths.mlruns"),
    ],
)
def test_a_wrong_argument_is_named(
    model: Any, task: Any, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        clue.evaluate(model, task, {**SETTINGS, **settings})


def test_nested_settings_are_dotted_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"margins\.level=-1\.0"):
        analysis.study(tmp_path, {"margins": {"level": -1}})


def test_a_cluster_that_is_missing_in_a_frame_is_refused_as_in_a_file() -> None:
    frame = pd.DataFrame({"sample_id": ["a", "b"], "score": [0, 1], "cluster": ["c", None]})
    with pytest.raises(ResultsError, match="row 2: the field cluster is empty"):
        analysis.compare(frame, frame)


@pytest.mark.parametrize("margin", [-1, 0, float("nan"), "0.1"])
def test_a_margin_is_a_number_above_zero(margin: Any) -> None:
    with pytest.raises(ConfigError, match="margin="):
        analysis.compare("base.csv", "tuned.csv", margin=margin)


@pytest.mark.parametrize("results", [None, [1, 2], {"score": 1}])
def test_results_are_a_file_or_a_frame(results: Any) -> None:
    with pytest.raises(ResultsError, match="base: results are a file or a pandas DataFrame"):
        analysis.compare(results, results)


def test_frames_compare_as_files_do(tmp_path: Path) -> None:
    ids = [f"s{number}" for number in range(40)]
    base = pd.DataFrame({"sample_id": ids, "score": [n % 3 // 2 for n in range(40)]})
    tuned = base.assign(score=[(n + 1) % 4 // 2 for n in range(40)])
    paths = [tmp_path / "base.csv", tmp_path / "tuned.csv"]
    for frame, path in zip((base, tuned), paths, strict=True):
        frame.to_csv(path, index=False)
    assert analysis.compare(base, tuned).comparison == analysis.compare(*paths).comparison


def test_a_frame_without_ids_names_the_column() -> None:
    frame = pd.DataFrame({"score": [0.0, 1.0]})
    with pytest.raises(ResultsError, match="no column sample_id"):
        analysis.compare(frame, frame)


@pytest.mark.parametrize(
    ("estimates", "variances", "message"),
    [
        ([1.0, 2.0], [1.0], "the shapes differ"),
        ([], [], "the shapes differ"),
        ([1.0, 2.0], [1.0, 0.0], "above 0"),
        ([1.0, float("nan")], [1.0, 1.0], "finite"),
        (["a", "b"], [1.0, 1.0], "must be numbers"),
        ([1.0, 2.0], [[1.0, 0.9], [0.0, 1.0]], "symmetric"),
        ([1.0, 2.0], [[1.0, 2.0], [2.0, 1.0]], "positive definite"),
    ],
)
def test_meta_analysis_refuses_what_it_cannot_pool(
    estimates: Any, variances: Any, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        analysis.meta_analysis(estimates, variances)


def test_columns_of_a_frame_can_be_pooled() -> None:
    table = pd.DataFrame({"d": [1.0, 2.0, 3.0], "v": [1.0, 1.0, 2.0], "f": ["a", "b", "c"]})
    lists = analysis.meta_analysis([1.0, 2.0, 3.0], [1.0, 1.0, 2.0], ["a", "b", "c"])
    assert analysis.meta_analysis(table.d, table.v, table.f).as_dict() == lists.as_dict()


def test_a_plan_needs_a_difference_or_a_number_of_items() -> None:
    with pytest.raises(ConfigError, match="give a difference"):
        analysis.power(analysis.BinaryDesign(0.2))
