"""Changes of a declaration since it was frozen, in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clue.common.plural import counted
from clue.records import dotted
from clue.study.freeze import FrozenStudy, plain
from clue.study.words import differing_words


def changes(frozen: FrozenStudy, now: Mapping[str, Any]) -> list[str]:
    """Returns what was changed since a study was frozen, in words.

    Args:
        frozen: the frozen declaration.
        now: `declaration_content`.
    """
    return list(_changes(dict(dotted(frozen.declaration)), dict(dotted(plain(now)))))


def statement(frozen: Iterable[FrozenStudy], now: Mapping[str, Any]) -> list[str]:
    """Returns the sentences of a report: when a study was declared, amended, and changed since."""
    versions = list(frozen)
    if not versions:
        return ["This declaration was never frozen."]
    first, *amendments = versions
    sentences = [first.sentence()]
    for before, after in zip(versions, amendments, strict=False):
        differences = "; ".join(changes(before, after.declaration))
        count = counted(len(after.present), "cell")
        sentences.append(f"Amended on {after.when}, with {count} there: {differences}.")
    since = changes(versions[-1], now)
    if since:
        sentences.append(f"Changed since then: {'; '.join(since)}.")
    return sentences


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        name = key.removeprefix("study.")
        if isinstance(old, list) and isinstance(new, list):
            yield _list_change(name, old, new)
        elif key not in after:
            yield f"{name} removed"
        elif key not in before:
            yield f"{name} added ({new})"
        else:
            first, second = differing_words(str(old), str(new))
            yield f"{name}: {first}, now {second}"


def _list_change(name: str, old: list[Any], new: list[Any]) -> str:
    added = [str(entry) for entry in new if entry not in old]
    removed = [str(entry) for entry in old if entry not in new]
    parts = [f"added {', '.join(added)}"] * bool(added)
    parts += [f"removed {', '.join(removed)}"] * bool(removed)
    return f"{name}: {', '.join(parts) or 'another order'}"
