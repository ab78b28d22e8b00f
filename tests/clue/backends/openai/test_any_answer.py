"""Any bytes of a server: a completion that can be stored, scored and read, or a refusal."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clue.backends.openai.answer_format import parse_answer
from clue.backends.openai.http_client import RequestRefused, json_object
from clue.backends.openai.probe import DIALECTS
from clue.backends.openai.request_builder import RequestBuilder
from clue.backends.openai.request_format import Dialect, Request
from clue.checkpoints.chat_template import Chat
from clue.checkpoints.thought_form import CHAIN_OF_THOUGHT
from clue.config.scoring_schema import ScoringConf
from clue.metrics import failures, rouge
from clue.metrics.scorer import Scoring
from clue.records import Completion, Message, Prompt, Record, Sample
from clue.store.completions import CellStore
from clue.store.records_table import RecordsTable, read_table, write_table
from clue.task import meqsum
from tests import tiny
from tests.clue.backends.thinking_model import OPENED, TAGS

PROMPT = Prompt("1", (Message("user", "pain in my knee"),), 3)
SAMPLE = Sample("1", {"question": "pain"}, "How is pain treated?", "1")
ODD_NUMBERS = st.sampled_from([-1, 0, 3, 4, 2**31, 2**70, 1e30, -0.0, True, "3", None])
ODD_TEXTS = st.text(st.characters(), max_size=8) | st.sampled_from(
    ["a\x00b", "\ud800", "\u202e\x1b[31m", "\ufffe", "\r\n", "x" * 4000, ""]
)
JSON_VALUES = st.recursive(
    ODD_NUMBERS | ODD_TEXTS | st.floats(allow_nan=True),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ODD_TEXTS, inner, max_size=3),
    max_leaves=6,
)
PLACES: list[Callable[[Any], Any]] = [
    lambda answer: answer,
    lambda answer: answer["usage"],
    lambda answer: answer["choices"][0],
    lambda answer: answer["choices"][0].get("message", {}),
]


@pytest.fixture(scope="module")
def chat() -> Chat:
    return Chat(tiny.tokenizer(tiny.CHATML))


def valid_answer(dialect: Dialect, tokens: int) -> dict[str, Any]:
    choice: dict[str, Any] = {"finish_reason": "length"}
    choice |= {"message": {"content": "knee"}} if dialect.api == "chat" else {"text": "knee"}
    if dialect.ids:
        choice["token_ids"] = [70, 71, 72]
    usage = {"prompt_tokens": tokens, "completion_tokens": 3}
    return {"model": "m", "choices": [choice], "usage": usage}


def check_usable(completion: Completion) -> None:
    """Store an answer, read, score and tabulate it."""
    with TemporaryDirectory() as folder:
        store = CellStore(Path(folder))
        store.append(PROMPT, completion)
        assert list(store.completions().values()) == [completion]
        answer = meqsum.parse(completion.text, SAMPLE)
        scoring = Scoring(ScoringConf(), Path(folder))
        scores = rouge.score(["rougeL"], [answer], [SAMPLE.target], scoring)
        record = Record(
            *("meqsum", "m", "1", 0, "1", PROMPT.sha256, "0", completion, answer),
            scores={name: values[0] for name, values in scores.items()},
            flags=failures.flags(completion.text, answer, SAMPLE, meqsum),
            measures=failures.measures(completion.text),
        )
        table = RecordsTable([record], {})
        assert read_table(write_table(Path(folder) / "t.parquet", table), verify=True) == table


def outcome(
    dialect: Dialect, chat: Chat, body: bytes, request: Request | None = None
) -> Completion | None:
    """The completion of a body; None if it is refused."""
    request = request or RequestBuilder(dialect, chat, "m").answer(PROMPT)
    answer = json_object(body)
    if answer is None:
        return None
    try:
        return parse_answer(dialect, chat, request, answer, 0.1)
    except RequestRefused:
        return None


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_a_plausible_answer_is_usable(dialect: Dialect, chat: Chat) -> None:
    request = RequestBuilder(dialect, chat, "m").answer(PROMPT)
    body = json.dumps(valid_answer(dialect, request.tokens)).encode()
    completion = outcome(dialect, chat, body)
    assert completion is not None
    assert (completion.finish_reason, completion.new_tokens) == ("length", 3)
    check_usable(completion)


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_changed_answer_is_usable_or_refused(data: st.DataObject, chat: Chat) -> None:
    dialect = data.draw(st.sampled_from(DIALECTS))
    request = RequestBuilder(dialect, chat, "m").answer(PROMPT)
    answer = copy.deepcopy(valid_answer(dialect, request.tokens))
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from(PLACES))(answer)
        names = [*place, "reasoning_content"] if place else ["choices"]
        value = data.draw(JSON_VALUES | st.lists(st.integers(-1, 3000), max_size=5))
        place[data.draw(st.sampled_from(names))] = value
        if not _has_places(answer):
            break
    completion = outcome(dialect, chat, json.dumps(answer).encode())
    if completion is not None:
        check_usable(completion)


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_changed_answer_with_a_thought_is_usable_or_refused(
    data: st.DataObject, chat: Chat
) -> None:
    dialect = data.draw(st.sampled_from([one for one in DIALECTS if one.api == "chat"]))
    form = data.draw(st.sampled_from([CHAIN_OF_THOUGHT, TAGS, OPENED, None]))
    request = RequestBuilder(dialect, chat, "m").both(replace(PROMPT, thought_tokens=5), form)
    ids = data.draw(st.lists(st.integers(0, len(chat.tokenizer) - 1), min_size=1, max_size=8))
    text = data.draw(st.sampled_from(["knee", "<think>a</think>b", "a\nAnswer: b", "", "<think>"]))
    message = {"content": text, "reasoning_content": data.draw(JSON_VALUES)}
    reason = "length" if len(ids) == 8 else "stop"
    choice = {"finish_reason": reason, "message": message, "token_ids": ids}
    details = data.draw(JSON_VALUES | st.fixed_dictionaries({"reasoning_tokens": ODD_NUMBERS}))
    usage = {"prompt_tokens": request.tokens, "completion_tokens": len(ids)}
    answer = {"choices": [choice], "usage": usage | {"completion_tokens_details": details}}
    completion = outcome(dialect, chat, json.dumps(answer).encode(), request)
    if completion is not None:
        check_usable(completion)
        assert completion.thought_end is not None
        assert completion.new_tokens <= PROMPT.max_new_tokens
        assert completion.new_tokens + completion.thought_tokens <= len(ids)


@given(body=st.binary(max_size=60))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_refused(body: bytes, chat: Chat) -> None:
    assert outcome(DIALECTS[0], chat, body) is None


def _has_places(answer: dict[str, Any]) -> bool:
    """True if the answer still has the places that a second change may choose."""
    try:
        return all(isinstance(place(answer), dict) for place in PLACES)
    except (KeyError, TypeError, IndexError, AttributeError):
        return False
