"""The form of a model's own thoughts, read off its template; layouts in the manner of families."""

from typing import Any

import pytest

from clue.checkpoints.chat_template import Chat
from clue.config.generation_schema import NATIVE, ThinkingConf
from clue.errors import ModelError
from clue.records import Message
from tests import tiny

TALK = [Message("user", "one")]
IM = "<|im_start|>{{ m.role }}\n"
PLAIN = f"{{% for m in messages %}}{IM}{{{{ m.content }}}}<|im_end|>\n{{% endfor %}}"
WITH_THOUGHT = (
    "{% for m in messages %}" + IM + "{% if loop.last and m.FIELD %}<think>\n{{ m.FIELD }}\n"
    "</think>\n\n{% endif %}{{ m.content }}<|im_end|>\n{% endfor %}"
)
CHANNELS = (
    "{% for m in messages %}<|start|>{{ m.role }}{% if m.role == 'assistant' %}"
    "{% if loop.last and m.thinking %}<|channel|>analysis<|message|>{{ m.thinking }}<|end|>"
    "<|start|>assistant{% endif %}<|channel|>final{% endif %}<|message|>{{ m.content }}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|start|>assistant{% endif %}"
)
TAGS = ("<think>", "</think>")


def prompt(tail: str) -> str:
    return f"{{% if add_generation_prompt %}}<|im_start|>assistant\n{tail}{{% endif %}}"


def native(source: str | None, *tags: str, absent: str = "refuse") -> Chat:
    tokenizer = tiny.tokenizer(source)
    tokenizer.add_tokens(list(tags))
    return Chat(tokenizer, thoughts=ThinkingConf(NATIVE, absent=absent))


@pytest.mark.parametrize(
    ("source", "tags", "switches", "expected"),
    [
        # the model opens the thought; a variable would close it (Qwen 3)
        (
            WITH_THOUGHT.replace("FIELD", "reasoning_content")
            + prompt("{% if enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}"),
            TAGS,
            {},
            ("<think>\n", "\n</think>\n\n", "</think>", False),
        ),
        # the prompt opens it, and the template drops thoughts (R1 and its distillations)
        (PLAIN + prompt("<think>\n"), TAGS, {}, ("<think>\n", "\n</think>\n\n", "</think>", True)),
        # the tags are in the vocabulary alone
        (PLAIN + prompt(""), TAGS, {}, ("<think>\n", "\n</think>\n\n", "</think>", False)),
        # the template names the closing tag to cut thoughts off
        (
            PLAIN.replace("m.content", "m.content.split('</think>')[-1]") + prompt(""),
            (),
            {},
            ("<think>\n", "\n</think>\n\n", "</think>", False),
        ),
        # closed unless a variable opens it (DeepSeek 3.1)
        (
            PLAIN + prompt("{% if thinking %}<think>{% else %}</think>{% endif %}"),
            TAGS,
            {"thinking": True},
            ("<think>", "\n</think>\n\n", "</think>", True),
        ),
        # the system turn asks for thoughts if a variable says so (Gemma 4)
        (
            "{% if enable_thinking %}<|think|>{% endif %}" + PLAIN + prompt(""),
            ("<|channel>thought", "<channel|>"),
            {"enable_thinking": True},
            ("<|channel>thought\n", "\n<channel|>\n\n", "<channel|>", False),
        ),
        # other words and brackets (Magistral)
        (
            PLAIN + prompt(""),
            ("[THINK]", "[/THINK]"),
            {},
            ("[THINK]\n", "\n[/THINK]\n\n", "[/THINK]", False),
        ),
        (
            PLAIN + prompt("<|START_THINKING|>"),
            ("<|START_THINKING|>", "<|END_THINKING|>"),
            {},
            ("<|START_THINKING|>", "\n<|END_THINKING|>\n\n", "<|END_THINKING|>", True),
        ),
        # a channel for thoughts and one for the answer (gpt-oss)
        (
            CHANNELS,
            (),
            {},
            (
                "<|channel|>analysis<|message|>",
                "<|end|><|start|>assistant<|channel|>final<|message|>",
                "<|channel|>final<|message|>",
                False,
            ),
        ),
        (
            CHANNELS.replace("m.thinking", "m.no_such_field"),
            (),
            {},
            (
                "<|channel|>",
                "<|end|><|start|>assistant<|channel|>final<|message|>",
                "<|channel|>final<|message|>",
                False,
            ),
        ),
    ],
)
def test_the_template_shows_the_form(
    source: str,
    tags: tuple[str, ...],
    switches: dict[str, Any],
    expected: tuple[str, str, str, bool],
) -> None:
    chat = native(source, *tags)
    form = chat.thoughts
    assert form is not None
    opening, closing, mark, is_open = expected
    assert (form.opening, form.closing, form.is_open) == (opening, closing, is_open)
    assert form.mark.fullmatch(mark)
    assert chat.switches == switches
    assert chat.facts["thoughts"] == [opening, closing]
    prompt_end = chat.text(TALK).rpartition("one")[2]
    assert prompt_end.endswith(opening) == is_open
    split = form.split(f"{'' if is_open else opening}Is it A?{closing}B")
    assert split == ("Is it A?", "B", "closed")


@pytest.mark.parametrize("source", [None, PLAIN + prompt("")])
def test_a_model_without_thoughts_is_refused_or_answers_at_once(source: str | None) -> None:
    with pytest.raises(ModelError, match=r"no form for thoughts.*thinking.mode=cot.*absent=answer"):
        native(source)
    chat = native(source, absent="answer")
    assert chat.thoughts is None
    assert chat.facts == Chat(tiny.tokenizer(source)).facts


def test_tags_that_no_template_shows_are_those_of_the_model_file() -> None:
    tokenizer = tiny.tokenizer(PLAIN + prompt(""))
    chat = Chat(tokenizer, thoughts=ThinkingConf(NATIVE), tags=["## Thinking", "## Response"])
    form = chat.thoughts
    assert form is not None
    assert form.split("## Thinking\n\nIs it A?\n\n## Response\n\nB") == ("Is it A?", "B", "closed")
    assert form.split("## Thinking\n\nIs it") == ("Is it", "", "open")
    assert form.split("B") == (None, "B", "absent")
    assert chat.facts["thoughts"] == ["## Thinking\n", "\n## Response\n\n"]


def test_a_template_that_always_closes_thoughts_has_none() -> None:
    with pytest.raises(ModelError, match="no form for thoughts"):
        native(PLAIN + prompt("<think></think>"), *TAGS)
