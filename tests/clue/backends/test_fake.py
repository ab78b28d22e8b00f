from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from clue.backends import Setup
from clue.backends.fake import FakeBackend
from clue.config.generation_schema import GenerationConf
from clue.config.schema import BackendConf, ModelConf
from clue.records import Completion, Message, Prompt
from clue.store import plausible

WORDS = "what are the causes of pain in my knee"
SAMPLED = GenerationConf(temperature=0.7, draws=3)


def prompts(count: int, **fields: Any) -> list[Prompt]:
    texts = [f"{WORDS} no {number}" for number in range(count)]
    return [replace(Prompt(text, (Message("user", text),), 8), **fields) for text in texts]


def answers(asked: list[Prompt], *ways: Any) -> list[Completion]:
    setup = Setup(ModelConf(name="m", repo="a/b"), BackendConf(name="fake"), Path(), Path(), *ways)
    return [completion for _, completion in FakeBackend(setup).generate(asked)]


def test_a_draw_changes_a_sampled_answer_alone() -> None:
    first, second = prompts(5), prompts(5, draw=1)
    assert answers(first) == answers(second) == answers(first, SAMPLED)
    assert answers(second, SAMPLED) == answers(second, SAMPLED)
    pairs = zip(answers(first, SAMPLED), answers(second, SAMPLED), strict=True)
    assert all(one.text != other.text for one, other in pairs)


def test_thoughts_are_words_of_the_question_with_all_ends() -> None:
    asked = prompts(800, thought_tokens=30)
    completions = answers(asked)
    ends = Counter(completion.thought_end for completion in completions)
    assert set(ends) == {"closed", "cut", "open"}
    assert 25 <= ends["cut"] <= 80
    assert 25 <= ends["open"] <= 80
    for prompt, completion, plain in zip(asked, completions, answers(prompts(800)), strict=True):
        thought = (completion.thought or "").split()
        assert set(thought) <= set(prompt.messages[-1].content.split())
        assert completion.thought_tokens == len(thought) <= 30
        assert (completion.thought_end == "cut") == (len(thought) == 30)
        assert completion.text == ("" if completion.thought_end == "open" else plain.text)
        assert plausible.fault(completion, 8, 30) is None


def test_a_short_budget_bounds_a_thought() -> None:
    assert {answer.thought_tokens for answer in answers(prompts(9, thought_tokens=2))} == {2}
