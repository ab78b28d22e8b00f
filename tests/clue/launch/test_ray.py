"""The launcher on Ray, without Ray: settings, requests to the cluster, and a stand-in for it."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from clue.config.folders import CONF
from clue.errors import ConfigError
from clue.evaluation import outcome
from clue.evaluation.outcome import NO_TASK, Outcome
from clue.launch import ray_jobs, ray_launcher, ray_task, sharded, sweep, sweep_jobs  # noqa: F401  registers
from clue.launch.ray_settings import TARGET, RayConf
from clue.launch.ray_task import LostJob, RayJob
from clue.store.lock_scope import ON_CLUSTER


def composed(*overrides: str) -> Any:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        words = ["hydra/launcher=ray", *overrides]
        return compose("config", words, return_hydra_config=True)


def test_the_file_has_the_settings_of_the_class_and_their_defaults() -> None:
    assert OmegaConf.to_object(composed().hydra.launcher) == RayConf()


@pytest.mark.parametrize(
    ("overrides", "settings", "gpus"),
    [
        (["backend=transformers"], RayConf(), 1),
        (["backend=transformers", "gpus_per_job=4"], RayConf(), 4),
        (["backend=transformers"], RayConf(num_gpus=0.5), 0.5),
        (["backend=transformers", "backend.device=cpu"], RayConf(), 0),
        (["backend=transformers", "dry_run=true"], RayConf(), 0),
        (["backend=replay"], RayConf(), 0),
    ],
)
def test_a_job_asks_for_gpus_if_its_backend_uses_them(
    overrides: list[str], settings: RayConf, gpus: float
) -> None:
    assert ray_jobs.resources(composed(*overrides), settings)["num_gpus"] == gpus


def test_memory_and_own_resources_are_asked_for() -> None:
    asked = ray_jobs.resources(composed(), RayConf(memory_gb=1.5, resources={"a100": 1.0}))
    assert asked["memory"] == 1.5 * 2**30
    assert asked["resources"] == {"a100": 1.0}


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    for name in ("RAY_USAGE_STATS_ENABLED", "RAY_task_oom_retries"):
        monkeypatch.setenv(name, "")
    with (
        pytest.raises(ConfigError, match=r"pip install -e '\.\[ray\]'"),
        ray_launcher._cluster(RayConf()),
    ):
        pass
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"


def test_jobs_get_variables_of_the_project_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUE_DATA", "/data")
    monkeypatch.setenv("MY_KEY", "k")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    carried = ray_task.environment("MY_KEY")
    assert (carried["CLUE_DATA"], carried["MY_KEY"]) == ("/data", "k")
    assert ON_CLUSTER in carried
    assert not {"CUDA_VISIBLE_DEVICES", "PATH"} & set(carried)


@pytest.mark.parametrize(("n_jobs", "jobs"), [(None, 6), (2, 2), (-1, 6)])
def test_the_cluster_decides_how_many_jobs_run_at_once(n_jobs: int | None, jobs: int) -> None:
    settings = {"hydra": {"launcher": {"_target_": TARGET, "n_jobs": n_jobs}}}
    assert sweep_jobs.at_once(OmegaConf.create(settings), 6) == jobs


def test_scores_of_shards_are_a_task_that_keeps_the_cluster_and_asks_for_no_gpu() -> None:
    words = [
        *("-m", "model=a,b", "shards=4", "hydra/launcher=ray", "hydra.launcher.num_gpus=2"),
        *("hydra.launcher.address=head:6379", "+hydra.launcher.resources.shared=1"),
    ]
    assert sharded.scoring(words, "transformers") == [
        *("-m", "model=a,b", "backend=replay", "backend.replayed=transformers"),
        *("hydra/launcher=ray", "hydra.launcher.n_jobs=1"),
        *("hydra.launcher.address=head:6379", "+hydra.launcher.resources.shared=1"),
    ]


class RayError(Exception):
    """Stands in for Ray's."""

    def __init__(self, text: str, cause: Exception | None = None) -> None:
        super().__init__(text)
        self.cause = cause


class FakeRay:
    """A cluster whose tasks end at once, in the order of their start."""

    exceptions = SimpleNamespace(RayError=RayError)

    def __init__(self, errors: dict[int, Exception], cpus: int = 8) -> None:
        self.errors, self.cpus = errors, cpus
        self.options: list[dict[str, Any]] = []
        self.most_at_once = 0

    def nodes(self) -> list[dict[str, Any]]:
        return [{"Alive": True, "Resources": {"CPU": self.cpus}}]

    def remote(self, **options: Any) -> Any:
        self.options.append(options)
        task = SimpleNamespace(remote=lambda job: job.number)
        return lambda function: SimpleNamespace(options=lambda name: task)

    def wait(self, tasks: list[int], timeout: float) -> tuple[list[int], list[int]]:
        self.most_at_once = max(self.most_at_once, len(tasks))
        return tasks[:1], tasks[1:]

    def get(self, task: int) -> None:
        if task in self.errors:
            raise self.errors[task]


def ray_job(number: int, folder: Path) -> RayJob:
    settings = OmegaConf.create(
        {
            **{"model": {"name": f"model{number}"}, "prompt": {"name": "paper"}},
            **{"backend": {"name": "fake", "device": "auto"}, "gpus_per_job": None},
            "dry_run": False,
        }
    )
    return RayJob(number, settings, (None, None, None), {}, folder, folder / str(number))


def test_jobs_that_ray_gives_up_are_failed_rows_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "1" / outcome.FILE
    outcome.append(path, Outcome("model1", "mednli", "paper", "running"))
    lost = LostJob("its process was killed")
    ray = FakeRay({0: RayError("node died\nat 10.0.0.1"), 1: RayError("traceback", lost)})
    ray_jobs.run_all(ray, [ray_job(number, tmp_path) for number in range(3)], RayConf(n_jobs=2))
    (row,) = outcome.read(tmp_path / "0" / outcome.FILE)
    assert (row.model, row.task, row.status) == ("model0", NO_TASK, "failed")
    assert row.note == "Ray lost its task: RayError: node died"
    (row,) = outcome.read(path)
    assert (row.task, row.status, row.note) == ("mednli", "failed", "its process was killed")
    assert not (tmp_path / "2" / outcome.FILE).exists()
    assert ray.most_at_once == 2
    assert [options["max_retries"] for options in ray.options] == [3, 3, 3]


def test_a_job_that_no_node_has_room_for_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ray_jobs.run_all(FakeRay({}, cpus=1), [ray_job(0, tmp_path)], RayConf(num_cpus=2, num_gpus=1))
    assert "no node of the Ray cluster has 2 CPU, 1 GPU" in caplog.text
    caplog.clear()
    ray_jobs.run_all(FakeRay({}), [ray_job(0, tmp_path)], RayConf(num_cpus=2))
    assert not caplog.text


def test_a_node_without_the_folders_of_the_command_is_a_lost_job(tmp_path: Path) -> None:
    with pytest.raises(LostJob, match=rf"has no folder {tmp_path}/elsewhere"):
        ray_task.run(ray_job(0, tmp_path / "elsewhere"))
