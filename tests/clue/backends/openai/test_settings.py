from typing import Any

import pytest

from clue.backends import setting_problems
from clue.config.schema import BackendConf, Config, ModelConf, TaskConf
from clue.config.validation import validate
from clue.errors import ConfigError

HERE = "http://127.0.0.1:8000/v1"


def config(**backend: Any) -> Config:
    task = TaskConf(name="meqsum", metrics=["rouge1"], score=["rouge1"])
    return Config(
        model=ModelConf(repo="org/name"),
        tasks={"meqsum": task},
        backend=BackendConf(**({"name": "openai", "url": HERE} | backend)),
    )


def check(settings: Config) -> None:
    validate(settings, setting_problems(settings))


@pytest.mark.parametrize("url", [HERE, "https://llm.hospital.example", "http://[::1]:8000/v1"])
def test_an_address_is_enough(url: str) -> None:
    check(config(url=url))


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"url": None}, "backend.url is not set"),
        ({"url": "127.0.0.1:8000"}, "backend.url is not the address of a server"),
        ({"url": "http://here:80000/v1"}, "backend.url is not the address of a server"),
        ({"url": "http://u:s3cret@here/v1"}, "backend.url has more parts than an address"),
        ({"url": "http://here/v1?api_key=s3cret"}, "backend.url has more parts than an address"),
        ({"api": "magic"}, "backend.api=magic is none of auto, tokens, text, chat"),
        ({"concurrency": 0}, "backend.concurrency=0 is less than 1"),
        ({"retries": -1}, "backend.retries=-1 is less than 0"),
        ({"timeout": 0.0}, "backend.timeout=0.0 is not more than 0"),
        ({"key_env": "sk-s3cret"}, "backend.key_env is not the name of an environment variable"),
        ({"name": "vllm", "device": "cuda:1"}, "CUDA_VISIBLE_DEVICES"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_sent(
    setting: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check(config(**setting))
    assert problem in str(caught.value)
    assert "s3cret" not in str(caught.value)
