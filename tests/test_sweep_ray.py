"""Sweeps on a local Ray cluster of two nodes: `make ray`; skipped where Ray is not installed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import Cli, command_line, empty_store
from tests.test_run import runs
from tests.test_sweep_processes import contents

pytest.importorskip("ray")
pytestmark = pytest.mark.soak

MODELS = ("smollm2_135m", "llama2_7b")
SWEEP = ("-m", f"model={','.join(MODELS)}", "task=[mednli,longhealth1]", "backend=fake")
ON_RAY = ("hydra/launcher=ray", "hydra.launcher.max_retries=1")
SLOW = ("backend.pace=0.02",)
"""Some seconds for each cell, so that a process can be killed in its middle."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes with a processor each; the second one has the resource `second`."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    folder = tempfile.mkdtemp(prefix="clue-ray-", dir="/tmp")  # paths of sockets are short
    Path(tempfile.gettempdir(), "ray").mkdir(exist_ok=True)  # Ray writes there without making it
    quick = {"health_check_period_ms": 500, "health_check_failure_threshold": 3}
    head = {"num_cpus": 1, "temp_dir": folder, "include_dashboard": False}
    nodes = Cluster(initialize_head=True, head_node_args={**head, "_system_config": quick})
    nodes.folder = Path(folder)
    nodes.second = nodes.add_node(num_cpus=1, resources={"second": 1}, temp_dir=folder)
    yield nodes
    nodes.shutdown()
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def address(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)


@pytest.fixture(scope="module")
def whole(
    fresh_store: Path, data: Path, models: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, ...], list[dict[str, object]]]:
    """Records of the sweep in one process."""
    mlruns = empty_store(fresh_store, tmp_path_factory.mktemp("sequential") / "mlruns")
    subprocess.run(command_line(mlruns, data, models, *SWEEP), check=True, timeout=300)
    return contents(mlruns)


def job_process(mlruns: Path, job: int) -> psutil.Process | None:
    """The process that answers for a job."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or [""]
        in_store = words[-1].startswith(str(mlruns)) and Path(words[-1]).name == str(job)
        if "clue.launch.worker" in words and in_store:
            return process
    return None


def answers(mlruns: Path, model: str = "*") -> int:
    return sum(
        path.read_bytes().count(b"\n") for path in mlruns.glob(f"cells/*/{model}/*/c*.jsonl")
    )


def wait_for_answers(sweep: subprocess.Popen[str], mlruns: Path, model: str = "*") -> None:
    while answers(mlruns, model) < 3 and sweep.poll() is None:
        time.sleep(0.02)
    assert sweep.poll() is None


def test_two_nodes_leave_the_records_of_one_process_and_no_text_in_the_logs_of_ray(
    cli: Cli, mlruns: Path, cluster: Any, whole: Any, tmp_path: Path
) -> None:
    sweep = cli(*SWEEP, *ON_RAY, cwd=str(tmp_path))
    assert sweep.returncode == 0, sweep.stdout + sweep.stderr
    assert "4 done" in sweep.stdout
    assert contents(mlruns) == whole
    assert [run.info.status for run in runs(mlruns)] == ["FINISHED"] * 4
    job_folders = [path.parent for path in mlruns.glob("hydra/*/*/*/clue.log")]
    assert len(job_folders) == 2
    for path in [file for folder in job_folders for file in folder.glob("*.*")]:
        assert path.stat().st_mode & 0o077 == 0, path
    logs = [path for path in cluster.folder.rglob("*") if path.is_file()]
    assert [path for path in logs if path.name.startswith("worker-")]
    for path in logs:
        assert b"mednli" not in path.read_bytes(), path
        assert b"swollen knee" not in path.read_bytes(), path


def test_a_job_whose_node_dies_goes_on_on_another_one(
    mlruns: Path, data: Path, models: Path, cluster: Any, whole: Any
) -> None:
    on_second = (*ON_RAY, "+hydra.launcher.resources.second=1", *SLOW)
    command = command_line(mlruns, data, models, *SWEEP, *on_second)
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as sweep:
        try:
            wait_for_answers(sweep, mlruns)
            cluster.remove_node(cluster.second, allow_graceful=False)
            before = answers(mlruns)
            third = {"num_cpus": 1, "resources": {"second": 1}}
            cluster.second = cluster.add_node(**third, temp_dir=str(cluster.folder))
            printed, errors = sweep.communicate(timeout=200)
        finally:
            sweep.kill()
    assert sweep.returncode == 0, printed + errors
    assert "failed" not in printed.splitlines()[-1]
    assert before < 12, "the node died after the end of its job"
    assert contents(mlruns) == whole
    for path in mlruns.glob("cells/*/*/*/completions.jsonl"):
        rows = path.read_text().splitlines()
        assert len(rows) == len(set(rows))


def test_a_job_that_always_dies_is_a_failed_row_and_the_others_go_on(
    cli: Cli, mlruns: Path, data: Path, models: Path
) -> None:
    command = command_line(mlruns, data, models, *SWEEP, *ON_RAY, *SLOW)
    killed = set()
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as sweep:
        try:
            while sweep.poll() is None:
                process = job_process(mlruns, 0)
                if process:
                    process.send_signal(signal.SIGKILL)
                    killed.add(process.pid)
                time.sleep(0.2)
            printed, errors = sweep.communicate(timeout=200)
        finally:
            sweep.kill()
    assert sweep.returncode == 1, printed + errors
    assert "2 done, 1 failed" in printed
    assert "its process was killed (SIGKILL)" in printed
    assert len(killed) == 2  # max_retries=1
    again = cli(*SWEEP, *ON_RAY)
    assert again.returncode == 0, again.stdout
    assert "2 done, 2 skipped" in again.stdout


def test_sigterm_ends_the_tasks_in_order(
    cli: Cli, mlruns: Path, data: Path, models: Path, whole: Any
) -> None:
    command = command_line(mlruns, data, models, *SWEEP, *ON_RAY, *SLOW)
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as sweep:
        try:
            wait_for_answers(sweep, mlruns, MODELS[0])
            sweep.send_signal(signal.SIGTERM)
            printed, errors = sweep.communicate(timeout=200)
        finally:
            sweep.kill()
    assert sweep.returncode == 143, printed + errors
    assert "stopped; generated answers are kept" in errors
    assert [job_process(mlruns, job) for job in (0, 1)] == [None, None]
    assert {run.info.status for run in runs(mlruns)} <= {"KILLED", "FINISHED"}
    again = cli(*SWEEP, *ON_RAY)
    assert again.returncode == 0, again.stdout
    assert contents(mlruns) == whole


def test_shards_are_tasks_and_one_task_scores_them(cli: Cli, mlruns: Path, whole: Any) -> None:
    sweep = cli(*SWEEP, *ON_RAY, "shards=2")
    assert sweep.returncode == 0, sweep.stdout + sweep.stderr
    assert "8 parts of cells, 0 failed; now the scores of what is complete" in sweep.stdout
    assert "4 done" in sweep.stdout
    assert contents(mlruns) == whole
    assert len(list(mlruns.glob("hydra/*/*/*/console.log"))) == 6
