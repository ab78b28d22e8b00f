"""Whether two cells asked the same in the same way: what may differ is declared, and then told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.cells import MODEL_KEYS, StoredCell, flatten
from analysis.errors import PairingError

SAID = ("score", "level", "dataset")
"""Facts of a cell that its task file says and its fingerprint does not cover."""
WIDTH = 60
"""Characters of a value in a message."""


@dataclass(frozen=True)
class Difference:
    """One setting in which two cells differ, as was allowed."""

    key: str
    base: str
    tuned: str


def differences(
    base: StoredCell, tuned: StoredCell, allowed: Sequence[str]
) -> tuple[Difference, ...]:
    """Allowed differences of two cells besides their being two models.

    Args:
        base: cell of the base model.
        tuned: cell of the tuned model.
        allowed: keys of `cell.json`, dotted; one that names a group allows all of the group.

    Raises:
        PairingError: the protocol, the decoding or the machinery differs and is not allowed to.
    """
    found = [entry for entry in _differing(base, tuned) if not _within(entry.key, MODEL_KEYS)]
    refused = [entry for entry in found if not _within(entry.key, allowed)]
    if refused:
        lines = "; ".join(f"{e.key}: {e.base} (base), {e.tuned} (tuned)" for e in refused)
        keys = ",".join([*allowed, *(entry.key for entry in refused)])
        raise PairingError(
            f"the two cells were not made the same way: {lines}. Evaluate one of them again, or "
            f"declare that it does not matter: 'allowed_differences=[{keys}]'"
        )
    return tuple(found)


def incomparable(base: StoredCell, tuned: StoredCell) -> dict[str, str]:
    """Metrics that cannot be compared, and why."""
    found = {}
    for name in sorted({*base.signatures, *tuned.signatures}):
        ours, theirs = base.signatures.get(name), tuned.signatures.get(name)
        if ours is None or theirs is None:
            lacks = base if ours is None else tuned
            found[name] = f"{lacks.name} was not scored by {name}"
        elif ours != theirs:
            found[name] = f"its signatures differ: {ours} (base), {theirs} (tuned)"
    return found


def _differing(base: StoredCell, tuned: StoredCell) -> Iterator[Difference]:
    one, two = (_settings(cell) for cell in (base, tuned))
    for key in sorted({*one, *two}):
        if one.get(key) != two.get(key):
            yield Difference(key, _short(one.get(key)), _short(two.get(key)))


def _settings(cell: StoredCell) -> dict[str, Any]:
    said = {name: cell.facts[name] for name in SAID}
    return dict(flatten(cell.facts["generation"])) | said


def _within(key: str, names: Sequence[str]) -> bool:
    return any(key == name or key.startswith(f"{name}.") for name in names)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}..."
