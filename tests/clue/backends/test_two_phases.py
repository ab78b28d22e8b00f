import re
from typing import Any

import pytest

from clue.backends.two_phases import Thought, ThoughtReader, literal, thought_form
from clue.checkpoints.chat_template import Chat
from clue.checkpoints.thought_form import CHAIN_OF_THOUGHT, ThoughtForm
from clue.config.generation_schema import ThinkingConf
from clue.records import Completion
from tests import tiny
from tests.clue.backends.thinking_model import OPENED, SPECIALS, TAGS, question


@pytest.fixture(scope="module")
def chat() -> Chat:
    return Chat(tiny.tokenizer(tiny.CHATML, specials=SPECIALS))


def ids(chat: Chat, text: str) -> list[int]:
    return list(chat.tokenizer(text, add_special_tokens=False)["input_ids"])


def read(chat: Chat, form: ThoughtForm, text: str, *, ended: bool = True) -> Thought:
    reader = ThoughtReader(chat, form)
    return reader.read(chat.render(question().messages), ids(chat, text), ended=ended)


@pytest.mark.parametrize(
    ("form", "text", "ended", "expected"),
    [
        (TAGS, "<think>\npain</think>knee", True, ("pain", "closed", "<think>\npain</think>")),
        (OPENED, "pain</think>knee", True, ("pain", "closed", "pain</think>")),
        (OPENED, "pain", False, ("pain", "cut", "pain\n</think>\n\n")),
        (OPENED, "pain<|im_end|>", True, ("pain", "open", "pain")),
        (TAGS, "<think>\npain", True, ("pain", "open", "<think>\npain")),
        (TAGS, "knee", True, (None, "absent", "")),
        (TAGS, "knee", False, (None, "absent", "")),
        (CHAIN_OF_THOUGHT, "pain\n**Answer:** B", True, ("pain", "closed", "pain\n**Answer:")),
        (CHAIN_OF_THOUGHT, "pain", False, ("pain", "cut", "pain\nAnswer:")),
        (CHAIN_OF_THOUGHT, "knee<|im_end|>", True, ("knee", "cut", "knee\nAnswer:")),
    ],
)
def test_a_thought_ends_where_its_mark_is(
    chat: Chat, form: ThoughtForm, text: str, ended: bool, expected: tuple[Any, ...]
) -> None:
    thought = read(chat, form, text, ended=ended)
    assert (thought.content, thought.end, thought.text) == expected
    if thought.end in ("closed", "cut"):
        assert chat.tokenizer.decode(thought.ids) == thought.text


def test_a_stop_string_ends_a_thought_and_is_no_part_of_it() -> None:
    plain = Chat(tiny.tokenizer(None))
    thought = read(plain, CHAIN_OF_THOUGHT, "pain\nInput: why?\nAnswer: no")
    assert (thought.content, thought.text) == ("pain", "pain\nAnswer:")
    assert plain.tokenizer.decode(thought.ids) == thought.text


def test_the_rest_of_a_mark_is_no_part_of_the_answer(chat: Chat) -> None:
    reader = ThoughtReader(chat, CHAIN_OF_THOUGHT)
    first = Completion("", "stop", 9, 7, 0.25)
    for text in ("pain\n**Final answer:", "pain"):
        thought = read(chat, CHAIN_OF_THOUGHT, text)
        joined = reader.joined(thought, first, Completion("** B", "stop", 20, 3, 0.5))
        assert (joined.text, joined.thought) == ("B", "pain")
        assert (joined.prompt_tokens, joined.new_tokens, joined.seconds) == (9, 3, 0.75)
        assert joined.thought_tokens == len(thought.ids)


def test_added_text_behind_the_mark_is_no_part_of_the_answer(chat: Chat) -> None:
    thought = read(chat, OPENED, "pain", ended=False)
    first = Completion("", "length", 9, 7, 0.25)
    joined = ThoughtReader(chat, OPENED).joined(thought, first, Completion("B", "stop", 9, 2, 0.5))
    assert (joined.text, joined.thought_end) == ("B", "cut")


@pytest.mark.parametrize(
    ("reason", "new", "is_final"), [("stop", 40, True), ("stop", 41, False), ("length", 9, False)]
)
def test_an_answer_at_once_is_final_within_its_own_budget(
    chat: Chat, reason: Any, new: int, *, is_final: bool
) -> None:
    reader = ThoughtReader(chat, TAGS)
    thought = read(chat, TAGS, "knee")
    final = reader.final(thought, question(), Completion("knee", reason, 9, new, 0.25))
    assert (final is not None) == is_final
    if final:
        assert (final.text, final.thought, final.thought_end) == ("knee", None, "absent")


def test_a_turn_that_ends_within_the_thought_has_no_answer(chat: Chat) -> None:
    thought = read(chat, OPENED, "pain<|im_end|>")
    final = ThoughtReader(chat, OPENED).final(
        thought, question(), Completion("pain", "stop", 9, 5, 0.25)
    )
    assert final
    assert (final.text, final.new_tokens, final.finish_reason) == ("", 0, "stop")
    assert (final.thought, final.thought_tokens, final.thought_end) == (
        *("pain", len(thought.ids)),
        "open",
    )


def test_a_mark_is_a_token_or_a_string_or_a_pattern(chat: Chat) -> None:
    token = chat.tokenizer.convert_tokens_to_ids("</think>")
    assert (ThoughtReader(chat, TAGS).stop_ids, ThoughtReader(chat, TAGS).stop_strings) == (
        *([token], []),
    )
    plain = ThoughtReader(Chat(tiny.tokenizer(tiny.CHATML)), TAGS)
    assert (plain.stop_ids, plain.stop_strings) == ([], ["</think>"])
    pattern = ThoughtReader(chat, CHAIN_OF_THOUGHT)
    assert (pattern.stop_ids, pattern.stop_strings) == ([], [])
    assert literal(re.compile("(?i)</think>")) is None


def prepending_tokenizer() -> Any:
    """A tokenizer as Llama 2 has it: a space before every text, which its decoder drops."""
    from tokenizers import Tokenizer, decoders, models, normalizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    raw.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
    )
    raw.decoder = decoders.Sequence(
        [
            *(decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()),
            decoders.Strip(" ", 1, 0),
        ]
    )
    trainer = trainers.BpeTrainer(
        special_tokens=["<unk>", "<s>", "</s>"],
        initial_alphabet=[*"abcdefghijklmnopqrstuvwxyzAL</>:\u2581\n"],
        show_progress=False,
    )
    raw.train_from_iterator(["Let us see the answer of a knee"], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )


@pytest.mark.parametrize(
    "text", ["\nAnswer:", "Let us see", "answer", "</think>\n\n", " a", "\n\n"]
)
@pytest.mark.parametrize("prepends", [True, False])
def test_a_text_within_another_has_no_space_before_it(text: str, *, prepends: bool) -> None:
    tokenizer = prepending_tokenizer() if prepends else tiny.tokenizer(tiny.CHATML)
    inner = ThoughtReader(Chat(tokenizer), TAGS).ids_of(text)
    before = tokenizer("knee", add_special_tokens=False)["input_ids"]
    assert tokenizer.decode([*before, *inner]) == f"knee{text}"


def test_the_mode_decides_the_form(chat: Chat) -> None:
    chat = Chat(chat.tokenizer)
    chat.thoughts = TAGS
    forms = [thought_form(ThinkingConf(mode=mode), chat) for mode in ("none", "cot", "native")]
    assert forms == [None, CHAIN_OF_THOUGHT, TAGS]
