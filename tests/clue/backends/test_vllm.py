"""The tests replace vLLM's engine by `generate`: the library needs an environment of its own."""

import importlib.metadata
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from clue.backends import Setup, create_backend
from clue.backends.vllm import VllmBackend
from clue.checkpoints.thought_form import ThoughtForm
from clue.config.generation_schema import GenerationConf, ThinkingConf
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelUnavailable
from clue.store import plausible
from tests import tiny
from tests.clue.backends.openai.prompts_and_answers import (
    answers,
    inner_token,
    local_answers,
    prompts,
)
from tests.clue.backends.openai.server import continuation, token_logprobs
from tests.clue.backends.thinking_model import (
    COT,
    FORCED,
    NATIVE,
    OPENED,
    SPECIALS,
    TAGS,
    question,
    script,
)

ABSENT = (GenerationConf(), ThinkingConf(mode="native", absent="answer"))
Ways = Sequence[Any]
"""Settings of generation and of thinking."""


@dataclass
class Engine:
    """Ends two requests at a step, the newest first."""

    model: str
    settings: dict[str, Any]
    waiting: dict[str, tuple[list[int], Any]] = field(default_factory=dict)
    aborted: list[str] = field(default_factory=list)
    end_ids: list[int] = field(default_factory=list)
    """Of the newest request."""
    sent: list[Any] = field(default_factory=list)
    """Parameters of all requests."""
    says: Any = None
    """Continuation of a prompt's text, in the place of the model's."""

    def add_request(self, name: str, prompt: Any, params: Any) -> None:
        assert name not in self.waiting
        self.waiting[name] = prompt["prompt_token_ids"], params
        self.sent.append(params)
        self.end_ids = getattr(params, "stop_token_ids", [])

    def step(self) -> list[Any]:
        finished = [self.waiting.popitem() for _ in range(min(2, len(self.waiting)))]
        running = [SimpleNamespace(finished=False) for _ in self.waiting]
        return [*running, *(self._output(name, *request) for name, request in finished)]

    def abort_request(self, names: list[str]) -> None:
        self.aborted += names
        for name in names:
            self.waiting.pop(name, None)

    def _output(self, name: str, ids: list[int], params: Any) -> Any:
        checkpoint = backend(Path(self.model)).checkpoint
        if getattr(params, "prompt_logprobs", None):
            values = [
                None,
                *(
                    {ids[n + 1]: SimpleNamespace(logprob=value)}
                    for n, value in enumerate(token_logprobs(checkpoint, ids))
                ),
            ]
            return SimpleNamespace(request_id=name, prompt_logprobs=values, finished=True)
        new = continuation(checkpoint, ids, vars(params), self.says)
        out = SimpleNamespace(token_ids=tuple(new))
        return SimpleNamespace(request_id=name, prompt_token_ids=ids, outputs=[out], finished=True)


def backend(folder: Path, name: str = "transformers", ways: Ways = (), **model: Any) -> Any:
    conf = ModelConf(repo=str(folder), dtype="float32", **model)
    return create_backend(Setup(conf, BackendConf(name=name), folder, folder, *ways))


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
    vllm_backend = backend(folder, "vllm", context=512)
    assert isinstance(vllm_backend, VllmBackend)
    assert answers(vllm_backend.generate(prompts())) == local_answers(folder)
    expected = {"dtype": "float32", "max_model_len": 512, "generation_config": "vllm"}
    assert expected.items() <= vllm_backend.engine.settings.items()
    assert vllm_backend.identity()["version"] == "vllm 1"


@pytest.mark.usefixtures("_vllm")
def test_our_end_of_turn_ends_the_engines_answer(folder: Path) -> None:
    vllm_backend = backend(folder, "vllm")
    end = inner_token(vllm_backend.checkpoint)
    vllm_backend.checkpoint.chat.stop_ids.append(end)
    completions = answers(vllm_backend.generate(prompts()))
    assert completions == local_answers(folder, end)
    assert vllm_backend.engine.end_ids[-1] == end  # else it would generate on, and be cut here
    assert completions[1].finish_reason == "stop"


@pytest.mark.usefixtures("_vllm")
def test_who_stops_listening_leaves_nothing_for_the_next_cell(folder: Path) -> None:
    vllm_backend = backend(folder, "vllm")
    answering = vllm_backend.generate(prompts(), done={0})
    next(answering)
    answering.close()
    assert sorted(vllm_backend.engine.aborted) == ["1", "2", "3", "4", "5"]
    assert not vllm_backend.engine.waiting
    assert answers(vllm_backend.generate(prompts())) == local_answers(folder)


