"""vLLM's engine is played by our own loop: the library has an environment of its own."""

import importlib.metadata
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from clue.backends import Setup, make
from clue.backends.vllm import VllmBackend
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelUnavailable
from tests import tiny
from tests.clue.backends.openai.asking import answers, inner_token, local, prompts
from tests.clue.backends.openai.server import greedy


@dataclass
class Engine:
    """Ends two requests at a step, the newest first."""

    model: str
    settings: dict[str, Any]
    waiting: dict[str, tuple[list[int], Any]] = field(default_factory=dict)
    aborted: list[str] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """Of the newest request."""

    def add_request(self, name: str, prompt: Any, params: Any) -> None:
        assert name not in self.waiting
        self.waiting[name] = prompt["prompt_token_ids"], params
        self.ends = params.stop_token_ids

    def step(self) -> list[Any]:
        ended = [self.waiting.popitem() for _ in range(min(2, len(self.waiting)))]
        running = [SimpleNamespace(finished=False) for _ in self.waiting]
        return [*running, *(self._output(name, *asked) for name, asked in ended)]

    def abort_request(self, names: list[str]) -> None:
        self.aborted += names
        for name in names:
            self.waiting.pop(name, None)

    def _output(self, name: str, ids: list[int], params: Any) -> Any:
        assert params.temperature == 0
        checkpoint = backend(Path(self.model)).checkpoint
        new = greedy(checkpoint, ids, params.max_tokens, params.stop_token_ids, params.stop)
        out = SimpleNamespace(token_ids=tuple(new))
        return SimpleNamespace(request_id=name, prompt_token_ids=ids, outputs=[out], finished=True)


def backend(folder: Path, name: str = "transformers", **model: Any) -> Any:
    conf = ModelConf(repo=str(folder), dtype="float32", **model)
    return make(Setup(conf, BackendConf(name=name), folder, folder))


@pytest.fixture(params=[None, tiny.CHATML], ids=["plain", "chat template"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tiny.llama(tmp_path, template=request.param, seed=3)


@pytest.fixture
def _vllm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def llm(*, model: str, **settings: Any) -> Any:
        return SimpleNamespace(llm_engine=Engine(model, settings))

    params = ModuleType("vllm.sampling_params")
    params.RequestOutputKind = SimpleNamespace(FINAL_ONLY="final")  # type: ignore[attr-defined]
    module = ModuleType("vllm")
    module.LLM, module.TokensPrompt, module.SamplingParams = llm, dict, SimpleNamespace  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", module)
    monkeypatch.setitem(sys.modules, "vllm.sampling_params", params)
    monkeypatch.setattr("clue.backends.vllm.version", lambda name: f"{name} 1")
    monkeypatch.delenv("VLLM_NO_USAGE_STATS", raising=False)
    yield
    monkeypatch.delenv("VLLM_NO_USAGE_STATS", raising=False)


@pytest.mark.usefixtures("_vllm")
def test_the_engine_gets_our_tokens_and_answers_as_our_own_loop_does(folder: Path) -> None:
    made = backend(folder, "vllm", context=512)
    assert isinstance(made, VllmBackend)
    assert answers(made.generate(prompts())) == local(folder)
    expected = {"dtype": "float32", "max_model_len": 512, "generation_config": "vllm"}
    assert expected.items() <= made.engine.settings.items()
    assert made.identity()["version"] == "vllm 1"


@pytest.mark.usefixtures("_vllm")
def test_our_end_of_turn_ends_the_engines_answer(folder: Path) -> None:
    made = backend(folder, "vllm")
    end = inner_token(made.checkpoint)
    made.checkpoint.chat.stop_ids.append(end)
    found = answers(made.generate(prompts()))
    assert found == local(folder, end)
    assert made.engine.ends[-1] == end  # else it would generate on, and be cut here
    assert found[1].finish_reason == "stop"


@pytest.mark.usefixtures("_vllm")
def test_who_stops_listening_leaves_nothing_for_the_next_cell(folder: Path) -> None:
    made = backend(folder, "vllm")
    answering = made.generate(prompts(), done={0})
    next(answering)
    answering.close()
    assert sorted(made.engine.aborted) == ["1", "2", "3", "4", "5"]
    assert not made.engine.waiting
    assert answers(made.generate(prompts())) == local(folder)


def test_an_environment_without_vllm_is_told_where_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("clue.backends.vllm.version", missing)
    with pytest.raises(ModelUnavailable, match=r"not installed here.*docs/backends\.md"):
        backend(tmp_path, "vllm").identity()
