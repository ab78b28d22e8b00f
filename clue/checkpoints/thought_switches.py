"""Choice between an answer at once and the model's own thoughts, by variables of its template."""

from collections.abc import Collection, Sequence
from typing import Any

from clue.checkpoints import thinking
from clue.checkpoints.thought_form import ThoughtForm
from clue.checkpoints.thought_probe import ThoughtProbe
from clue.checkpoints.turn_layout import PROBE, TurnLayout
from clue.errors import ModelError

_THINKS = (
    "the chat template {}, and none of its variables switches that off: a budget for answers ends "
    "inside the thought. Let it think with a budget of its own: thinking.mode=native. Or choose a "
    "template without thoughts: model.chat_template=<file.jinja> or "
    "model.chat_template=<name of another model>; none = the plain layout"
)

_NO_THOUGHTS = (
    "the chat template has no form for thoughts, and thinking.mode=native asks for one: "
    "thinking.mode=cot asks for a chain of thought in words, thinking.absent=answer lets models "
    "without thoughts answer at once, model.thought_tags names the tags of one whose template does "
    "not show them"
)


def switches_without_thoughts(turns: TurnLayout, added: Collection[str]) -> dict[str, Any]:
    """Returns the variables of a template that make the model answer at once.

    Args:
        turns: layout of the conversations, without switches.
        added: tokens that the tokenizer has in addition to its vocabulary.

    Raises:
        ModelError: none does, and the prompt opens a thought or a channel.
    """
    switches = thinking.switches_off(turns.template, turns.around_question, added)
    end = turns.around_question(switches)[1]
    if thinking.state(end, added) == "open":
        raise ModelError(_THINKS.format("opens a thought in every prompt"))
    question, answer = PROBE[1].content, PROBE[2].content
    before_answer = turns.with_switches(switches).answered.partition(answer)[0]
    if thinking.chooses_channel(end, before_answer.rpartition(question)[2]):
        raise ModelError(_THINKS.format("lets the model begin with a channel for its thoughts"))
    return switches


def native_thoughts(
    turns: TurnLayout | None, added: Collection[str], absent: str, tags: Sequence[str]
) -> tuple[ThoughtForm | None, dict[str, Any]]:
    """Returns the form of the model's own thoughts, and the variables that ask for them.

    Args:
        turns: layout of the conversations; None = the model has no template.
        added: tokens that the tokenizer has in addition to its vocabulary.
        absent: `refuse` or `answer`: what a model does that has no thoughts.
        tags: texts that open and close its thoughts, if the template shows neither.

    Raises:
        ModelError: the model has none, and is not to answer at once.
    """
    native = turns and ThoughtProbe(turns.template, turns.around_question, added).native()
    if native is None and not tags and absent == "refuse":
        raise ModelError(_NO_THOUGHTS)
    form = ThoughtForm.of_tags(*tags) if tags else native.form if native else None
    return form, native.switches if native else {}
