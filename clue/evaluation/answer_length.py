"""Length of the answers that a model gave to a task before, to estimate those to come."""

from pathlib import Path

from clue.cell import Cell
from clue.errors import StoreError
from clue.store.generations import Generation

COMPARED = ("thinking", "max_new_tokens")
"""Parts of a protocol that change the length of answers much; wording and examples do less."""


def stored_length(cell: Cell) -> float | None:
    """Returns the mean tokens of stored answers of this model to this task; None = there are none.

    Answers of the cell itself come first, else those under other prompts. Other backends and other
    ways to think or to draw are not comparable.
    """
    own = cell.store.folder
    others = [path for path in own.parent.glob("*/") if path != own and _is_comparable(cell, path)]
    for folder in (own, *sorted(others)):
        tokens = _tokens(folder)
        if tokens:
            return sum(tokens) / len(tokens)
    return None


def _is_comparable(cell: Cell, folder: Path) -> bool:
    settings = Generation(folder).settings()
    if settings.get("decoding") != cell.generation["decoding"]:
        return False
    backend, protocol = settings.get("backend", {}), settings.get("protocol", {})
    return backend.get("name") == cell.generation["backend"]["name"] and all(
        protocol.get(name) == cell.generation["protocol"].get(name) for name in COMPARED
    )


def _tokens(folder: Path) -> list[int]:
    try:
        completions = Generation(folder).store.completions().values()
    except StoreError:  # reported by the command that needs these answers
        return []
    return [completion.all_tokens for completion in completions]
