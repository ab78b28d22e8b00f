"""Layouts of turns for tests: a family's template, and the text that a conversation must become.

The builders write templates from one piece of text per role, with `{}` in the place of the content.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from clue.checkpoints.chat_template import Chat
from clue.checkpoints.turn_layout import SystemTurn
from clue.records import Message
from tests import tiny

TALK = [
    Message("system", "Be brief."),
    Message("user", "one"),
    Message("assistant", "1"),
    Message("user", "two"),
]
FOLDED: SystemTurn = "folded into the user turn"
BOS = "{{ bos_token }}"
FIRST, LAST = "loop.index0 == 1", "loop.last"
"""Jinja conditions of the user's turn that gets an instruction, see `led`."""


@dataclass(frozen=True)
class Family:
    """A layout, and what is expected of it."""

    template: str | None
    text: str
    """Of `TALK`, without a BOS token that the layout adds."""
    headings: tuple[str, str]
    """Beginnings of a user's turn and of an answer."""
    stop: str
    """Special token, or text, that ends an answer."""
    specials: tuple[str, ...] = ("<s>", "</s>")
    """BOS token, EOS token, others."""
    habit: bool = True
    """The tokenizer adds a BOS token to a text."""
    bos: int = 1
    """BOS tokens of the conversation; 0 = the tokenizer has none, or the layout uses none."""
    system: SystemTurn = "own turn"
    is_late: bool = False
    """The instruction stands at the last question."""
    switches: dict[str, Any] = field(default_factory=dict)
    """Variables that switch thinking off."""
    end_tokens: tuple[str, ...] = ()
    """Tokens that the generation config names as ends."""

    def chat(self) -> Chat:
        """The layout as a run opens it."""
        tokenizer = tiny.tokenizer(self.template, bos=self.habit, specials=self.specials)
        if not self.bos:
            tokenizer.bos_token = None
        return Chat(tokenizer, tokenizer.convert_tokens_to_ids(list(self.end_tokens)))


def turns(system: str, user: str, answer: str, prompt: str, before: str = "") -> str:
    """Returns a template of one piece per role, then the heading of the answer.

    Args:
        system: turn of the instruction.
        user: turn of a question.
        answer: turn of a worked example's answer.
        prompt: heading of the answer; Jinja statements may follow, after a form feed.
        before: Jinja source before the turns.
    """
    heading, _, statements = prompt.partition("\f")
    return (
        f"{before}{{% for m in messages %}}{{% if m.role == 'system' %}}{_expression(system)}"
        f"{{% elif m.role == 'user' %}}{_expression(user)}{{% else %}}{_expression(answer)}"
        "{% endif %}{% endfor %}"
        f"{{% if add_generation_prompt %}}{_expression(heading)}{statements}{{% endif %}}"
    )


def named(turn: str, prompt: str, before: str = "", instruction: str = "{}") -> str:
    """Returns a template whose turns differ by the name of the role, `{role}` in the turn.

    Args:
        turn: any turn.
        prompt: as of `turns`.
        before: as of `turns`.
        instruction: content of the system turn.
    """
    system, user, answer = (
        turn.replace("{role}", role) for role in ("system", "user", "assistant")
    )
    return turns(system.replace("{}", instruction), user, answer, prompt, before)


def led(lead: str, user: tuple[str, str], rest: tuple[str, str], before: str, at: str) -> str:
    """Returns a template that puts the instruction inside of a user's turn.

    Args:
        lead: the instruction.
        user: what stands before and behind the place of the instruction.
        rest: turn of an answer, and its heading.
        before: Jinja source before the turns.
        at: Jinja condition of the turn that gets the instruction.
    """
    instruction = _expression(lead).replace("m.content", "messages[0].content")
    is_led = f"m.role == 'user' and messages[0].role == 'system' and {at}"
    whole = turns("", "\v".join(user), *rest, before)
    placed = f'" }}}}{{% if {is_led} %}}{instruction}{{% endif %}}{{{{ "'
    return whole.replace("\\u000b", placed)


def _expression(piece: str) -> str:
    """A piece as an expression, since line breaks beside statements are removed."""
    quoted = json.dumps(piece, ensure_ascii=False).replace("{}", '" + m.content + "')
    return f"{{{{ {quoted} }}}}".replace("{date}", '" + strftime_now("%d %b %Y") + "')
