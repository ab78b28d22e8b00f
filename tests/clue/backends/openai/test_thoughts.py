"""Thoughts before answers of servers, in two requests or in one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clue.backends.openai.answer_format import parse_answer
from clue.backends.openai.request_builder import RequestBuilder
from clue.backends.openai.request_format import Dialect
from clue.checkpoints.chat_template import Chat
from clue.checkpoints.thought_form import ThoughtForm
from clue.config.generation_schema import GenerationConf, ThinkingConf
from clue.config.schema import ModelConf
from clue.errors import ModelError
from clue.records import Completion, Prompt
from tests import tiny
from tests.clue.backends.openai.prompts_and_answers import answers, openai_backend
from tests.clue.backends.openai.server import Habits, Server
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

KINDS = {
    "tokens, ids": {},
    "text, ids": {"takes": ("text",)},
    "tokens, text": {"ids": False},
    "text, text": {"takes": ("text",), "ids": False},
}


@contextmanager
def thinking(
    folder: Path, text: str, ways: Any, form: ThoughtForm | None = None, **habits: Any
) -> Iterator[tuple[Server, Any]]:
    """A server whose model writes this text, and the backend."""
    with Server(folder, Habits(says=script(text), **habits)).running() as server:
        # the template shows no form of thoughts; each test has one of its own
        model = ModelConf(repo=str(folder), dtype="float32", thought_tags=["<think>", "</think>"])
        backend = openai_backend(server, model, ways, concurrency=1, retries=0)
        backend.checkpoint.chat.thoughts = form
        yield server, backend


def completion(backend: Any, prompt: Prompt | None = None) -> Completion:
    return answers(backend.generate([prompt or question()]))[0]


def summary(answer: Completion) -> tuple[Any, ...]:
    return answer.text.strip(), answer.finish_reason, answer.thought, answer.thought_end


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("ways", "model", "expected"),
    [
        (COT, (None, "pain\n**Answer:** tablets"), ("tablets", "stop", "pain", "closed")),
        (COT, (None, "pain " * 60), (FORCED, "stop", None, "cut")),
        (COT, (None, "tablets"), (FORCED, "stop", "tablets", "cut")),
        (NATIVE, (TAGS, "<think>\npain</think>\n\nknee"), ("knee", "stop", "pain", "closed")),
        (NATIVE, (OPENED, "pain</think>knee"), ("knee", "stop", "pain", "closed")),
        (NATIVE, (OPENED, "pain " * 60), (FORCED, "stop", None, "cut")),
        (NATIVE, (OPENED, "pain"), ("", "stop", "pain", "open")),
        (NATIVE, (TAGS, "knee"), ("knee", "stop", None, "absent")),
        (NATIVE, (TAGS, "z" * 50), ("z" * 40, "length", None, "absent")),
    ],
)
def test_an_answer_follows_its_thought(
    folder: Path, kind: str, ways: Any, model: tuple[ThoughtForm | None, str], expected: Any
) -> None:
    form, text = model
    with thinking(folder, text, ways, form, **KINDS[kind]) as (server, backend):
        answer = completion(backend)
        assert backend.identity()["thinking"] == "two phases"
    if expected[3] == "cut" and expected[2] is None:  # as much of it as its budget had
        assert answer.thought
        assert text.startswith(answer.thought)
        expected = (*expected[:2], answer.thought, "cut")
    assert summary(answer) == expected
    assert 0 <= answer.new_tokens <= question().max_new_tokens
    assert (answer.new_tokens == 0) == (expected[3] == "open")
    assert (answer.thought_tokens > 0) == (expected[3] != "absent")
    assert answer.prompt_tokens == backend.count(question())
    asked_again = expected[3] in ("closed", "cut") or expected[1] == "length"
    assert server.requests[-1]["max_tokens"] == (40 if asked_again else 60)


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_continues_the_models_own_text(folder: Path, kind: str) -> None:
    with thinking(folder, "pain</think>knee", NATIVE, OPENED, **KINDS[kind]) as (server, backend):
        completion(backend)
    thought, answer = server.requests[-2:]
    assert (thought["max_tokens"], answer["max_tokens"]) == (60, 40)
    decode = server.checkpoint.chat.tokenizer.decode
    sent = [p if isinstance(p, str) else decode(p) for p in (thought["prompt"], answer["prompt"])]
    assert sent[1] == sent[0] + "pain</think>"


def test_a_thought_ends_at_its_mark_where_ids_come_back(folder: Path) -> None:
    with thinking(folder, "pain</think>knee", NATIVE, OPENED) as (server, backend):
        answer = completion(backend)
    assert server.requests[-2]["stop"] == ["</think>"]
    closed = backend.checkpoint.chat.tokenizer("pain</think>", add_special_tokens=False)
    assert answer.thought_tokens == len(closed["input_ids"])
    answered = backend.checkpoint.chat.tokenizer("knee", add_special_tokens=False)
    assert answer.new_tokens == len(answered["input_ids"]) + 1


def test_special_tokens_may_mark_a_thought(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path, template=tiny.CHATML, specials=SPECIALS)
    text = "<think>pain</think>knee"
    with thinking(folder, text, NATIVE, TAGS) as (server, backend):
        assert summary(completion(backend)) == ("knee", "stop", "pain", "closed")
        mark = backend.checkpoint.chat.tokenizer.convert_tokens_to_ids("</think>")
        assert mark in server.requests[-2]["stop_token_ids"]
        assert server.requests[-2]["skip_special_tokens"] is False
        assert mark not in server.requests[-1]["stop_token_ids"]
    with (
        thinking(folder, text, NATIVE, TAGS, ids=False, takes=("text",)) as (_, backend),
        pytest.raises(ModelError, match=r"texts without special tokens.*backend\.api=chat"),
    ):
        backend.identity()


def test_sampled_thoughts_and_answers_have_seeds_of_their_own(folder: Path) -> None:
    ways = (GenerationConf(temperature=0.7), ThinkingConf(mode="native"))
    with thinking(folder, "pain</think>knee", ways, OPENED) as (server, backend):
        completion(backend)
    seeds = [body["seed"] for body in server.requests[-2:]]
    assert seeds[0] != seeds[1]


def test_who_was_not_to_think_answers_at_once(folder: Path) -> None:
    absent = (GenerationConf(), ThinkingConf(mode="native", absent="answer"))
    for ways, budgets in ((COT, {"thought_tokens": 0}), (absent, {})):
        for takes in (("tokens",), ("chat",)):
            with thinking(folder, "pain</think>knee", ways, takes=takes) as (server, backend):
                answer = completion(backend, question(**budgets))
            assert summary(answer) == ("pain</think>knee", "stop", None, None)
            assert server.requests[-1]["max_tokens"] == 40


CHAT = {"takes": ("chat",)}


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize(
    "habits", [{}, {"separates": "</think>"}, {"separates": "</think>", "reports": True}]
)
@pytest.mark.parametrize("form", [TAGS, OPENED, None])
@pytest.mark.parametrize(
    "written",
    [
        ("<think>\npain</think>knee", ("knee", "stop", "pain", "closed")),
        ("<think>\npain", ("", "stop", "pain", "open")),
        ("<think>pain</think>" + "z" * 60, ("z" * 40, "length", "pain", "closed")),
    ],
)
def test_one_request_has_both(
    folder: Path, form: Any, written: tuple[str, Any], habits: Any, *, ids: bool
) -> None:
    text, expected = written
    text = text.removeprefix("<think>\n") if form is OPENED else text
    with thinking(folder, text, NATIVE, form, **CHAT, ids=ids, **habits) as (server, backend):
        answer = completion(backend)
        assert backend.identity()["thinking"] == "one request"
    assert server.requests[-1]["max_tokens"] == 100
    thought = (answer.thought or "").removeprefix("<think>").strip()
    assert (answer.text.strip(), answer.finish_reason, thought, answer.thought_end) == expected
    tokens = len(backend.checkpoint.chat.tokenizer(text, add_special_tokens=False)["input_ids"]) + 1
    if answer.finish_reason == "stop":
        assert answer.new_tokens + answer.thought_tokens == tokens
    else:
        assert answer.new_tokens == 40
    assert (answer.new_tokens == 0) == (answer.thought_end == "open")


@pytest.mark.parametrize("ids", [True, False])
def test_a_chain_of_thought_of_one_request_is_split_at_its_heading(
    folder: Path, *, ids: bool
) -> None:
    for text, expected in (
        ("pain\nAnswer: knee", ("knee", "stop", "pain", "closed")),
        ("knee", ("", "stop", "knee", "open")),
    ):
        with thinking(folder, text, COT, **CHAT, ids=ids) as (_, backend):
            assert summary(completion(backend)) == expected


def test_a_chain_of_thought_adds_to_the_thought_that_a_server_separates(folder: Path) -> None:
    habits = {**CHAT, "separates": "</think>"}
    with thinking(folder, "why</think>pain\nAnswer: knee", COT, **habits) as (_, backend):
        assert summary(completion(backend)) == ("knee", "stop", "why\n\npain", "closed")


def test_a_hidden_thought_has_its_reported_tokens(folder: Path) -> None:
    habits: Any = {**CHAT, "separates": "</think>", "field": "", "reports": True, "ids": False}
    with thinking(folder, "pain</think>knee", NATIVE, None, **habits) as (_, backend):
        answer = completion(backend)
    assert summary(answer) == ("knee", "stop", "", "closed")
    closed = backend.checkpoint.chat.tokenizer("pain</think>", add_special_tokens=False)
    assert answer.thought_tokens == len(closed["input_ids"])


def test_without_thinking_a_thought_alone_stays_an_error(folder: Path) -> None:
    habits = {**CHAT, "separates": "</think>"}
    with (
        thinking(folder, "pain", (), None, **habits) as (_, backend),
        pytest.raises(ModelError, match=r"thoughts without an answer.*thinking\.mode=native"),
    ):
        completion(backend)


def test_special_tokens_may_mark_the_thought_of_one_request(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path, template=tiny.CHATML, specials=SPECIALS)
    text = "<think>pain</think>kn<|im_start|>ee"
    with thinking(folder, text, NATIVE, TAGS, **CHAT) as (_, backend):
        assert summary(completion(backend)) == ("knee", "stop", "pain", "closed")


@pytest.mark.parametrize("budget", [9, 2])
def test_the_answers_own_ids_are_counted_and_cut(budget: int) -> None:
    chat = Chat(tiny.tokenizer(tiny.CHATML))
    one = {token: chat.tokenizer.convert_tokens_to_ids(token) for token in "<think>aine/k"}
    ids = [one[letter] for letter in "<think>ain</think>knee"] + [chat.tokenizer.eos_token_id]
    assert len(chat.tokenizer("knee", add_special_tokens=False)["input_ids"]) < 4
    dialect = Dialect("chat", ids=True, bos="server's")
    prompt = question(max_new_tokens=budget)
    request = RequestBuilder(dialect, chat, "m").both(prompt, TAGS)
    message = {"content": "<think>ain</think>knee"}
    answer = {
        "choices": [{"message": message, "finish_reason": "stop", "token_ids": ids}],
        "usage": {"prompt_tokens": 9, "completion_tokens": len(ids)},
    }
    split = parse_answer(dialect, chat, request, answer, 0.0)
    assert split.thought_tokens == len("<think>ain</think>")
    expected = ("knee", 5, "stop") if budget == 9 else ("kn", 2, "length")
    assert (split.text, split.new_tokens, split.finish_reason) == expected
