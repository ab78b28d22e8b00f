import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clue.common.file_cache import checksum
from clue.config.schema import PromptConf, TaskConf
from clue.records import sha256
from clue.task.protocol import protocol
from clue.task.task import Task
from clue.task.task_files import expanded, load
from clue.task.templates import PAPER_COMMIT, PAPER_WORDS, PromptTemplates
from tests.clue.cli.data.fake_checkout import SCRIPTS, checkout, git, run_import, worded


def upstream(name: str, data: Path) -> dict[str, Any]:
    return protocol(Task(load(name), data, PromptConf(wording="upstream")), ())


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
    task = Task(conf, data, PromptConf())
    shots = task.split().shots
    expected["dataset_sha256"] = checksum(task.path())
    expected["shots"] = sha256([[shot.id, dict(shot.fields), shot.target] for shot in shots])
    assert protocol(task, shots) == expected


def test_an_imported_wording_tells_words_separator_option_f_and_rewrites(tmp_path: Path) -> None:
    worded(tmp_path)
    protocol = upstream("longhealth3", tmp_path)
    words = protocol["upstream"].pop("commit")
    assert re.fullmatch("words [0-9a-f]{16}", words)
    assert protocol["upstream"] == {"separator": "~~~", "rewrites": {}}
    assert protocol["unanswerable"] == "Nobody knows"
    assert protocol["wording"][0] == "\nLook it up.\n"
    assert "wording" not in protocol["prompting"]
    listed = upstream("problem_summary", tmp_path)
    assert listed["upstream"].pop("commit") != words
    assert listed["upstream"] == {"separator": None, "rewrites": {";": ", "}}
    assert listed["max_new_tokens"] == 256
    assert json.loads(json.dumps(listed)) == listed


def test_the_words_decide_and_not_their_checkout(tmp_path: Path) -> None:
    clone = worded(tmp_path) / "clone"
    before = {name: upstream(name, tmp_path) for name in expanded("all")}
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "more")
    run_import(clone, tmp_path)
    assert {name: upstream(name, tmp_path) for name in expanded("all")} == before
    for script in (clone / "eval").iterdir():  # as git checks them out on Windows
        script.write_bytes(script.read_bytes().replace(b"\n", b"\r\n"))
    (clone / ".git").rename(tmp_path / "moved")
    run_import(clone, tmp_path)
    assert {name: upstream(name, tmp_path) for name in expanded("all")} == before


def test_other_words_are_another_protocol(tmp_path: Path) -> None:
    worded(tmp_path)
    before = {name: upstream(name, tmp_path)["upstream"] for name in expanded("all")}
    run_import(
        checkout(tmp_path / "other", mednli=SCRIPTS["eval/eval_mednli.py"] + "max_tokens = 21"),
        tmp_path,
    )
    after = {name: upstream(name, tmp_path)["upstream"] for name in expanded("all")}
    assert [name for name in expanded("all") if before[name] != after[name]] == ["mednli"]


def test_the_papers_words_have_the_papers_commit() -> None:
    """Fingerprints of answers to a clean checkout of that commit stay."""
    for digest in PAPER_WORDS:
        templates = PromptTemplates("s", "u", "a", 1, commit="unknown", words_sha256=digest)
        assert templates.origin()["upstream"]["commit"] == PAPER_COMMIT
