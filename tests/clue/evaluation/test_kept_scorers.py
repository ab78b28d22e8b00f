"""Models of the metrics stay loaded from one job to the next where no job loads weights."""

from pathlib import Path

import pytest

from clue.evaluation import run
from tests.clue.faulty import done, job_request, statuses


@pytest.mark.parametrize(
    ("job", "releases"),
    [(("llama2_7b", False), 0), (("llama2_7b", True), 1), (("baseline_majority", True), 0)],
)
def test_only_a_job_that_loads_weights_frees_the_memory_of_the_scorers(
    mlruns: Path, data: Path, monkeypatch: pytest.MonkeyPatch, job: tuple[str, bool], releases: int
) -> None:
    model, on_gpus = job
    calls: list[None] = []
    monkeypatch.setattr(run, "uses_gpus", lambda _: on_gpus)
    monkeypatch.setattr(run, "release_scorers", lambda: calls.append(None))
    rows = done(job_request(mlruns, data, f"model={model}", tasks=("mednli",)))
    assert set(statuses(rows).values()) == {"done"}
    assert len(calls) == releases
