"""The command line as a user meets it: sweeps, skipping, resuming, killing, errors."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from clue.config.folders import ROOT
from clue.store.records_table import read_table
from tests import tiny
from tests.conftest import Cli, command_line

FAKE = ("model=smollm2_135m", "task=meqsum", "backend=fake")
REAL = ("model=llama2_7b", "task=meqsum", "tasks.meqsum.max_new_tokens=24", "backend.batch_size=2")


def runs(mlruns: Path, kind: str = "cell") -> list[mlflow.entities.Run]:
    client = mlflow.MlflowClient(f"sqlite:///{mlruns}/mlflow.db")
    experiment = client.get_experiment_by_name("clue")
    assert experiment is not None
    return list(client.search_runs([experiment.experiment_id], f"tags.`clue.kind` = '{kind}'"))


def tables(mlruns: Path) -> list[Path]:
    return sorted(mlruns.glob("cells/*/*/*/records-*.parquet"))


def lines(mlruns: Path) -> int:
    return sum(
        path.read_text().count("\n") for path in mlruns.glob("cells/*/*/*/completions.jsonl")
    )


def rows(path: Path) -> list[dict[str, object]]:
    """Records without the seconds that they took."""
    return [
        {k: v for k, v in record.row().items() if k != "seconds"}
        for record in read_table(path).records
    ]


def test_a_cell_is_scored_logged_and_then_skipped(cli: Cli, mlruns: Path) -> None:
    first = cli(*FAKE)
    assert first.returncode == 0, first.stderr
    (run,) = runs(mlruns)
    records = read_table(tables(mlruns)[0]).records
    assert run.info.status == "FINISHED"
    assert run.data.metrics["n"] == len(records) == 9
    mean = 100 * sum(record.scores["rouge1"] for record in records) / 9
    assert run.data.metrics["rouge1"] == pytest.approx(mean, rel=1e-12)
    assert f"{run.data.metrics['score']:.2f}" in first.stdout
    assert "marked: fake answers. " in first.stdout
    again = cli(*FAKE)
    assert again.returncode == 0
    assert "is finished" in again.stdout
    assert "skipped" in again.stdout
    assert len(runs(mlruns)) == len(runs(mlruns, "job")) == 1


def test_a_run_tells_what_a_reader_needs(cli: Cli, mlruns: Path) -> None:
    cli(*FAKE)
    (run,), (job,) = runs(mlruns), runs(mlruns, "job")
    tags = run.data.tags
    assert tags["mlflow.parentRunId"] == job.info.run_id
    assert {name.removeprefix("clue.") for name in tags} >= {
        *("model", "family", "domain", "task", "level", "prompt", "fingerprint", "backend"),
        *("dataset_sha256", "git_commit", "git_dirty", "signature.rouge1", "device", "host"),
    }
    assert tags["clue.backend"] == "fake"
    for one in (run, job):
        assert one.data.tags["clue.marks"] == "fake answers"
        assert one.data.tags["mlflow.note.content"].startswith("**fake answers**\n\n|")
    assert run.inputs.dataset_inputs[0].dataset.digest == tags["clue.dataset_sha256"][:36]
    assert job.data.metrics["meqsum_score"] == run.data.metrics["score"]
    folder = Path(run.info.artifact_uri.removeprefix("file://"))
    table = json.loads((folder / "records.json").read_text())
    frame = pd.DataFrame(table["data"], columns=table["columns"])
    assert list(frame["score_rouge1"]) == [
        r.scores["rouge1"] for r in read_table(tables(mlruns)[0]).records
    ]
    assert "knee" not in json.dumps([run.data.params, tags, run.data.metrics])
    assert "max_new_tokens" in (folder / "config.yaml").read_text()


def test_a_larger_limit_generates_only_the_rest(cli: Cli, mlruns: Path) -> None:
    cli(*FAKE, "limit=4")
    assert lines(mlruns) == 4
    cli(*FAKE, "limit=6")
    assert lines(mlruns) == 6
    small, large = sorted(tables(mlruns), key=lambda path: len(rows(path)))
    assert rows(large)[:4] == rows(small)


def test_replay_scores_again_without_the_backend(cli: Cli, mlruns: Path, tmp_path: Path) -> None:
    cli(*FAKE)
    replay = ("model=smollm2_135m", "task=meqsum", "backend=replay")
    again = cli(*replay, "scoring.rouge_stemmer=true", f"paths.models={tmp_path}")
    assert again.returncode == 0, again.stdout
    assert lines(mlruns) == 9
    signatures = [run.data.tags["clue.signature.rouge1"] for run in runs(mlruns)]
    assert sorted(made.rpartition("|")[2] for made in signatures) == [
        "stemmer=False",
        "stemmer=True",
    ]
    none = cli(*replay, "prompt=zero_shot")
    assert none.returncode == 1
    assert "nothing is stored" in none.stdout


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"null", b"{}"])
def test_replay_names_damaged_settings(cli: Cli, mlruns: Path, content: bytes) -> None:
    cli(*FAKE)
    (settings,) = mlruns.glob("cells/meqsum/*/*/cell.json")
    intact = settings.read_bytes()
    settings.write_bytes(content)
    replay = ("model=smollm2_135m", "task=meqsum", "backend=replay", "force=true")
    refused = cli(*replay)
    assert refused.returncode == 1
    assert f"damaged: {settings}, which the cell's own command repairs" in refused.stdout
    assert cli(*FAKE).returncode == 0
    assert settings.read_bytes() == intact
    assert cli(*replay).returncode == 0


@pytest.mark.parametrize("mode", ["full", "none"])
def test_files_with_credentialed_text_are_the_owners_and_as_asked(
    cli: Cli, mlruns: Path, mode: str
) -> None:
    done = cli("task=mednli", "backend=fake", f"logging.text={mode}")
    assert done.returncode == 0, done.stdout
    (table,) = (mlruns / "artifacts").rglob("records.json")
    texts = [path for path in (table, *mlruns.glob("cells/*/*/*/*")) if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in texts} == {0o600}
    assert ("swollen knee" in table.read_text() or "Record:" in table.read_text()) == (
        mode == "full"
    )
    (run,) = runs(mlruns)
    assert "swollen" not in str(run.data) + done.stdout + done.stderr


def test_a_row_count_that_is_not_the_official_one_stands_with_the_cell(
    cli: Cli, mlruns: Path
) -> None:
    assert cli(*FAKE).returncode == 0
    (run,) = runs(mlruns)
    assert run.data.tags["clue.notes"].endswith("12 rows, officially there are 1,000")


def test_force_generates_again(cli: Cli, mlruns: Path) -> None:
    cli(*FAKE)
    assert "done" in cli(*FAKE, "force=true").stdout
    assert len(runs(mlruns)) == 2
    assert lines(mlruns) == 9
    assert "skipped" in cli(*FAKE).stdout


def test_a_damaged_cell_does_not_stop_a_sweep(cli: Cli, mlruns: Path) -> None:
    sweep = ("-m", "model=smollm2_135m,hf", "task=[meqsum,mednli]", "backend=fake")
    done = cli(*sweep, "prompt=zero_shot")
    assert done.returncode == 1
    assert done.stdout.count("model.repo is not set") == 1  # a reason that cells share
    assert {run.data.tags["clue.model"] for run in runs(mlruns)} == {"smollm2_135m"}
    (failed,) = mlruns.glob("hydra/*/*/failed.jsonl")
    rows = list(map(json.loads, failed.read_text().splitlines()))
    assert [row["task"] for row in rows] == ["meqsum", "mednli"]


@pytest.mark.slow
def test_the_sweep_of_the_study_loads_each_model_once(cli: Cli, mlruns: Path) -> None:
    short = [f"tasks.{task}.max_new_tokens=24" for task in ("meqsum", "problem_summary")]
    sweep = ("-m", "model=meditron7b,llama2_7b", "task=level1", *short)
    done = cli(*sweep, "model.dtype=float32")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("loaded ") == 2
    by_model = {run.data.tags["clue.model"]: run.data for run in runs(mlruns)}
    assert by_model["meditron7b"].tags["clue.base"] == "llama2_7b"
    assert by_model["meditron7b"].tags["clue.family"] == by_model["llama2_7b"].tags["clue.family"]
    prompts = [
        [record.prompt_sha256 for record in read_table(path).records] for path in tables(mlruns)
    ]
    assert len(prompts) == 2 * 3
    assert all(prompts.count(asked) == 2 for asked in prompts)
    again = cli(*sweep, "model.dtype=float32")
    assert again.stdout.count("is finished") == 2 * 3
    assert "loaded " not in again.stdout


@pytest.mark.slow
def test_killed_at_any_moment_a_run_goes_on_to_the_same_records(
    cli: Cli, mlruns: Path, data: Path, models: Path, tmp_path: Path
) -> None:
    large = tiny.meqsum(tmp_path / "large", size=60)
    arguments = (*REAL, "model.dtype=float32", f"paths.data={large}")
    whole = cli(*arguments, f"paths.mlruns={tmp_path / 'whole'}")
    assert whole.returncode == 0, whole.stdout
    moments = random.Random(7)
    stored = 0
    for _ in range(3):
        process = subprocess.Popen(
            command_line(mlruns, data, models, *arguments),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wanted = stored + moments.randint(1, 12)
        while process.poll() is None and lines(mlruns) < wanted:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert lines(mlruns) >= stored
        stored = lines(mlruns)
    assert 0 < stored < 57
    done = cli(*arguments)
    assert done.returncode == 0, done.stdout
    assert f"{stored} of 57 completions are stored" in done.stdout
    assert rows(tables(mlruns)[0]) == rows(tables(tmp_path / "whole")[0])
    assert [run.info.status for run in runs(mlruns)] == ["FINISHED"]


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_run_closes_its_runs_and_keeps_what_it_has(
    mlruns: Path, models: Path, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    large = tiny.meqsum(tmp_path / "large", size=200)
    process = subprocess.Popen(
        command_line(mlruns, large, models, *REAL, "model.dtype=float32", f"isolate={code == 143}"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while lines(mlruns) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert "run the same command again to continue" in said
    assert "Traceback" not in said
    assert lines(mlruns) >= 4
    assert {run.info.status for run in [*runs(mlruns), *runs(mlruns, "job")]} == {"KILLED"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("model=nobody",), "model=nobody: there is no 'nobody'. There are"),
        (("task=mednly",), "task=mednly: there is no 'mednly'; did you mean mednli"),
        (("task=[mednly]",), "task=mednly: there is no 'mednly'; did you mean mednli"),
        (("limit=few",), "'few' of type 'str' could not be converted to Integer"),
        (("limt=3",), "no setting 'limt'; did you mean limit"),
        (("+limit=3",), "not added with '+'"),
        (("prompt=null",), "prompt=null: this setting names a file; there are cot, crossed"),
        (("hydra.job_logging.root.level=LOUD",), "Unknown level: 'LOUD'"),
        (("-m", "hydra/launcher=slurm_gpu"), 'Could not detect "srun"'),
        (("-m", "hydra/launcher=joblib", "hydra.launcher.n_jobs=0"), "n_jobs == 0"),
        (("-m", "model=glob(nothing*)"), "no job was run"),
        (("paths.mlruns=",), "paths.mlruns=: the folder is empty"),
        (("paths.data=~nobody/x",), "'paths.data=\"~nobody/x\"'"),
        (("limit=0",), "limit=0 is less than 1"),
        (("paths.data=/nowhere",), "/nowhere/meqsum/MeQSum_ACL2019"),
        (("backend=transformers", "model=hf", "model.repo=a/b"), "https://huggingface.co/a/b"),
        (("tracking.uri=http://127.0.0.1:9",), "check tracking.uri"),
        (("paths.mlruns=/proc/nowhere",), "/proc/nowhere"),
        (("hydra.run.dir=${nothing}",), "error: Interpolation key 'nothing' not found"),
        (("-m", "hydra.sweep.dir=${nothing}"), "error: Interpolation key 'nothing' not found"),
    ],
)
def test_errors_speak_to_people(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    done = cli(*FAKE, *arguments)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert message in said
    assert "Traceback" not in said
    assert "Warning: " not in said


def test_options_are_listed(cli: Cli) -> None:
    assert "llama2_7b" in cli("model=nobody").stderr


def test_verbose_shows_the_traceback(cli: Cli) -> None:
    done = cli(*FAKE, "limit=0", "hydra.verbose=true")
    assert "Traceback" in done.stdout
    assert "ConfigError" in done.stdout


def test_too_long_a_prompt_is_refused_before_the_model_is_loaded(
    cli: Cli, mlruns: Path, tmp_path: Path
) -> None:
    done = cli(*REAL, "model.dtype=float32", "model.context=100")
    assert done.returncode == 1
    assert "9 of 9 prompts of meqsum exceed the context of llama2_7b" in done.stdout
    assert "loaded " not in done.stdout
    assert not runs(mlruns)


def test_a_dry_run_counts_and_writes_no_run(cli: Cli, mlruns: Path) -> None:
    done = cli(*REAL, "dry_run=true")
    assert done.returncode == 0, done.stderr
    assert not runs(mlruns)
    (cell,) = [line.split() for line in done.stdout.splitlines() if "planned" in line][:1]
    assert cell[:6] == ["llama2_7b", "meqsum", "paper", "planned", "9", "0"]
    assert cell[8:11] == ["4,096", "0", "≥"]
    sweep = ("-m", "model=llama2_7b,meditron7b", "task=[meqsum,mednli]", "model.context=300")
    rest = ("dry_run=true", "dry_run_tokens_per_second=0.5", f"paths.models={mlruns}")
    elsewhere = cli(*sweep, *rest)
    assert elsewhere.returncode == 0, elsewhere.stderr
    assert "2 planned, 2 too long" in elsewhere.stdout
    totals = [line.split() for line in elsewhere.stdout.splitlines() if "all" in line.split()[:1]]
    assert totals[0][:5] == ["all", "4", "cells", "30", "0"]
    assert totals[1][:4] == ["all", "2", "~27.0", "GB"]
    hours = float(totals[0][-1])
    tokens = sum(
        int(line.split()[6].strip("~").replace(",", "")) + 6 * 20
        for line in elsewhere.stdout.splitlines()
        if " mednli " in line
    )
    assert hours == pytest.approx(tokens / 0.5 / 3600, abs=0.01)


def test_everything_lies_under_the_store_wherever_one_stands(
    cli: Cli, mlruns: Path, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    done = cli(*FAKE, cwd=str(here))
    assert done.returncode == 0
    assert not list(here.iterdir())
    assert {path.name for path in mlruns.iterdir()} >= {"mlflow.db", "artifacts", "cells", "hydra"}
    files = [
        path for part in ("hydra", "cells", "artifacts") for path in (mlruns / part).rglob("*")
    ]
    assert not [path for path in files if path.is_file() and path.stat().st_mode & 0o077]


def test_another_log_of_hydra_can_be_chosen(cli: Cli, mlruns: Path) -> None:
    done = cli(*FAKE, "hydra/job_logging=stdout")
    assert done.returncode == 0, done.stdout
    assert not list(mlruns.glob("hydra/**/*.log"))


def test_a_second_process_waits_for_the_first(mlruns: Path, data: Path, models: Path) -> None:
    command = command_line(mlruns, data, models, *REAL, "model.dtype=float32")
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert lines(mlruns) == 9
    assert len([run for run in runs(mlruns) if run.info.status == "FINISHED"]) == 1


def test_help_lists_what_there_is(cli: Cli) -> None:
    said = cli("--help").stdout
    assert "smollm2_135m" in said
    assert "meqsum" in said


def test_light_commands_import_nothing_heavy() -> None:
    heavy = "('torch', 'mlflow', 'transformers', 'pandas')"
    code = f"import sys, run; print([name for name in {heavy} if name in sys.modules])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_samples_are_asked_again_alone_on_request(cli: Cli, mlruns: Path) -> None:
    short = ("prompt=zero_shot", "limit=3", "tasks.meqsum.max_new_tokens=8")
    options = ("model.dtype=float32", "backend.repeat_alone=2")
    done = cli("model=llama2_7b", "task=meqsum", *short, *options)
    assert done.returncode == 0, done.stderr
    (cell,) = runs(mlruns)
    found = {name: cell.data.metrics[name] for name in ("alone_n", "alone_changed")}
    assert found == {"alone_n": 2, "alone_changed": 0}
