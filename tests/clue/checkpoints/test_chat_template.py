from typing import Any

import pytest

from clue.checkpoints.chat_template import Chat
from clue.errors import ModelError
from tests import tiny
from tests.clue.checkpoints.layouts import TALK

TURNS = "{{ bos_token }}" + tiny.CHATML
REFUSES = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system please') }}{% endif %}"
    + TURNS
)
DROPS = "{% for m in messages if m.role != 'system' %}[{{ m.role }}]{{ m.content }}{% endfor %}"
DATED = "{{ strftime_now('%d %b %Y') }}|{{ strftime_now('%Y-%m-%d') }}|" + tiny.CHATML


def text(chat: Chat) -> str:
    decoded: str = chat.tokenizer.decode(chat.render(TALK))
    return decoded


def test_a_template_with_a_system_turn_is_used_as_it_is() -> None:
    chat = Chat(tiny.tokenizer(TURNS))
    assert chat.facts["system"] == "own turn"
    assert text(chat).startswith(
        "<s><|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\none"
    )
    assert text(chat).endswith("two<|im_end|>\n<|im_start|>assistant\n")


@pytest.mark.parametrize("template", [REFUSES, DROPS])
def test_a_system_turn_that_is_refused_or_dropped_joins_the_user_turn(template: str) -> None:
    chat = Chat(tiny.tokenizer(template))
    assert chat.facts["system"] == "folded into the user turn"
    assert "Be brief.\n\none" in text(chat)
    assert "system" not in text(chat)


@pytest.mark.parametrize("template", [TURNS, tiny.CHATML, None])
def test_there_is_one_bos_whether_the_template_has_it_or_not(template: str | None) -> None:
    chat = Chat(tiny.tokenizer(template))
    assert chat.render(TALK).count(chat.tokenizer.bos_token_id) == 1
    assert chat.render(TALK)[0] == chat.tokenizer.bos_token_id


def test_no_bos_for_a_tokenizer_that_has_no_such_habit() -> None:
    chat = Chat(tiny.tokenizer(tiny.CHATML, bos=False))
    assert chat.tokenizer.bos_token_id not in chat.render(TALK)


def test_a_doubled_bos_is_refused() -> None:
    chat = Chat(tiny.tokenizer("{{ bos_token }}" + TURNS))
    with pytest.raises(ModelError, match="two BOS"):
        chat.render(TALK)


def test_dates_are_frozen() -> None:
    assert "26 Jul 2024|2024-07-26|" in text(Chat(tiny.tokenizer(DATED)))


def test_the_end_of_turn_is_found_where_no_config_names_it() -> None:
    tokenizer = tiny.tokenizer(TURNS)
    ids = tokenizer.convert_tokens_to_ids
    assert Chat(tokenizer).stop_ids == sorted([ids("</s>"), ids("<|im_end|>")])
    assert Chat(tokenizer, end_ids=[77]).stop_ids[-1] == 77


@pytest.mark.parametrize(
    ("template", "stop"),
    [
        (TURNS.replace("<|im_end|>", "<|im_stop|>"), "<|im_stop|>"),
        (TURNS.replace("<|im_end|>", "###</s>"), "###"),
        (
            "{% for m in messages %}### {{ m.role | title }}:\n{{ m.content }}\n\n{% endfor %}",
            "\n### User:",
        ),
        ("{% for m in messages %}{{ m.content }}\n{% endfor %}", None),
        (TURNS.replace("<|im_end|>", "."), None),
    ],
)
def test_text_after_an_answer_is_a_stop_string_where_no_token_ends_it(
    template: str, stop: str | None
) -> None:
    chat = Chat(tiny.tokenizer(template))
    assert chat.stop_strings == ((stop,) if stop else ())
    assert chat.facts["stop_strings"] == list(chat.stop_strings)
    assert Chat(tiny.tokenizer(TURNS)).stop_strings == ()
    if stop:
        ids = chat.tokenizer(f"1{stop}\nmore", add_special_tokens=False)["input_ids"]
        completion = chat.completion(3, ids, 0.1)
        assert (completion.text, completion.finish_reason) == ("1", "stop")


def test_without_a_template_turns_are_headed_and_the_next_heading_stops() -> None:
    chat = Chat(tiny.tokenizer(None))
    assert text(chat) == "<s>Be brief.\n\nInput: one\nOutput: 1\n\nInput: two\nOutput:"
    assert chat.stop_strings == ("\nInput:",)
    assert chat.facts["layout"] == "plain"


