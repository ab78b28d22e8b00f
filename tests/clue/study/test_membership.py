"""A stored cell counts by what it is, never by its name or its time."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from clue.config.schema import PathsConf
from clue.store.stored_tables import StoredTable
from clue.study.declaration import CellKey
from clue.study.expected import Resolver
from clue.study.membership import membership
from tests.clue.study.conftest import Evaluated, declared
from tests.clue.study.variants import variant

STUDY = ("models=meditron7b", "tasks=mednli", "backends=fake", "references=")
TUNED = CellKey("paper", "meditron7b", "mednli")
BASE = CellKey("paper", "llama2_7b", "mednli")


def cell_of(evaluated: Evaluated, key: CellKey) -> StoredTable:
    """The table that counts for a key."""
    tables = evaluated.tables["three_shot"]
    return next(table for table in tables if table.facts["model"] == key.model)


def test_a_sweep_of_shots_serves_the_declared_setting_with_the_same_shots(
    evaluated: Evaluated,
) -> None:
    assert evaluated.statuses["three_shot"] == ["done", "done"]
    assert evaluated.statuses["paper"] == ["skipped", "skipped"]
    tables = evaluated.tables["three_shot"]
    assert [table.facts["prompt"] for table in tables] == ["three_shot"] * 2
    members = evaluated.members(tables, *STUDY, "prompts=paper,three_shot,zero_shot")
    paths = {key: table.path for key, table in members.counted.items()}
    assert paths[TUNED] == paths[TUNED._replace(prompt="three_shot")]
    assert set(paths) == {
        key._replace(prompt=prompt) for key in (TUNED, BASE) for prompt in ("paper", "three_shot")
    }
    assert members.missing == [key._replace(prompt="zero_shot") for key in (BASE, TUNED)]
    assert not members.trials
    assert not members.ambiguous


def test_a_small_trial_with_another_wording_replaces_nothing(evaluated: Evaluated) -> None:
    full, trials = evaluated.tables["three_shot"], evaluated.tables["trial"]
    for path in (table.path for table in (*trials, *full)):  # the full cells are the newest, then
        os.utime(path)
    for path in (table.path for table in (*full, *trials)):  # the trial is
        os.utime(path)
    members = evaluated.members([*trials, *full], *STUDY)
    assert [table.path for table in members.counted.values()] == [table.path for table in full]
    (trial,) = members.trials
    assert trial.table.path == trials[0].path
    assert trial.reason == (
        "limit 5 of 6; wording of tasks.mednli.user differs: ... Claim: {hypothesis} Reply with "
        "... / ... Claim: {hypothesis} Which is it: entailment, neutral or contradiction? Reply "
        "with ..."
    )


def test_without_the_data_a_limit_is_named_without_the_total(
    evaluated: Evaluated, tmp_path: Path
) -> None:
    members = evaluated.members(evaluated.tables["limited"], *STUDY, data=tmp_path)
    assert [trial.reason for trial in members.trials] == ["limit 5"]
    members = evaluated.members(evaluated.tables["three_shot"], *STUDY, data=tmp_path)
    assert set(members.counted) == {TUNED, BASE}


def test_a_declared_limit_counts_instead_of_all_samples(evaluated: Evaluated) -> None:
    tables = [*evaluated.tables["three_shot"], *evaluated.tables["limited"]]
    members = evaluated.members(tables, *STUDY, "settings.limit=5")
    assert members.counted == {BASE: evaluated.tables["limited"][0]}
    reasons = {trial.reason for trial in members.trials}
    assert reasons == {"6 of 6 samples, the study declares limit 5"}


def test_a_limit_above_the_number_of_samples_cuts_nothing(evaluated: Evaluated) -> None:
    tables = evaluated.tables["three_shot"]
    large = [replace(table, facts={**table.facts, "limit": 1000}) for table in tables]
    assert set(evaluated.members(large, *STUDY).counted) == {TUNED, BASE}


@pytest.mark.parametrize("with_data", [True, False])
def test_fewer_presentations_of_a_question_are_a_trial(
    evaluated: Evaluated, tmp_path: Path, with_data: bool
) -> None:
    study = ("models=meditron7b", "tasks=longhealth1", "backends=fake")
    full, once = evaluated.tables["presentations"], evaluated.tables["one presentation"]
    data = None if with_data else tmp_path
    members = evaluated.members([*full, *once], *study, data=data)
    assert list(members.counted.values()) == list(full)
    (trial,) = members.trials
    assert trial.reason == "1 presentation of every question, the study declares 5"


def test_a_pair_of_ones_own_is_a_trial_of_another_study(evaluated: Evaluated) -> None:
    tables = [*evaluated.tables["three_shot"], *evaluated.tables["own pair"]]
    members = evaluated.members(tables, *STUDY)
    assert set(members.counted) == {TUNED, BASE}
    (trial,) = members.trials
    assert trial.reason == "model not declared"


def test_made_up_answers_do_not_count_in_the_paper(evaluated: Evaluated) -> None:
    members = evaluated.members(evaluated.tables["three_shot"])
    assert not members.counted
    assert [trial.reason for trial in members.trials] == ["backend fake"] * 2
    assert {TUNED, BASE} <= set(members.missing)


def test_a_rule_counts_as_the_baseline_that_it_is(evaluated: Evaluated) -> None:
    tables = evaluated.tables["baselines"]
    assert {table.backend for table in tables} == {"baseline"}
    keys = {key.model: key for key in evaluated.members(tables, "tasks=mednli").counted}
    assert set(keys) == {"baseline_majority", "baseline_random"}
    members = evaluated.members(tables, "tasks=mednli", "references=baseline_majority")
    assert [key.model for key in members.counted] == ["baseline_majority"]
    assert [one.reason for one in members.trials] == ["model not declared"]


def test_another_prompt_setting_and_task_are_named(evaluated: Evaluated) -> None:
    members = evaluated.members(evaluated.tables["zero_shot"], *STUDY)
    (trial,) = members.trials
    assert trial.reason.startswith("prompt zero_shot is not declared; ")
    assert "prompting.shots differs: 0 / 3" in trial.reason
    members = evaluated.members(evaluated.tables["presentations"], *STUDY)
    assert [one.reason for one in members.trials] == ["task not declared"]


def test_two_cells_that_fit_and_differ_are_refused_with_both_named(
    evaluated: Evaluated, tmp_path: Path
) -> None:
    tuned = cell_of(evaluated, TUNED)
    first = variant(tuned, tmp_path / "cells", "a" * 8)
    second = variant(tuned, tmp_path / "cells", "b" * 8, changed=True)
    twin = variant(tuned, tmp_path / "cells", "c" * 8)
    members = evaluated.members([first, second, twin], *STUDY)
    assert not members.counted
    (case,) = members.ambiguous
    assert case.key == TUNED
    assert {table.path for table in case.tables} < {first.path, second.path, twin.path}
    assert second.path in {table.path for table in case.tables}
    names = " and ".join(table.fingerprint for table in case.tables)
    weights = [table.facts["generation"]["backend"]["weights"] for table in case.tables]
    assert case.reason == (
        f"2 stored cells fit: {names}; backend.weights differs: {weights[0]} / {weights[1]}. "
        f"Choose one: python -m clue store use {case.tables[0].fingerprint}"
    )
    assert TUNED not in members.missing
    (trial,) = members.trials  # one of the two cells with the same records
    assert trial.reason.startswith("another cell stands for it: one with the same records")


def test_a_person_chooses_between_two_cells(evaluated: Evaluated, tmp_path: Path) -> None:
    tuned = cell_of(evaluated, TUNED)
    tables = [
        variant(tuned, tmp_path / "cells", "a" * 8),
        variant(tuned, tmp_path / "cells", "b" * 8, changed=True),
    ]
    declaration = declared(*STUDY, tables=tables)
    paths = PathsConf(str(evaluated.data), "models", str(evaluated.store))
    resolver = Resolver(declaration, paths)
    members = membership(declaration, tables, resolver.cell, lambda fitting: fitting[1])
    chosen = members.counted[TUNED]
    assert not members.ambiguous
    (note,) = members.notes
    (other,) = (table for table in tables if table.path != chosen.path)
    assert note == (
        f"meditron7b/mednli/paper: {chosen.fingerprint} was chosen with `clue store use`, not "
        f"{other.fingerprint}"
    )
    assert [trial.table.path for trial in members.trials] == [other.path]


def test_the_same_records_twice_are_no_choice(evaluated: Evaluated, tmp_path: Path) -> None:
    tuned = cell_of(evaluated, TUNED)
    label = "epfl-llm--meditron-7b"
    twins = [
        variant(tuned, tmp_path / "cells", "a" * 8, facts={"model": label}),
        variant(tuned, tmp_path / "cells", "b" * 8),
    ]
    for order in (twins, twins[::-1]):
        members = evaluated.members(order, *STUDY)
        assert members.counted == {TUNED: twins[1]}  # the one under the declared name
        assert not members.ambiguous
        (trial,) = members.trials
        assert trial.table == twins[0]


def test_a_model_counts_under_any_label(evaluated: Evaluated, tmp_path: Path) -> None:
    tuned = cell_of(evaluated, TUNED)
    label = variant(tuned, tmp_path / "cells", "a", facts={"model": "epfl-llm--meditron-7b"})
    assert evaluated.members([label], *STUDY).counted == {TUNED: label}


def test_cells_whose_answers_alone_differ_are_a_choice_too(
    evaluated: Evaluated, tmp_path: Path
) -> None:
    tuned = cell_of(evaluated, TUNED)
    first = variant(tuned, tmp_path / "one" / "cells", "a" * 8)
    second = variant(tuned, tmp_path / "two" / "cells", "a" * 8, changed=True)
    (case,) = evaluated.members([first, second], *STUDY).ambiguous
    assert "only their answers differ" in case.reason


def test_scorers_of_other_library_versions_count_where_no_cell_is_exact(
    evaluated: Evaluated,
) -> None:
    exact = evaluated.tables["three_shot"]
    older = [
        replace(
            table,
            path=table.path.with_name("records-0.parquet"),
            signatures={
                name: signature.replace("clue 0.1.0", "clue 0.0.9")
                for name, signature in table.signatures.items()
            },
        )
        for table in exact
    ]
    members = evaluated.members(older, *STUDY)
    assert set(members.counted) == {TUNED, BASE}
    assert [note.partition(": scorer")[0] for note in members.notes] == [
        "mednli: other versions of libraries than here"
    ]
    members = evaluated.members([*older, *exact], *STUDY)
    assert list(members.counted.values()) == list(exact)
    assert not members.notes
    assert all("scorer of accuracy differs" in trial.reason for trial in members.trials)
