from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.checkpoints.chat_template import Chat
from clue.checkpoints.continuation import continued_prompt, in_context
from clue.errors import ModelError
from clue.records import Message, Prompt
from tests import tiny

OPEN = "{% for m in messages %}{{ m['content'] }} {% endfor %}kne"
"""A layout that ends within a word, so that tokens span the end of the prompt."""
INST = (
    "{% for m in messages %}{% if m['role'] == 'assistant' %} {{ m['content'] }}</s>"
    "{% else %}[INST] {{ m['content'] }} [/INST]{% endif %}{% endfor %}"
)
THINKING = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n\n</think>\n\n{% endif %}"
)
WORDS = st.lists(st.sampled_from(["knee", "ed", "e", "s", " in", "my", "!", "é"]), min_size=1)


def chat(template: str | None, **options: Any) -> Chat:
    return Chat(tiny.tokenizer(template, **options))


def prompt(text: str = "my knee hurts") -> Prompt:
    return Prompt("1", (Message("user", text),), 8)


def text_of(layout: Chat, ids: list[int]) -> str:
    decoded: str = layout.tokenizer.decode(ids, clean_up_tokenization_spaces=False)
    return decoded


@pytest.mark.parametrize(
    ("template", "separator"),
    [(None, " "), (tiny.CHATML, ""), (INST, " "), (THINKING, "")],
    ids=["plain", "chatml", "inst", "closed thought"],
)
def test_the_layout_separates_prompt_and_answer(template: str | None, separator: str) -> None:
    assert chat(template).answer_separator == separator


@pytest.mark.parametrize("template", [None, tiny.CHATML, INST], ids=["plain", "chatml", "inst"])
def test_options_are_tokens_of_the_complete_text(template: str | None) -> None:
    layout = chat(template, texts=["Output: B C", "\nB \nC"])
    row = continued_prompt(layout, prompt(), ["B", "C"])
    assert row.context == layout.render(prompt().messages)
    text = text_of(layout, row.context)
    for option, ids in zip(("B", "C"), row.continuations, strict=True):
        complete = text + layout.answer_separator + option
        tokens = layout.tokenizer(complete, add_special_tokens=False)["input_ids"]
        assert [*row.context, *ids] == tokens


def test_a_token_that_spans_the_boundary_belongs_to_the_continuation() -> None:
    layout = chat(OPEN, texts=["knee knees kneed"] * 9, bos=False)
    alone = layout.render(prompt().messages)
    row = continued_prompt(layout, prompt(), ["e", "!"])
    assert len(row.context) < len(alone)  # "knee" is a token, and "kne" ends the prompt
    texts = [text_of(layout, ids) for ids in row.continuations]
    assert texts[0].endswith("knee")
    assert texts[1].endswith("kne!")
    beginnings = {text[:-1] for text in texts}
    assert len(beginnings) == 1  # the same end of the prompt is scored for every option


@given(st.text("knes my", max_size=20), st.lists(WORDS.map("".join), min_size=1, max_size=4))
def test_context_and_continuation_are_the_complete_text(text: str, options: list[str]) -> None:
    layout = chat(OPEN, texts=["knee knees kneed"] * 9)
    row = continued_prompt(layout, prompt(text), options)
    for option, ids in zip(options, row.continuations, strict=True):
        assert ids
        assert text_of(layout, [*row.context, *ids]).endswith(f"{text} kne{option}")


@pytest.mark.parametrize(
    ("before", "continued"),
    [([1, 2], [[3, 4], [1, 2]]), ([1, 2], [[1, 2], [1, 2, 3]]), ([1], [[1]])],
    ids=["no common token", "no token of its own", "nothing added"],
)
def test_a_continuation_without_tokens_is_refused(
    before: list[int], continued: list[list[int]]
) -> None:
    with pytest.raises(ModelError, match=r"undefined.*scoring\.choice=false"):
        in_context(before, continued)
