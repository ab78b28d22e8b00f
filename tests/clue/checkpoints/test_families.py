"""The layout of each family is right: headings, BOS, end of an answer, instruction, thoughts."""

import re
from datetime import datetime
from typing import Any

import pytest

from clue.checkpoints.chat_template import Chat
from clue.errors import ModelError
from tests import tiny
from tests.clue.checkpoints.families_with_text import WITH_TEXT
from tests.clue.checkpoints.families_with_tokens import REFUSED, WITH_TOKENS
from tests.clue.checkpoints.layouts import TALK, Family

FAMILIES = WITH_TOKENS | WITH_TEXT
each_family = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)


@pytest.fixture(scope="module")
def chats() -> dict[str, Chat]:
    return {name: family.chat() for name, family in FAMILIES.items()}


@pytest.fixture
def chat(family: Family, chats: dict[str, Chat]) -> Chat:
    return next(chats[name] for name, other in FAMILIES.items() if other is family)


@each_family
def test_a_conversation_has_the_text_of_its_family(family: Family, chat: Chat) -> None:
    assert chat.text(TALK) == family.text
    decoded = chat.tokenizer.decode(chat.render(TALK))
    start = chat.tokenizer.bos_token or ""
    assert decoded.removeprefix(start) == family.text.removeprefix(start)


@each_family
def test_turns_alternate_under_one_heading_each(family: Family, chat: Chat) -> None:
    headings = re.findall("|".join(map(re.escape, family.headings)), chat.text(TALK))
    assert headings == [*family.headings, *family.headings]


@each_family
def test_one_bos_begins_a_conversation(family: Family, chat: Chat) -> None:
    ids, start = chat.render(TALK), chat.tokenizer.bos_token_id
    assert [number == start for number in ids[:2]] == [bool(family.bos), False]
    assert ids.count(start) == family.bos


@each_family
def test_an_answer_ends_where_its_family_ends_it(family: Family, chat: Chat) -> None:
    ids = chat.tokenizer(f"yes{family.stop} more", add_special_tokens=False)["input_ids"]
    completion = chat.completion(3, ids, 0.1)
    assert (completion.text, completion.finish_reason) == ("yes", "stop")
    is_token = family.stop in family.specials
    assert chat.stop_strings == (() if is_token else (family.stop,))


@each_family
def test_the_instruction_is_where_the_family_takes_it(family: Family, chat: Chat) -> None:
    assert chat.system == family.system
    assert chat.is_system_late is family.is_late
    assert chat.text(TALK).count(TALK[0].content) == 1


@each_family
def test_thoughts_are_switched_off_where_the_template_has_them(family: Family, chat: Chat) -> None:
    assert chat.switches == family.switches


@each_family
def test_two_days_give_the_same_tokens(
    family: Family, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers.utils import chat_template_utils

    ids = []
    for year in (2025, 2031):

        class Day(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return datetime(year, 3, 4)  # noqa: B023  called within the pass

        monkeypatch.setattr(chat_template_utils, "datetime", Day)
        ids.append(chat.render(TALK))
    assert ids[0] == ids[1]


@pytest.mark.parametrize(("template", "specials", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_family_that_always_thinks_is_refused(
    template: str, specials: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        Chat(tiny.tokenizer(template, specials=specials))
