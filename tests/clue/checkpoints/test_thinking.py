"""Templates that think: switched off where one of their variables does it, else refused."""

from typing import Any

import pytest

from clue.checkpoints.chat_template import Chat
from clue.checkpoints.thinking import State, state
from clue.errors import ModelError
from clue.records import Message
from tests import tiny

TALK = [Message("system", "Be brief."), Message("user", "one")]
TURNS = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
PROMPT = "{% if add_generation_prompt %}<|im_start|>assistant\n{TAIL}{% endif %}"
EMPTY = "<think>\n\n</think>\n\n"
CHANNELS = (
    "{% for m in messages %}<|start|>{{ m.role }}"
    "{% if m.role == 'assistant' %}<|channel|>final{% endif %}<|message|>{{ m.content }}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|start|>assistant{% endif %}"
)


def template(tail: str, before: str = "") -> str:
    return before + TURNS + PROMPT.replace("{TAIL}", tail)


def end(chat: Chat) -> str:
    text: str = chat.tokenizer.decode(chat.render(TALK))
    return text.rpartition("one<|im_end|>\n<|im_start|>assistant\n")[2]


@pytest.mark.parametrize(
    ("source", "switch", "prompt_end"),
    [
        # by default the model decides; false closes an empty thought
        (
            template(
                "{% if enable_thinking is defined and enable_thinking is false %}"
                f"{EMPTY}{{% endif %}}"
            ),
            {"enable_thinking": False},
            EMPTY,
        ),
        # by default the prompt opens the thought
        (
            template(
                "{% if enable_thinking is defined and enable_thinking is false %}"
                f"{EMPTY}{{% else %}}<think>\n{{% endif %}}"
            ),
            {"enable_thinking": False},
            EMPTY,
        ),
        # a default that the template sets, under another name
        (
            template(
                "{% if thinking %}[THINK]{% else %}[THINK][/THINK]{% endif %}",
                "{% set thinking = thinking | default(true) %}",
            ),
            {"thinking": False},
            "[THINK][/THINK]",
        ),
        # a switch with the opposite meaning
        (
            template("{% if not skip_thoughts %}<thought>{% endif %}"),
            {"skip_thoughts": True},
            "",
        ),
        # a switch whose name does not say which value is which
        (
            template("{% if not direct_reasoning %}<think>{% endif %}"),
            {"direct_reasoning": True},
            "",
        ),
        # a switch with words
        (
            template("{% if reasoning_effort != 'none' %}<|begin_of_thought|>{% endif %}"),
            {"reasoning_effort": "none"},
            "",
        ),
        # a switch with an amount
        (
            template("{% if thinking_budget == 0 %}<seed:think></seed:think>{% endif %}"),
            {"thinking_budget": 0},
            "<seed:think></seed:think>",
        ),
        # extensions of the template language
        (
            template(
                "{% if enable_thinking is not false %}◁think▷{% endif %}",
                "{% for m in messages %}{% if not loop.first %}{% break %}{% endif %}{% endfor %}",
            ),
            {"enable_thinking": False},
            "",
        ),
    ],
)
def test_the_template_is_told_not_to_think(
    source: str, switch: dict[str, Any], prompt_end: str
) -> None:
    chat = Chat(tiny.tokenizer(source))
    assert chat.facts["thinking"] == switch
    assert end(chat) == prompt_end


@pytest.mark.parametrize(
    ("condition", "switch"),
    [
        ("enable_thinking | default(true)", {"enable_thinking": False}),
        ("not no_thinking", {"no_thinking": True}),
    ],
)
def test_an_instruction_to_think_is_switched_off(condition: str, switch: dict[str, Any]) -> None:
    chat = Chat(tiny.tokenizer(template("", f"{{% if {condition} %}}Think first. {{% endif %}}")))
    assert chat.facts["thinking"] == switch
    assert "Think first" not in chat.tokenizer.decode(chat.render(TALK))


@pytest.mark.parametrize(
    "source",
    [
        tiny.CHATML,
        template("{% if thinking %}<think>{% endif %}"),
        template("{% if thinking %}<think>{% else %}</think>{% endif %}"),
        template("{% if thinking is false %}<think></think>{% else %}<think>\n</think>{% endif %}"),
        template("{{ messages[-1].reasoning_content }}"),
        # a word that is no truth value, and a true value that asks for a thought
        template("", "{% if thinking and x != 'off' %}<|think|>{% endif %}"),
        template("", "{% if no_thinking %}<|think|>{% endif %}"),
        None,
    ],
)
def test_facts_of_a_template_that_does_not_think_have_no_switch(source: str | None) -> None:
    chat = Chat(tiny.tokenizer(source))
    assert chat.switches == {}
    assert list(chat.facts) == [
        *("layout", "template_sha256", "system", "bos", "stop_ids", "stop_strings")
    ]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (template("<think>\n"), "opens a thought in every prompt"),
        (template("[THINK]"), "opens a thought"),
        (template("{% if thinking %}<think>{% else %}<reasoning>{% endif %}"), "opens a thought"),
        (CHANNELS, "begin with a channel"),
        (CHANNELS.replace("assistant{% endif %}", "assistant<|channel|>analysis{% endif %}"), "op"),
    ],
)
def test_a_template_that_always_thinks_is_refused(source: str, reason: str) -> None:
    with pytest.raises(ModelError, match=f"{reason}.*model.chat_template=<file.jinja>"):
        Chat(tiny.tokenizer(source))


def test_a_tag_that_only_the_vocabulary_knows_opens_a_thought() -> None:
    tokenizer = tiny.tokenizer(template("<|my_reasoning_start|>"))
    Chat(tokenizer)
    tokenizer.add_tokens(["<|my_reasoning_start|>", "<|my_reasoning_end|>"])
    with pytest.raises(ModelError, match="opens a thought"):
        Chat(tokenizer)
    tokenizer.chat_template = template("<|my_reasoning_start|><|my_reasoning_end|>")
    assert Chat(tokenizer).switches == {}


def test_a_prompt_that_names_the_final_channel_is_used() -> None:
    final = "assistant<|channel|>final<|message|>{% endif %}"
    assert Chat(tiny.tokenizer(CHANNELS.replace("assistant{% endif %}", final))).switches == {}


@pytest.mark.parametrize(
    ("prompt_end", "expected"),
    [
        ("assistant\n", "absent"),
        ("</think>", "closed"),
        ("<think></think><think>", "open"),
        ("<|channel>thought\n<channel|>", "closed"),
        ("<|START_THINKING|>", "open"),
        ("<|START_THINKING|><|END_THINKING|>", "closed"),
    ],
)
def test_the_last_tag_of_a_prompt_decides(prompt_end: str, expected: State) -> None:
    assert state(prompt_end) == expected
