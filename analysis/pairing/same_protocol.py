"""Compares the settings of two cells: a difference must be allowed, and is then reported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.cells import MODEL_KEYS, StoredCell
from analysis.errors import PairingError
from clue.records import dotted
from clue.study.words import differing_words

TASK_FACTS = ("score", "dataset")
"""Facts of a cell that its task file sets and its fingerprint does not cover."""

_DIGITS = 12
"""Hex digits of a digest that people read."""


@dataclass(frozen=True)
class SettingDifference:
    """One setting in which two cells differ, which was allowed."""

    key: str
    base: str
    tuned: str


def setting_differences(
    base: StoredCell, tuned: StoredCell, allowed: Sequence[str]
) -> tuple[SettingDifference, ...]:
    """Returns the allowed differences of two cells, besides their models.

    Args:
        base: cell of the base model.
        tuned: cell of the tuned model.
        allowed: keys of `cell.json`, dotted; the name of a group allows all keys of the group.

    Raises:
        PairingError: the protocol, the decoding or the machinery differs and is not allowed to.

    >>> from pathlib import Path
    >>> facts = {"score": ["rouge1"], "dataset": "meqsum"}
    >>> base, tuned = (
    ...     StoredCell(Path("x"), facts | {"generation": {"decoding": decoding}}, {})
    ...     for decoding in ("greedy", "sampled")
    ... )
    >>> setting_differences(base, tuned, ["decoding"])
    (SettingDifference(key='decoding', base='greedy', tuned='sampled'),)
    """
    differences = [
        difference
        for difference in all_differences(base, tuned)
        if not is_covered(difference.key, MODEL_KEYS)
    ]
    refused = [one for one in differences if not is_covered(one.key, allowed)]
    if refused:
        lines = "; ".join(f"{one.key}: {one.base} (base), {one.tuned} (tuned)" for one in refused)
        keys = ",".join([*allowed, *(one.key for one in refused)])
        raise PairingError(
            f"the two cells have different settings: {lines}. Evaluate one of them again, or "
            f"declare that the difference does not matter: 'allowed_differences=[{keys}]'"
        )
    return tuple(differences)


def incomparable_metrics(base: StoredCell, tuned: StoredCell) -> dict[str, str]:
    """Returns the metrics that cannot be compared, each with the reason.

    >>> from pathlib import Path
    >>> base = StoredCell(Path("x"), {}, {"rouge1": "rouge-score 0.1.2"})
    >>> tuned = StoredCell(Path("x"), {}, {"rouge1": "rouge-score 0.1.1"})
    >>> incomparable_metrics(base, tuned)["rouge1"]
    'its signatures differ: rouge-score 0.1.2 (base), rouge-score 0.1.1 (tuned)'
    """
    reasons = {}
    for name in sorted({*base.signatures, *tuned.signatures}):
        base_signature, tuned_signature = base.signatures.get(name), tuned.signatures.get(name)
        if base_signature is None or tuned_signature is None:
            unscored = base if base_signature is None else tuned
            reasons[name] = f"{unscored.name} was not scored by {name}"
        elif base_signature != tuned_signature:
            reasons[name] = (
                f"its signatures differ: {base_signature} (base), {tuned_signature} (tuned)"
            )
    return reasons


def all_differences(base: StoredCell, tuned: StoredCell) -> Iterator[SettingDifference]:
    """Yields every setting in which two cells differ, those of the model included."""
    base_settings, tuned_settings = (_settings(cell) for cell in (base, tuned))
    for key in sorted({*base_settings, *tuned_settings}):
        values = base_settings.get(key), tuned_settings.get(key)
        if values[0] != values[1]:
            texts = (str(value)[: _DIGITS if key.endswith("sha256") else None] for value in values)
            yield SettingDifference(key, *differing_words(*texts))


def _settings(cell: StoredCell) -> dict[str, Any]:
    task_facts = {name: cell.facts[name] for name in TASK_FACTS}
    return dict(dotted(cell.facts["generation"])) | task_facts


def is_covered(key: str, names: Sequence[str]) -> bool:
    """True if the names contain the key or a group that it belongs to."""
    return any(key == name or key.startswith(f"{name}.") for name in names)
