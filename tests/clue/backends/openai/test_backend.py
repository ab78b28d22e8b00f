from pathlib import Path

import pytest

from clue.backends.openai.backend import OpenAIBackend
from clue.backends.openai.probe_request import PROBE
from clue.config.schema import BackendConf, ModelConf, PrivacyConf
from clue.errors import ModelError, ModelUnavailable, PrivacyError
from clue.privacy import check_endpoint
from clue.records import Prompt
from tests import tiny
from tests.clue.backends.openai.prompts_and_answers import (
    BUDGET,
    SYSTEM,
    answers,
    inner_token,
    local_answers,
    openai_backend,
    prompts,
)
from tests.clue.backends.openai.server import Habits, Server

KINDS = {
    "vLLM": (Habits(), ("tokens", "ids", "ours")),
    "vLLM, text": (Habits(takes=("text", "chat")), ("text", "ids", "ours")),
    "ids without extras": (Habits(ids=False), ("tokens", "text", "ours")),
    "text without extras": (Habits(takes=("text",), ids=False), ("text", "text", "server's")),
    "text with a BOS always": (
        Habits(takes=("text",), ids=False, bos=True),
        ("text", "text", "server's"),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("template", [None, tiny.CHATML], ids=["plain", "chat template"])
def test_every_kind_of_completions_answers_as_our_own_loop_does(
    kind: str, template: str | None, tmp_path: Path
) -> None:
    folder = tiny.llama(tmp_path, template=template, seed=3)
    habits, expected = KINDS[kind]
    with Server(folder, habits).running() as server:
        backend = openai_backend(server, folder)
        assert answers(backend.generate(prompts())) == local_answers(folder)
        identity = backend.identity()
    assert (identity["api"], identity["answers"], identity["bos"]) == expected


@pytest.mark.parametrize("habits", [Habits(), Habits(ids=False)], ids=["ids", "strings"])
def test_our_end_of_turn_ends_an_answer_of_a_server_that_does_not_know_it(
    habits: Habits, folder: Path
) -> None:
    with Server(folder, habits).running() as server:
        backend = openai_backend(server, folder)
        end = inner_token(server.checkpoint)
        backend.checkpoint.chat.stop_ids.append(end)
        completions = answers(backend.generate(prompts()))
    assert completions[1].finish_reason == "stop"
    assert completions[1].new_tokens <= BUDGET // 2 + 1
    if habits.ids:  # where an end token is a string, it may also occur within another token
        assert server.requests[-1]["stop_token_ids"][-1] == end
        assert completions == local_answers(folder, end)


def test_a_stop_string_ends_an_answer_where_it_ends_our_own(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path, seed=3)
    with Server(folder, Habits(ids=False)).running() as server:
        backend = openai_backend(server, folder)
        full = answers(backend.generate(prompts()))[1]
        stop = full.text[3:6]
        for checkpoint in (backend.checkpoint, server.checkpoint):
            checkpoint.chat.stop_strings = (stop,)
        cut = answers(backend.generate(prompts()))[1]
    assert cut.text == full.text.partition(stop)[0]
    assert (cut.finish_reason, full.finish_reason) == ("stop", "length")


def test_a_server_without_completions_gets_turns_and_the_identity_says_so(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Server(folder, Habits(takes=("chat",), ids=False)).running() as server:
        backend = openai_backend(server, folder)
        assert backend.identity()["api"] == "chat"
        assert len(dict(backend.generate(prompts(2)))) == 2
        assert server.requests[-1]["messages"][0] == {
            "role": "system",
            "content": SYSTEM.content,
        }
        first = prompts()[0]
        bos = backend.count(first) - len(backend.checkpoint.chat.render(first.messages)[1:])
        ours = backend.count(Prompt("", PROBE.messages, 1))
    assert backend.identity()["probe_tokens"] == ours - bos
    assert "uses its own chat template" in caplog.text


@pytest.mark.parametrize("ids", [True, False])
def test_thinking_is_switched_off_at_a_server_that_lays_out_turns_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, *, ids: bool
) -> None:
    switch = "{% if add_generation_prompt and enable_thinking is false %}<think></think>{% endif %}"
    tiny.llama(tmp_path, template=tiny.CHATML + switch)
    with Server(tmp_path, Habits(takes=("chat",), ids=ids)).running() as server:
        backend = openai_backend(server, tmp_path)
        assert backend.identity()["chat"]["thinking"] == {"enable_thinking": False}
        sent = server.requests[-1].get("chat_template_kwargs")
    assert sent == ({"enable_thinking": False} if ids else None)
    assert ("start it with that value" in caplog.text) is not ids


def test_another_models_template_needs_a_server_that_takes_our_prompts(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "tiny", template=None)
    path = tmp_path / "chat.jinja"
    path.write_text(tiny.CHATML)
    model = ModelConf(repo=str(folder), dtype="float32", chat_template=str(path))
    with Server(folder, Habits(takes=("tokens",))).running() as server:
        backend = openai_backend(server, model)
        assert backend.identity()["chat"]["layout"] == "chat template"
        assert len(dict(backend.generate(prompts(1)))) == 1
    with (
        Server(folder, Habits(takes=("chat",))).running() as server,
        pytest.raises(ModelError, match=r"backend\.api=tokens, text\)"),
    ):
        openai_backend(server, model).identity()
    chat = BackendConf(name="openai", url="http://127.0.0.1:8000/v1", api="chat")
    (problem,) = OpenAIBackend.setting_problems(model, chat)
    assert problem.startswith("model.chat_template is ignored with backend.api=chat")


def test_a_server_that_breaks_at_token_ids_gets_text(folder: Path) -> None:
    with Server(folder, Habits(takes=("text",), refuses=500)).running() as server:
        assert openai_backend(server, folder).identity()["api"] == "text"


def test_a_busy_server_is_not_taken_for_one_that_takes_less(folder: Path) -> None:
    with (
        Server(folder, Habits(takes=("text",), refuses=503)).running() as server,
        pytest.raises(ModelUnavailable, match=r"does not answer \(HTTP 503\)"),
    ):
        openai_backend(server, folder).identity()


def test_a_wished_way_that_the_server_does_not_take_is_an_error(folder: Path) -> None:
    with (
        Server(folder, Habits(takes=("chat",))).running() as server,
        pytest.raises(ModelError, match=r"backend.api=tokens(?s:.)*HTTP 400.*no tokens here"),
    ):
        openai_backend(server, folder, api="tokens").identity()


def test_what_is_done_is_not_asked_again(server: Server, folder: Path) -> None:
    backend = openai_backend(server, folder)
    backend.identity()
    before = len(server.requests)
    rest = answers(backend.generate(prompts(), done={0, 1, 5}))
    assert sorted(rest) == [2, 3, 4, 6]
    assert len(server.requests) - before == 4
    assert rest.items() <= local_answers(folder).items()


def test_greedy_decoding_is_asked_for_without_penalties(server: Server, folder: Path) -> None:
    dict(openai_backend(server, folder).generate(prompts(1)))
    sent = server.requests[-1]
    expected = {"temperature": 0, "seed": 0, "frequency_penalty": 0, "presence_penalty": 0}
    expected |= {"repetition_penalty": 1, "max_tokens": BUDGET}
    assert expected.items() <= sent.items()


def test_the_context_is_the_smallest_that_anybody_names(folder: Path) -> None:
    with Server(folder, Habits(card={"max_model_len": 100})).running() as server:
        assert openai_backend(server, folder).context() == 100
    with Server(folder, Habits(card={})).running() as server:
        assert openai_backend(server, folder).context() == 2048


def test_another_server_has_another_identity(folder: Path) -> None:
    identities = []
    for habits in (Habits(), Habits(version="0.0.2"), Habits(ids=False), Habits(card={})):
        with Server(folder, habits).running() as server:
            identities.append(str(openai_backend(server, folder).identity()))
    assert len(set(identities)) == 4


def test_text_of_credentialed_data_is_not_sent_to_another_machine(folder: Path) -> None:
    backend = openai_backend("https://llm.example/v1", folder)
    with pytest.raises(PrivacyError, match=r"https://llm\.example is not this machine"):
        check_endpoint(backend.endpoint(), "credentialed", "notes", PrivacyConf())
