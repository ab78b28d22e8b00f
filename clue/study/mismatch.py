"""Differences between a stored cell and a declared one, in words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from clue.common.plural import counted
from clue.metrics.choice import NAME as CHOICE
from clue.records import dotted
from clue.store.stored_tables import StoredTable
from clue.study.expected import ExpectedCell, ExpectedTask
from clue.study.words import differing_words

WORDING = ("system", "user", "assistant")
"""Order of the templates in a protocol."""
_LABELS = {
    **{"data": "other data", "protocol": "other protocol", "model": "model not declared"},
    **{"scoring": "other scoring", "library": "other scoring", "reader": "older reader"},
    "likelihood": "no likelihoods",
}
_VERSION = re.compile(r"\d+(\.\d+)+\S*")


@dataclass(frozen=True)
class Mismatch:
    """A difference that keeps a stored cell out of a study."""

    kind: str
    """`backend`, `limit`, `data`, `protocol`, `model`, `scoring`, `library`, `reader` or
    `likelihood`."""
    text: str

    @property
    def label(self) -> str:
        """The kind in a few words, the same for all tasks of a model."""
        labels = {"backend": self.text, "limit": self.text.partition(" of ")[0]}
        return labels.get(self.kind, _LABELS.get(self.kind, ""))

    @property
    def needs_scoring_only(self) -> bool:
        """True if the stored answers are the declared ones, and only their scores are not."""
        return self.kind in ("scoring", "library", "reader")

    @property
    def is_library_version(self) -> bool:
        """True if only versions of libraries differ: the scorers are the declared ones."""
        return self.kind == "library"


class BesideModel(NamedTuple):
    """Differences apart from those of the model, which come between these two."""

    before: list[Mismatch]
    after: list[Mismatch]


def beside_model(stored: StoredTable, expected: ExpectedCell) -> BesideModel:
    """Returns the differences that all declared models have under one task, backend and rule."""
    task = expected.task
    return BesideModel(
        [
            *_backend(stored, expected),
            *_limit(stored, task),
            *_data(stored, task),
            *_protocol(stored, task),
        ],
        [*_scoring(stored, expected), *_readers(stored, task)],
    )


def mismatches(
    stored: StoredTable, expected: ExpectedCell, others: BesideModel | None = None
) -> list[Mismatch]:
    """Returns all differences; empty if the stored cell is the declared one.

    Args:
        stored: the stored cell.
        expected: the declared cell.
        others: `beside_model` of the two, if it was computed; None = compute it.
    """
    before, after = others or beside_model(stored, expected)
    return [*before, *_model(stored, expected.model), *after]


def generation_fits(generation: Mapping[str, Any], expected: ExpectedCell) -> bool:
    """True if answers of this generation are those of a declared cell, scored or not."""
    stored = StoredTable(Path(), {"generation": generation, "demo": expected.task.fictional}, {})
    parts = (
        _backend(stored, expected),
        _data(stored, expected.task),
        _protocol(stored, expected.task),
        _model(stored, expected.model),
    )
    return not any(True for part in parts for _ in part)


def difference(key: str, stored: object, other: object) -> str:
    """Returns one line: the key, and the words in which two values differ."""
    first, second = differing_words(str(stored), str(other))
    return f"{key} differs: {first} / {second}"


def _backend(stored: StoredTable, expected: ExpectedCell) -> Iterator[Mismatch]:
    identity = stored.facts["generation"]["backend"]
    if stored.backend not in expected.backends:
        yield Mismatch("backend", f"backend {stored.backend}")
    elif expected.rule and identity.get("rule") != expected.rule:
        yield Mismatch("model", f"baseline {identity.get('rule')}, not {expected.rule}")


def _limit(stored: StoredTable, expected: ExpectedTask) -> Iterator[Mismatch]:
    if stored.draws != expected.draws:
        shown = counted(stored.draws, "answer")
        yield Mismatch("protocol", f"{shown} to each prompt, the study declares {expected.draws}")
        return
    limit = stored.facts.get("limit")
    total = "" if expected.samples is None else f" of {expected.samples}"
    complete = limit is None or stored.prompts < limit or stored.prompts == expected.samples
    if complete and stored.repeats not in (None, expected.repeats):
        declared = f"the study declares {expected.repeats}"
        shown = counted(stored.repeats, "presentation")
        yield Mismatch("protocol", f"{shown} of every question, {declared}")
    elif expected.limit is None:
        if not complete:
            yield Mismatch("limit", f"limit {limit}{total}")
        elif expected.samples not in (None, stored.prompts) and _equal_shots(stored, expected):
            yield Mismatch("limit", f"{stored.prompts}{total} samples")
    elif stored.prompts != expected.limit and not (complete and stored.prompts < expected.limit):
        declared = f"the study declares limit {expected.limit}"
        yield Mismatch("limit", f"{stored.prompts}{total} samples, {declared}")


def _equal_shots(stored: StoredTable, expected: ExpectedTask) -> bool:
    """Tests if the worked examples, which are not scored, are as many as declared."""
    settings = (stored.facts["generation"]["protocol"], expected.protocol)
    shots, declared = (one.get("prompting", {}).get("shots") for one in settings)
    return bool(shots == declared)


def _data(stored: StoredTable, expected: ExpectedTask) -> Iterator[Mismatch]:
    protocol = stored.facts["generation"]["protocol"]
    if bool(stored.facts.get("demo")) != expected.fictional:
        names = {True: "fictional data", False: "data that are not the demonstration's"}
        yield Mismatch("data", names[not expected.fictional])
        return
    digest = protocol.get("dataset_sha256")
    declared = expected.protocol.get("dataset_sha256", digest)
    if digest != declared:
        yield Mismatch("data", f"other data: sha256 {str(digest)[:12]} / {str(declared)[:12]}")


def _protocol(stored: StoredTable, expected: ExpectedTask) -> Iterator[Mismatch]:
    protocol = dict(stored.facts["generation"]["protocol"])
    declared_protocol = dict(expected.protocol)
    task = declared_protocol["task"]
    for name, ours, theirs in zip_longest(
        WORDING, protocol.pop("wording", ()), declared_protocol.pop("wording")
    ):
        if ours != theirs:
            yield Mismatch(
                "protocol", f"wording of {difference(f'tasks.{task}.{name}', ours, theirs)}"
            )
    decoding = {"decoding": stored.facts["generation"].get("decoding")}
    stored_settings = dict(dotted(protocol | decoding))
    declared = dict(dotted(declared_protocol | {"decoding": expected.decoding}))
    unresolved = {"dataset_sha256", "shots"} - declared_protocol.keys()
    keys = sorted({*stored_settings, *declared} - unresolved - {"dataset_sha256"})
    differing = [key for key in keys if stored_settings.get(key) != declared.get(key)]
    for key in differing:
        if key != "shots":
            text = difference(key, stored_settings.get(key), declared.get(key))
            yield Mismatch("protocol", text)
        elif not any(other.startswith("prompting.") for other in differing):
            yield Mismatch("protocol", "other worked examples")


def _model(stored: StoredTable, expected: Mapping[str, Any]) -> Iterator[Mismatch]:
    model = stored.facts["generation"]["model"]
    for key in sorted({*model, *expected}):
        if model.get(key) != expected.get(key):
            yield Mismatch("model", difference(f"model.{key}", model.get(key), expected.get(key)))


def _scoring(stored: StoredTable, expected_cell: ExpectedCell) -> Iterator[Mismatch]:
    """The accuracy of the likeliest option may be there in addition, since it changes nothing."""
    expected = expected_cell.task
    metrics = {name for name in expected.metrics if not (expected_cell.rule and name == CHOICE)}
    if metrics - set(stored.signatures) == {CHOICE}:
        text = f"{CHOICE} is not computed; scoring.choice=true adds it"
        yield Mismatch("likelihood", text)
        return
    if set(stored.signatures) - {CHOICE} != metrics - {CHOICE}:
        scored, declared = (", ".join(sorted(names)) for names in (stored.signatures, metrics))
        yield Mismatch("scoring", difference("the list of metrics", scored, declared))
        return
    if set(stored.facts["score"]) != set(expected.score):
        yield Mismatch(
            "scoring",
            f"the task score is of {', '.join(stored.facts['score'])}, not of "
            f"{', '.join(expected.score)}",
        )
    for name in sorted(metrics & expected.signatures.keys()):
        signature = expected.signatures[name]
        if stored.signatures[name] != signature:
            yield _signature_mismatch(name, stored.signatures[name], signature)


def _signature_mismatch(name: str, stored: str, expected: str) -> Mismatch:
    """Other versions of libraries are no other scorer, unless the study has both."""
    pairs = list(zip_longest(*(re.split(r"[ |]", text) for text in (stored, expected))))
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    versions = all(part and _VERSION.fullmatch(part) for pair in differing for part in pair)
    text = difference(f"scorer of {name}", stored.replace("|", " "), expected.replace("|", " "))
    return Mismatch("library" if versions else "scoring", text)


def _readers(stored: StoredTable, expected: ExpectedTask) -> Iterator[Mismatch]:
    """A table without versions is older than the first change of a reader."""
    versions = stored.facts.get("versions") or dict.fromkeys(expected.versions, 1)
    changes: dict[tuple[int | None, int | None], list[str]] = {}
    for name in sorted({*versions, *expected.versions}):
        change = versions.get(name), expected.versions.get(name)
        if change[0] != change[1]:
            changes.setdefault(change, []).append(f"`{name}`")
    if changes:
        readers = "; ".join(
            f"version {old} of {', '.join(names)}, now {new}"
            for (old, new), names in changes.items()
        )
        yield Mismatch("reader", f"read by {readers}; backend=replay reads it again")
