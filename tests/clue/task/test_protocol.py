import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clue.common.file_cache import checksum
from clue.config.schema import PromptConf, TaskConf
from clue.records import sha256
from clue.task.task import Task
from clue.task.task_files import load
from tests.clue.cli.data.fake_checkout import git, run_import, worded


def upstream(name: str, data: Path) -> dict[str, Any]:
    return Task(load(name), PromptConf(wording="upstream"), data).protocol(())


OWN = {
    "task": "mednli",
    "wording": ["s", "{premise}", "{target}"],
    "prompting": {"name": None, "shots": 1, "source": "test", "seed": 1},
    "max_new_tokens": 20,
}


@pytest.mark.parametrize("name", ["mednli", "longhealth2"])
def test_the_protocol_of_our_own_wording_is_what_it_always_was(data: Path, name: str) -> None:
    """Completions of earlier runs are found by it."""
    conf = TaskConf(name, system="s", user="{premise}", shots=1, max_new_tokens=20)
    expected: dict[str, Any] = dict(OWN)
    if name == "longhealth2":
        shown = {"documents": "mixed", "order": "per_question", "budget": 99, "unanswerable": "f"}
        conf = replace(conf, reader="longhealth", **shown)  # type: ignore[arg-type]
        expected |= {"task": name, **shown}
    task = Task(conf, PromptConf(), data)
    shots = task.split().shots
    expected["dataset_sha256"] = checksum(task.path())
    expected["shots"] = sha256([[shot.id, dict(shot.fields), shot.target] for shot in shots])
    assert task.protocol(shots) == expected


def test_an_imported_wording_tells_commit_separator_option_f_and_rewrites(tmp_path: Path) -> None:
    commit = git(worded(tmp_path) / "clone", "rev-parse", "HEAD")
    protocol = upstream("longhealth3", tmp_path)
    assert protocol["upstream"] == {"commit": commit, "separator": "~~~", "rewrites": {}}
    assert protocol["unanswerable"] == "Nobody knows"
    assert protocol["wording"][0] == "\nLook it up.\n"
    assert "wording" not in protocol["prompting"]
    listed = upstream("problem_summary", tmp_path)
    assert listed["upstream"] == {"commit": commit, "separator": None, "rewrites": {";": ", "}}
    assert listed["max_new_tokens"] == 256
    assert json.loads(json.dumps(listed)) == listed


def test_another_commit_is_another_protocol(tmp_path: Path) -> None:
    clone = worded(tmp_path) / "clone"
    before = upstream("mednli", tmp_path)
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "more")
    run_import(clone, tmp_path)
    after = upstream("mednli", tmp_path)
    assert sha256(before) != sha256(after)
    assert before | {"upstream": None} == after | {"upstream": None}
