"""Whether answers depend on the batch that they were generated in."""

from collections.abc import Sequence

from clue.backends import Backend
from clue.records import Completion, Prompt


def ask_alone(
    backend: Backend, prompts: Sequence[Prompt], completions: Sequence[Completion], count: int
) -> dict[str, int]:
    """Ask some prompts again, each by itself, and count the answers that this changes.

    Which ones is a matter of their text, so that the models of a pair repeat the same.

    Args:
        backend: what made the completions.
        prompts: all prompts of a cell, shape (n,).
        completions: their answers, shape (n,).
        count: how many to ask again, at most n.

    Returns:
        `alone_n`, prompts asked again, and `alone_changed`, those with another answer.
    """
    chosen = sorted(range(len(prompts)), key=lambda index: prompts[index].sha256)[:count]
    changed = 0
    for index in chosen:
        ((_, alone),) = backend.generate([prompts[index]])
        batched = completions[index]
        changed += (alone.text, alone.finish_reason) != (batched.text, batched.finish_reason)
    return {"alone_n": len(chosen), "alone_changed": changed}