@pytest.mark.usefixtures("_vllm")
def test_the_engine_scores_continuations_as_our_own_loop_does(folder: Path) -> None:
    options = [["knee", "pain", "what are"][: 2 + n % 2] for n in range(len(prompts()))]
    vllm_backend = backend(folder, "vllm")
    assert vllm_backend.likelihood_problem() is None
    scores = dict(vllm_backend.loglikelihood(prompts(), options, done={3}))
    expected = dict(backend(folder).loglikelihood(prompts(), options, done={3}))
    assert scores.keys() == expected.keys() == set(range(len(prompts()))) - {3}
    for index, values in scores.items():
        assert [value.ids for value in values] == [value.ids for value in expected[index]]
        for value, other in zip(values, expected[index], strict=True):
            assert value.logprobs == pytest.approx(other.logprobs, abs=1e-4)
    assert not vllm_backend.engine.waiting


def test_an_environment_without_vllm_is_told_where_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("clue.backends.vllm.version", missing)
    with pytest.raises(ModelUnavailable, match=r"not installed here.*docs/backends\.md"):
        backend(tmp_path, "vllm").identity()


@pytest.mark.usefixtures("_vllm")
@pytest.mark.parametrize(
    ("ways", "form", "text", "expected"),
    [
        (COT, None, "pain\n**Answer:** tablets", ("tablets", "stop", "pain", "closed")),
        (COT, None, "z" * 70, (FORCED, "stop", "z" * 60, "cut")),
        (COT, None, "tablets", (FORCED, "stop", "tablets", "cut")),
        (NATIVE, TAGS, "<think>\npain</think>\n\nknee", ("\n\nknee", "stop", "pain", "closed")),
        (NATIVE, OPENED, "z" * 70, (FORCED, "stop", "z" * 60, "cut")),
        (NATIVE, OPENED, "pain", ("", "stop", "pain", "open")),
        (NATIVE, TAGS, "knee", ("knee", "stop", None, "absent")),
        (NATIVE, TAGS, "z" * 50, ("z" * 40, "length", None, "absent")),
        (ABSENT, None, "pain knee", ("pain knee", "stop", None, None)),
    ],
)
def test_an_answer_follows_its_thought(
    tmp_path: Path, ways: Ways, form: ThoughtForm | None, text: str, expected: Any
) -> None:
    folder = tiny.llama(tmp_path, template=tiny.CHATML, specials=SPECIALS)
    vllm_backend = backend(folder, "vllm", ways)
    vllm_backend.checkpoint.chat.thoughts = form
    vllm_backend.engine.says = script(text)
    asked = [question(), replace(question(), thought_tokens=0), question()]
    completions = answers(vllm_backend.generate(asked))
    assert completions[0] == completions[2]
    first = completions[0]
    assert (first.text, first.finish_reason, first.thought, first.thought_end) == expected
    assert plausible.fault(first, 40, 60) is None
    assert first.prompt_tokens == vllm_backend.count(question())
    assert completions[1].thought_end is None
    assert vllm_backend.identity()["thinking"] == "two phases"
    assert not vllm_backend.engine.waiting


@pytest.mark.usefixtures("_vllm")
def test_who_stops_listening_leaves_no_thought_for_the_next_cell(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path, template=tiny.CHATML + "{# </think> #}")
    vllm_backend = backend(folder, "vllm", NATIVE)
    vllm_backend.checkpoint.chat.thoughts = OPENED
    vllm_backend.engine.says = script("pain</think>knee")
    answering = vllm_backend.generate([question()] * 6)
    next(answering)
    answering.close()
    assert not vllm_backend.engine.waiting
    assert len(answers(vllm_backend.generate([question()] * 6))) == 6


@pytest.mark.usefixtures("_vllm")
def test_a_thought_and_its_answer_have_parameters_of_their_own(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path, template=tiny.CHATML, specials=SPECIALS)
    vllm_backend = backend(folder, "vllm", (GenerationConf(temperature=0.7), NATIVE[1]))
    chat = vllm_backend.checkpoint.chat
    chat.thoughts = OPENED
    vllm_backend.engine.says = script("pain</think>knee")
    dict(vllm_backend.generate([question()]))
    thought, answer = vllm_backend.engine.sent
    assert thought.seed != answer.seed
    assert (thought.max_tokens, answer.max_tokens) == (60, 40)
    mark = chat.tokenizer.convert_tokens_to_ids("</think>")
    assert thought.stop_token_ids == [*answer.stop_token_ids, mark]
    assert thought.skip_special_tokens is False
    assert not hasattr(answer, "skip_special_tokens")


@pytest.mark.usefixtures("_vllm")
def test_each_draw_has_a_seed_of_its_own(folder: Path) -> None:
    conf = GenerationConf(temperature=0.7, top_p=0.9, draws=4)
    vllm_backend = backend(folder, "vllm", [conf])
    asked = [replace(prompts(1)[0], draw=draw) for draw in range(4)]
    completions = answers(vllm_backend.generate(asked))
    assert len({completion.text for completion in completions.values()}) > 2
    assert answers(vllm_backend.generate(asked, done={0, 1, 3})) == {2: completions[2]}
    greedy = backend(folder, "vllm").identity()
    assert vllm_backend.identity() == {**greedy, "sampling": "vllm-vllm 1"}
    assert not {"sampling", "thinking"} & set(greedy)
