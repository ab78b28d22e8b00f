from pathlib import Path

import pytest
import yaml

from clue.common.cli import CONFIG_DIR
from clue.config.schema import TaskConf
from clue.config.wording_schema import WordingConf
from clue.errors import ConfigError
from clue.task.wordings import wording_problems, wordings

TASK = TaskConf(
    name="own",
    system="You read notes.",
    user="Note: {note}\nClaim: {claim}\nIs the claim true? Say yes or no.",
)
VALID = {
    **{"kind": "plain", "origin": "author", "by": "A. Author", "date": "2026-01-01"},
    **{"licence": "CC0-1.0", "system": "", "user": "{note}\nTrue, yes or no?\n{claim}"},
}


def problems_of(**changes: str) -> list[str]:
    return list(wording_problems(WordingConf(**{**VALID, **changes}), TASK, ("yes", "no")))


def test_a_wording_that_asks_the_same_has_no_problem() -> None:
    assert problems_of() == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"user": "{note} yes no"}, "user names note, and the task file names claim, note"),
        ({"user": "{note} {claim} {claim} yes no"}, "user names claim, claim, note"),
        ({"user": "{note} {claim} {id} yes no"}, "user names claim, id, note"),
        ({"system": "{note}"}, "system names note: it is text"),
        ({"user": "{note} {claim} yes or nothing"}, "it does not name the answer no"),
        ({"user": "{note} {claim} yes no" + " please" * 40}, "more than 1.5 times the"),
        ({"kind": "poem"}, "kind=poem is none of terse, formal"),
        ({"origin": "found"}, "origin=found is none of author, clinician, generated"),
        ({"by": ""}, "by= is empty"),
        ({"licence": ""}, "licence= is empty"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wording_that_asks_something_else_is_refused(
    changes: dict[str, str], problem: str
) -> None:
    found = problems_of(**changes)
    assert len(found) == 1
    assert problem in found[0]


def write(folder: Path, name: str, **changes: str) -> None:
    path = folder / "wording" / "own" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({**VALID, **changes}))


def test_wordings_are_read_from_an_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "task").mkdir()
    write(tmp_path, "b")
    write(tmp_path, "a", kind="terse")
    monkeypatch.setenv(CONFIG_DIR, str(tmp_path))
    found = wordings(TASK, ())
    assert list(found) == ["a", "b"]
    assert found["a"].kind == "terse"


def test_all_problems_of_all_files_are_reported_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "task").mkdir()
    write(tmp_path, "a", user="{note}")
    write(tmp_path, "b", by="")
    monkeypatch.setenv(CONFIG_DIR, str(tmp_path))
    with pytest.raises(ConfigError, match=r"(?s)a\.yaml: user names note.*b\.yaml: by= is empty"):
        wordings(TASK, ())


def test_a_task_without_wordings_says_where_they_belong() -> None:
    with pytest.raises(ConfigError, match=r"own has no wordings.*wording/own/<id>\.yaml"):
        wordings(TASK, ())


def test_an_unknown_field_of_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "task").mkdir()
    write(tmp_path, "a", colour="blue")
    monkeypatch.setenv(CONFIG_DIR, str(tmp_path))
    with pytest.raises(ConfigError, match="colour"):
        wordings(TASK, ())
