"""Every kind of difference between a stored cell and a declared one, in words."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clue.config.schema import PathsConf
from clue.store.stored_tables import StoredTable
from clue.study.declaration import CellKey
from clue.study.expected import ExpectedCell, Resolver
from clue.study.mismatch import mismatches
from tests.clue.study.conftest import Evaluated, declared

KEY = CellKey("paper", "meditron7b", "mednli")
SIGNATURE = "accuracy|clue 0.1.0|equality of the answer read"


@pytest.fixture(scope="module")
def expected(evaluated: Evaluated) -> ExpectedCell:
    study = declared("models=meditron7b", "tasks=mednli", "backends=fake")
    paths = PathsConf(str(evaluated.data), "models", str(evaluated.store))
    return Resolver(study, paths).cell(KEY)


@pytest.fixture
def stored(evaluated: Evaluated) -> StoredTable:
    tables = evaluated.tables["three_shot"]
    return next(table for table in tables if table.facts["model"] == KEY.model)


def changed(table: StoredTable, changes: Mapping[str, Any]) -> StoredTable:
    """The table with other facts, by dotted name; None takes a fact away."""
    facts = copy.deepcopy(dict(table.facts))
    for name, value in changes.items():
        *parents, last = name.split(".")
        group = facts
        for parent in parents:
            group = group[parent]
        group[last] = value
    return replace(table, facts=facts)


def test_the_declared_cell_has_no_difference(stored: StoredTable, expected: ExpectedCell) -> None:
    assert mismatches(stored, expected) == []
    assert mismatches(changed(stored, {"limit": 6}), expected) == []  # it cuts nothing


@pytest.mark.parametrize(
    ("changes", "kind", "text"),
    [
        ({"generation.backend.name": "vllm"}, "backend", "backend vllm"),
        ({"demo": True}, "data", "fictional data"),
        (
            {"generation.protocol.dataset_sha256": "0123456789abcdef"},
            "data",
            "other data: sha256 0123456789ab / ",
        ),
        (
            {"generation.protocol.shots": "0" * 64},
            "protocol",
            "other worked examples",
        ),
        (
            {"generation.protocol.prompting.source": "train"},
            "protocol",
            "prompting.source differs: train / test",
        ),
        (
            {"generation.protocol.prompting.seed": 2},
            "protocol",
            "prompting.seed differs: 2 / 1",
        ),
        (
            {"generation.protocol.max_new_tokens": 128},
            "protocol",
            "max_new_tokens differs: 128 / 20",
        ),
        (
            {"generation.protocol.origin": "upstream"},
            "protocol",
            "origin differs: upstream / None",
        ),
        ({"generation.decoding": "sampled"}, "protocol", "decoding differs: sampled / greedy"),
        (
            {"generation.model.revision": "abc123"},
            "model",
            "model.revision differs: abc123 / None",
        ),
        (
            {"generation.model.quantization": "int8"},
            "model",
            "model.quantization differs: int8 / None",
        ),
        ({"score": ["accuracy_upstream"]}, "scoring", "the task score is of accuracy_upstream"),
        (
            {"versions.parse": 1},
            "reader",
            "read by version 1 of `parse`, now 2; backend=replay reads it again",
        ),
    ],
)
def test_a_difference_is_named(
    stored: StoredTable,
    expected: ExpectedCell,
    changes: Mapping[str, Any],
    kind: str,
    text: str,
) -> None:
    (difference,) = mismatches(changed(stored, changes), expected)
    assert difference.kind == kind
    assert difference.text.startswith(text)


def test_a_turn_that_differs_is_named_with_its_words(
    stored: StoredTable, expected: ExpectedCell
) -> None:
    system, user, assistant = stored.facts["generation"]["protocol"]["wording"]
    wording = [f"{system} Be brief.", user, f"Answer: {assistant}"]
    other = changed(stored, {"generation.protocol.wording": wording})
    assert [one.text for one in mismatches(other, expected)] == [
        "wording of tasks.mednli.system differs: ... be either. Be brief. / ... be either.",
        "wording of tasks.mednli.assistant differs: Answer: {target} / {target}",
    ]


def test_a_limit_that_cuts_is_named_with_the_total(
    stored: StoredTable, expected: ExpectedCell
) -> None:
    cut = replace(changed(stored, {"limit": 2}), rows=2)
    assert [(one.kind, one.text) for one in mismatches(cut, expected)] == [
        ("limit", "limit 2 of 6")
    ]
    rows = [one.text for one in mismatches(replace(stored, rows=4), expected)]
    assert rows == ["4 of 6 samples"]
    limited = replace(expected, task=replace(expected.task, limit=4))
    assert [one.text for one in mismatches(stored, limited)] == [
        "6 of 6 samples, the study declares limit 4"
    ]
    assert mismatches(replace(changed(stored, {"limit": 4}), rows=4), limited) == []
    few = replace(changed(stored, {"limit": 9}), rows=3)  # the data have no more
    assert mismatches(few, replace(expected, task=replace(expected.task, limit=9))) == []


def test_presentations_are_counted_where_no_limit_cuts(
    stored: StoredTable, expected: ExpectedCell
) -> None:
    twice = replace(expected, task=replace(expected.task, repeats=2, samples=12))
    assert [(one.kind, one.text) for one in mismatches(stored, twice)] == [
        ("protocol", "1 presentation of every question, the study declares 2")
    ]
    assert mismatches(replace(stored, repeats=2, rows=12), twice) == []
    cut = replace(changed(stored, {"limit": 2}), rows=2)
    assert [one.text for one in mismatches(cut, twice)] == ["limit 2 of 12"]


def test_further_draws_of_a_prompt_are_no_samples(
    stored: StoredTable, expected: ExpectedCell
) -> None:
    sampled = replace(expected, task=replace(expected.task, draws=5))
    assert mismatches(replace(stored, draws=5, rows=30), sampled) == []
    cut = replace(changed(stored, {"limit": 2}), draws=5, rows=10)
    assert [one.text for one in mismatches(cut, sampled)] == ["limit 2 of 6"]


def test_other_draws_are_no_declared_ones(stored: StoredTable, expected: ExpectedCell) -> None:
    (mismatch,) = mismatches(replace(stored, draws=5, rows=30), expected)
    assert mismatch.text == "5 answers to each prompt, the study declares 1"


def test_sampled_answers_are_no_greedy_ones(stored: StoredTable, expected: ExpectedCell) -> None:
    sampled = {"temperature": 0.7, "top_p": 1.0, "top_k": 0, "seed": 0}
    texts = [
        one.text for one in mismatches(changed(stored, {"generation.decoding": sampled}), expected)
    ]
    assert "decoding.temperature differs: 0.7 / None" in texts
    declared = replace(expected, task=replace(expected.task, decoding=sampled))
    assert mismatches(changed(stored, {"generation.decoding": sampled}), declared) == []


def test_fictional_data_count_in_a_study_that_declares_them_only(
    stored: StoredTable, expected: ExpectedCell
) -> None:
    fictional = replace(expected, task=replace(expected.task, fictional=True))
    assert [(one.kind, one.text) for one in mismatches(stored, fictional)] == [
        ("data", "data that are not the demonstration's")
    ]
    assert mismatches(changed(stored, {"demo": True}), fictional) == []


@pytest.mark.parametrize(
    ("signature", "kind"),
    [
        (SIGNATURE.replace("0.1.0", "0.1.1"), "library"),
        (SIGNATURE.replace("clue", "other"), "scoring"),
        (SIGNATURE.replace("equality", "similarity"), "scoring"),
        (f"{SIGNATURE}|stemmer", "scoring"),
    ],
)
def test_other_versions_of_libraries_are_no_other_scorer(
    stored: StoredTable, expected: ExpectedCell, signature: str, kind: str
) -> None:
    assert stored.signatures["accuracy"] == SIGNATURE
    other = replace(stored, signatures={**stored.signatures, "accuracy": signature})
    (one,) = mismatches(other, expected)
    assert (one.kind, one.is_library_version) == (kind, kind == "library")
    assert one.text.startswith("scorer of accuracy differs: ")


def test_another_list_of_metrics_is_named_once(stored: StoredTable, expected: ExpectedCell) -> None:
    fewer = replace(stored, signatures={"accuracy": SIGNATURE})
    assert [(one.kind, one.text) for one in mismatches(fewer, expected)] == [
        (
            "scoring",
            "the list of metrics differs: accuracy / accuracy, accuracy_upstream",
        )
    ]


def test_a_rule_is_that_of_the_declared_baseline(
    stored: StoredTable, expected: ExpectedCell
) -> None:
    rule = replace(expected, backends=("baseline",), rule="copy")
    baseline = {"generation.backend": {"name": "baseline", "rule": "majority"}}
    assert [(one.kind, one.text) for one in mismatches(changed(stored, baseline), rule)] == [
        ("model", "baseline majority, not copy")
    ]
    assert [one.text for one in mismatches(stored, rule)] == ["backend fake"]


def test_what_this_machine_cannot_resolve_is_not_compared(
    evaluated: Evaluated, stored: StoredTable, expected: ExpectedCell, tmp_path: Path
) -> None:
    study = declared("models=meditron7b", "tasks=mednli", "backends=fake")
    paths = PathsConf(str(tmp_path / "no data"), "models", str(evaluated.store))
    unresolved = Resolver(study, paths).cell(KEY)
    assert "dataset_sha256" not in unresolved.task.protocol
    other = changed(
        stored,
        {"generation.protocol.dataset_sha256": "0", "generation.protocol.shots": "1"},
    )
    assert mismatches(other, unresolved) == []
    assert len(mismatches(other, expected)) == 2
    without_scorers = replace(expected, task=replace(expected.task, signatures={}))
    unknown = dict.fromkeys(stored.signatures, "any")
    assert mismatches(replace(stored, signatures=unknown), without_scorers) == []


def test_a_table_without_readers_versions_was_read_by_their_first_ones(
    stored: StoredTable, expected: ExpectedCell
) -> None:
    facts = {name: value for name, value in stored.facts.items() if name != "versions"}
    older = replace(stored, facts=facts)
    first = replace(expected.task, versions=dict.fromkeys(expected.task.versions, 1))
    assert mismatches(older, replace(expected, task=first)) == []
    assert [one.kind for one in mismatches(older, expected)] == ["reader"]
