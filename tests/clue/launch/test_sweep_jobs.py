"""Jobs of a command before they start."""

import pytest
from omegaconf import OmegaConf

from clue.launch import sweep_jobs


@pytest.mark.parametrize(("backend", "parameters"), [("transformers", 7.0), ("replay", None)])
def test_the_size_of_a_model_predicts_no_time_where_none_is_loaded(
    backend: str, parameters: float | None
) -> None:
    config = {
        "model": {"name": "a", "repo": "o/a", "adapter": None, "parameters": 7.0},
        **{"tasks": {"mednli": {}}, "prompt": {"name": "paper"}, "shard": None, "shards": 1},
        "backend": {"name": backend},
    }
    (job,) = sweep_jobs.single(OmegaConf.create(config))
    assert job["parameters"] == parameters