def test_a_template_that_refuses_every_turn_is_named() -> None:
    with pytest.raises(ModelError, match="refuses user and assistant turns: never"):
        Chat(tiny.tokenizer("{{ raise_exception('never') }}"))


def test_a_template_that_drops_the_text_of_turns_is_refused() -> None:
    with pytest.raises(ModelError, match="drops the text of a turn"):
        Chat(tiny.tokenizer(TURNS.replace("m['content']", "m.text")))


PARTS = TURNS.replace(
    "{{ m['content'] }}", "{% for part in m.content %}{{ part.text }}{% endfor %}"
)


@pytest.mark.parametrize("before", ["", REFUSES.partition("{% endif %}")[0] + "{% endif %}"])
def test_a_template_for_pictures_gets_text_in_parts(before: str) -> None:
    in_parts, plain = Chat(tiny.tokenizer(before + PARTS)), Chat(tiny.tokenizer(before + TURNS))
    assert text(in_parts) == text(plain)
    differences = {"template_sha256": in_parts.facts["template_sha256"], "content": "parts"}
    assert in_parts.facts == plain.facts | differences


@pytest.mark.parametrize("content", ["m['content'] ~ ''", "m['content'] + ''"])
def test_parts_that_a_template_writes_as_code_are_no_layout(content: str) -> None:
    refusing = (
        "{% if messages[0]['content'] is string %}{{ raise_exception('no text') }}{% endif %}"
    )
    with pytest.raises(ModelError, match="no text"):
        Chat(tiny.tokenizer(refusing + TURNS.replace("m['content']", content)))


def test_a_template_may_demand_a_question_at_the_end() -> None:
    last = "{% if messages[-1].role != 'user' %}{{ raise_exception('a question ends') }}{% endif %}"
    demanding, other = Chat(tiny.tokenizer(last + TURNS)), Chat(tiny.tokenizer(TURNS))
    assert demanding.stop_ids == other.stop_ids
    assert demanding.stop_strings == other.stop_strings
    assert demanding.answer_separator == other.answer_separator
    assert text(demanding) == text(other)


@pytest.mark.parametrize(
    ("end", "stop"),
    [("", "<|im_start|>"), ("\n\n", "<|im_start|>"), (".", "<|im_start|>"), ("END", None)],
)
def test_the_next_turn_ends_an_answer_that_nothing_else_ends(end: str, stop: str | None) -> None:
    tokenizer = tiny.tokenizer(tiny.CHATML.replace("<|im_end|>\n", end))
    ends = ["</s>", stop] if stop else ["</s>"]
    assert Chat(tokenizer).stop_ids == tokenizer.convert_tokens_to_ids(ends)


def test_an_end_that_is_only_written_between_turns_ends_an_answer() -> None:
    between = "{% if not loop.last %}<|im_end|>{% endif %}"
    chat = Chat(tiny.tokenizer(TURNS.replace("<|im_end|>", between)))
    assert chat.stop_ids == Chat(tiny.tokenizer(TURNS)).stop_ids


@pytest.mark.parametrize(
    "named",
    [
        {"default": TURNS, "tool_use": "tools"},
        [{"name": "tool_use", "template": "tools"}, {"name": "default", "template": TURNS}],
    ],
)
def test_of_several_templates_the_default_one_lays_out_turns(named: Any) -> None:
    tokenizer = tiny.tokenizer(None)
    tokenizer.chat_template = named
    assert Chat(tokenizer).facts == Chat(tiny.tokenizer(TURNS)).facts


def test_templates_without_a_default_one_are_refused_by_name() -> None:
    tokenizer = tiny.tokenizer(None)
    tokenizer.chat_template = {"tool_use": TURNS, "rag": TURNS}
    with pytest.raises(ModelError, match="for tool_use, rag and none by the name of default"):
        Chat(tokenizer)


def test_no_templates_are_the_plain_layout() -> None:
    tokenizer = tiny.tokenizer(None)
    tokenizer.chat_template = {}
    assert Chat(tokenizer).facts["layout"] == "plain"


@pytest.mark.parametrize("bos", [True, False])
def test_the_plain_layout_begins_with_one_bos_if_there_is_any(bos: bool) -> None:
    chat = Chat(tiny.tokenizer(None, bos=bos))
    assert chat.facts["bos"]
    start = chat.tokenizer.bos_token_id
    assert chat.render(TALK).count(start) == 1
    assert chat.render(TALK)[0] == start
    tokenizer = tiny.tokenizer(None, bos=False)
    tokenizer.bos_token = None
    assert not Chat(tokenizer).facts["bos"]
