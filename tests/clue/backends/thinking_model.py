"""Thoughts of a scripted model, in the places of a model's own."""

import re
from collections.abc import Callable
from dataclasses import replace

from clue.checkpoints.thought_form import ThoughtForm
from clue.config.generation_schema import GenerationConf, ThinkingConf
from clue.records import Message, Prompt
from tests import tiny

COT = (GenerationConf(), ThinkingConf(mode="cot"))
NATIVE = (GenerationConf(), ThinkingConf(mode="native"))
TAGS = ThoughtForm("<think>\n", "\n</think>\n\n", re.compile(re.escape("</think>")), is_open=False)
OPENED = replace(TAGS, opening="", is_open=True)
SPECIALS = (*tiny.SPECIALS, "<think>", "</think>")
FORCED = "cut knee"
BUDGETS = {"max_new_tokens": 40, "thought_tokens": 60}


def question(**budgets: int) -> Prompt:
    fields = {**BUDGETS, **budgets}
    prompt = Prompt("1", (Message("user", "what causes pain?"),), fields["max_new_tokens"])
    return replace(prompt, thought_tokens=fields["thought_tokens"])


def script(text: str) -> Callable[[str], str]:
    """A model that writes this text, and `FORCED` behind one that it did not write."""

    def says(prompt: str) -> str:
        begun = prompt.rpartition("<|im_start|>assistant\n")[2]
        return text.removeprefix(begun) if text.startswith(begun) else FORCED

    return says
