"""Effect of the batch on answers: some prompts are answered again, each in a batch of its own."""

from collections.abc import Sequence

from clue.backends import Backend
from clue.records import Completion, Prompt


def repeat_alone(
    backend: Backend, prompts: Sequence[Prompt], completions: Sequence[Completion], count: int
) -> dict[str, int]:
    """Answer some prompts again, each by itself, and count the answers that change.

    The digest of their text chooses the prompts, so that both models of a pair repeat the same. All
    first draws come before all second ones: many prompts tell more than many draws of one.

    Args:
        backend: generated the completions.
        prompts: all prompts of a cell, shape (n,).
        completions: their answers, shape (n,).
        count: prompts to repeat, at most n.

    Returns:
        `alone_n`, the number of repeated prompts, and `alone_changed`, those with another answer.
    """
    order = sorted(range(len(prompts)), key=lambda n: (prompts[n].draw, prompts[n].sha256))
    chosen = order[:count]
    changed = 0
    for index in chosen:
        ((_, alone),) = backend.generate([prompts[index]])
        batched = completions[index]
        changed += (alone.text, alone.finish_reason) != (batched.text, batched.finish_reason)
    return {"alone_n": len(chosen), "alone_changed": changed}
