"""A frozen declaration: what it says in a report, what was changed, and damage."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clue.config.schema import PathsConf
from clue.errors import ConfigError, StoreError
from clue.study.changes import changes, statement
from clue.study.declaration import declare
from clue.study.expected import Resolver
from clue.study.freeze import FrozenStudy, declaration_content, frozen_now, read, write
from clue.study.resolution import resolve
from clue.study.selection import choose
from tests.clue.study.conftest import Evaluated

STUDY = ("models=meditron7b", "tasks=mednli", "references=")


def resolver(store: Path, *words: str) -> Resolver:
    paths = PathsConf("demo", "models", str(store))
    return Resolver(declare(choose([*STUDY, *words]).conf), paths)


def frozen(store: Path, *words: str) -> FrozenStudy:
    return frozen_now(resolver(store, *words), store, "c0ffee" * 6)


def test_the_sentence_of_an_empty_store(tmp_path: Path) -> None:
    (sentence,) = statement([frozen(tmp_path)], declaration_content(resolver(tmp_path)))
    assert "before any of its cells was generated." in sentence
    assert sentence.startswith("Declared on ")
    assert "commit c0ffeec0ffee" in sentence


def test_cells_that_have_answers_are_counted(evaluated: Evaluated) -> None:
    paths = PathsConf(str(evaluated.data), "models", str(evaluated.store))
    study = Resolver(declare(choose([*STUDY, "backends=fake"]).conf), paths)
    there = frozen_now(study, evaluated.store, "")
    assert there.present == ("llama2_7b/mednli/paper", "meditron7b/mednli/paper")
    assert "when 2 of its 2 cells were there already." in there.sentence()
    other_backend = frozen_now(Resolver(declare(choose(STUDY).conf), paths), evaluated.store, "")
    assert other_backend.present == ()


DAMAGE = (b"", b"[" * 100_000, b"null", None, b'{"protocol": {}}')


@pytest.mark.parametrize("content", DAMAGE)
def test_answers_of_an_unknown_cell_are_not_taken_for_none(
    evaluated: Evaluated, tmp_path: Path, content: bytes | None
) -> None:
    store = tmp_path / "mlruns"
    for path in evaluated.store.glob("cells/mednli/*/*/*"):
        copy = store / path.relative_to(evaluated.store)
        copy.parent.mkdir(parents=True, exist_ok=True)
        _ = copy.write_bytes(path.read_bytes())
    (folder,) = {  # `paper` is three_shot for this task
        one.path.parent for one in evaluated.tables["three_shot"] if "llama2" in one.name
    }
    damaged = store / folder.relative_to(evaluated.store) / "cell.json"
    damaged.unlink()
    if content is not None:
        damaged.write_bytes(content)
    paths = PathsConf(str(evaluated.data), "models", str(store))
    study = Resolver(declare(choose([*STUDY, "backends=fake"]).conf), paths)
    assert len(frozen_now(study, store, "").present) == 2  # the table has them too
    for table in damaged.parent.glob("records-*"):
        table.unlink()
    with pytest.raises(StoreError, match=r"cell\.json is missing or damaged.*then freeze"):
        frozen_now(study, store, "")
    assert frozen(store, "tasks=meqsum").present == ()


def test_changes_are_told_in_words(tmp_path: Path) -> None:
    before = frozen(tmp_path)
    words = ("margins.level=2", "settings.tasks.mednli.max_new_tokens=9", "models=med42_8b")
    now = declaration_content(resolver(tmp_path, *words))
    told = changes(before, now)
    assert "margins.level: 1.0, now 2.0" in told
    assert "tasks.mednli/paper.max_new_tokens: 20, now 9" in told
    added = "added med42_8b - llama3_8b_instruct, removed meditron7b - llama2_7b"
    assert f"pairs: {added}" in told
    assert statement([before], now)[1].startswith("Changed since then: ")
    assert changes(before, declaration_content(resolver(tmp_path))) == []


def test_an_amendment_names_its_change(tmp_path: Path) -> None:
    versions = [frozen(tmp_path), frozen(tmp_path, "alpha=0.01")]
    first, amended = statement(versions, versions[1].declaration)
    assert first.startswith("Declared on ")
    assert "Amended on " in amended
    assert "alpha: 0.05, now 0.01" in amended


def test_frozen_studies_are_numbered_and_read_back(tmp_path: Path) -> None:
    versions = [frozen(tmp_path), frozen(tmp_path, "alpha=0.01")]
    paths = [write(tmp_path, version) for version in versions]
    assert [path.name for path in paths] == ["1.json", "2.json"]
    assert read(tmp_path, "paper") == versions
    assert read(tmp_path, "demo") == []


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_frozen_study_that_was_changed_by_hand_is_refused(tmp_path: Path, damage: str) -> None:
    path = write(tmp_path, frozen(tmp_path))
    content = json.loads(path.read_text())
    content["declaration"]["study"]["alpha"] = 0.1
    path.write_text(path.read_text()[:99] if damage == "cut" else json.dumps(content))
    with pytest.raises(StoreError, match=r"studies/paper/1.json is damaged or was changed by hand"):
        read(tmp_path, "paper")


def test_a_frozen_study_keeps_what_it_resolved_to(tmp_path: Path) -> None:
    study = resolver(tmp_path)
    resolved = study.task("mednli", "paper").resolved() | {"dataset_sha256": "0" * 64}
    write(tmp_path, replace(frozen(tmp_path), resolved={"mednli/paper": resolved}))
    kept = resolve(study.declaration, study.paths).resolver.task("mednli", "paper")
    assert kept.protocol["dataset_sha256"] == "0" * 64
    assert study.task("mednli", "paper").protocol["dataset_sha256"] != "0" * 64


def test_a_changed_study_is_refused_with_the_next_command(tmp_path: Path) -> None:
    write(tmp_path, frozen(tmp_path, "alpha=0.01"))
    study = resolver(tmp_path)
    with pytest.raises(ConfigError, match=r"alpha: 0.01, now 0.05.*study freeze paper --amend"):
        resolve(study.declaration, study.paths).check_unchanged()


def test_a_field_that_is_newer_than_frozen_studies_is_absent_while_it_is_null(
    tmp_path: Path,
) -> None:
    """So the digest of a study that was frozen before the field existed stays what it was."""
    tasks = ("tasks=mednli,longhealth",)
    before = frozen(tmp_path, *tasks)
    assert "level_contrast" not in before.declaration["study"]
    word = "level_contrast={exam: [mednli], clinical: [longhealth]}"
    after = declaration_content(resolver(tmp_path, *tasks, word))
    assert changes(before, after) == [
        "level_contrast.clinical added (['longhealth'])",
        "level_contrast.exam added (['mednli'])",
    ]
