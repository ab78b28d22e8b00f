import json
import logging
from pathlib import Path
from typing import Any

import pytest

from clue.cli.data import import_upstream
from clue.cli.data.import_upstream import (
    UPSTREAM_SCRIPTS,
    UpstreamScript,
    checkout_commit,
    read_wording,
)
from clue.cli.data.python_constants import Script
from clue.common.file_cache import checksum
from clue.config.schema import PromptConf
from clue.data.registry import DEMO
from clue.errors import ConfigError, DataError, DataMissing
from clue.task.task import Task
from clue.task.task_files import expanded, load
from clue.task.templates import FILE
from tests.clue.cli.data.fake_checkout import MARKER, SCRIPTS, checkout, git, run_import


def stored(data: Path) -> Any:
    return json.loads((data / FILE).read_text())


def upstream_script(stem: str) -> UpstreamScript:
    (script,) = [script for script in UPSTREAM_SCRIPTS if Path(script.file).stem == f"eval_{stem}"]
    return script


def test_an_import_keeps_commit_and_digests_and_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder, data = checkout(tmp_path / "clone"), tmp_path / "data"
    assert run_import(folder, data) == 0
    content = stored(data)
    assert content["commit"] == git(folder, "rev-parse", "HEAD")
    assert content["scripts"] == {name: checksum(folder / name) for name in SCRIPTS}
    assert (data / FILE).stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.rglob(MARKER))
    printed = capsys.readouterr().out
    assert f"written: {data / FILE} (commit {content['commit']})" in printed
    assert "Weigh" not in printed


def test_what_a_script_says_is_stored_with_our_field_names(tmp_path: Path) -> None:
    run_import(checkout(tmp_path / "clone"), tmp_path)
    tasks = stored(tmp_path)["tasks"]
    assert tasks["mednli"] == {
        "system": "Weigh two lines. {Braces} are text here.",
        "user": "\nOne: {premise}\nTwo: {hypothesis}\n",
        "assistant": "{target}",
        "max_new_tokens": 20,
        "rewrites": {},
    }
    assert tasks["problem_summary"]["user"] == "{subjective}\n\n{assessment} {{so far}}"
    assert tasks["medisumcode"]["assistant"] == "Codes are {target}"
    assert tasks["longhealth1"] == {
        "system": "\nLook it up.\n",
        "user": "\n{documents}\n==\n{question}\n{options}\n",
        "separator": "~~~",
        "unanswerable": "Nobody knows",
        "rewrites": {},
    }
    assert tasks["longhealth1"] == tasks["longhealth2"] == tasks["longhealth3"]


def test_every_task_has_a_source_and_every_placeholder_a_field_of_its_samples() -> None:
    tasks = expanded("all")
    assert sorted(tasks) == sorted(name for source in UPSTREAM_SCRIPTS for name in source.tasks)
    for source in UPSTREAM_SCRIPTS:
        for name in source.tasks:
            sample = Task(load(name), DEMO, PromptConf()).split().scored[0]
            assert set(source.fields.values()) <= set(sample.fields), name
            assert (source.target is None) == (load(name).shots == 0)


def test_windows_line_ends_change_no_wording(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_bytes(SCRIPTS["eval/eval_mednli.py"].replace("\n", "\r\n").encode())
    plain = Script.of(SCRIPTS["eval/eval_mednli.py"], path)
    assert read_wording(upstream_script("mednli"), Script.read(path)) == read_wording(
        upstream_script("mednli"), plain
    )


def test_the_budget_of_longhealth_is_read_where_there_is_one(tmp_path: Path) -> None:
    text = SCRIPTS["eval/eval_LongHealth.py"]
    assert "max_new_tokens" not in read_wording(
        upstream_script("LongHealth"), Script.of(text, tmp_path)
    )
    content = read_wording(
        upstream_script("LongHealth"), Script.of(f"{text}\nmax_new_tokens = 60", tmp_path)
    )
    assert content["max_new_tokens"] == 60


MEDNLI = SCRIPTS["eval/eval_mednli.py"]
LONGHEALTH = SCRIPTS["eval/eval_LongHealth.py"]


@pytest.mark.parametrize(
    ("stem", "old", "new", "message"),
    [
        (
            "mednli",
            "sys_prompt",
            "system",
            r"lines 1 to 13: no constant sys_prompt; .*system \(line 6\)",
        ),
        ("mednli", "user_prompt_template", "user", "no constant user_prompt_template"),
        ("mednli", "max_tokens", "tokens", "no constant max_tokens"),
        ("mednli", "20", '"20"', "line 13: max_tokens is no plain whole number"),
        ("mednli", "20", "True", "line 13: max_tokens is no plain whole number"),
        ("mednli", "20", "0", "line 13: max_tokens is 0, no budget"),
        ("mednli", '"""Weigh', 'f"""Weigh', "line 6: sys_prompt is no plain text"),
        ("mednli", '"""{gold_label}"""', "str(1)", "line 12: assistant_response_template is no pl"),
        ("mednli", '"""{gold_label}"""', "start + 'x'", "assistant_response_template is no plain"),
        (
            "mednli",
            "sentence1",
            "sentence3",
            r"line 8: user_prompt_template: unknown placeholder "
            r"\{sentence3\}; known: sentence1, sentence2$",
        ),
        ("mednli", "sentence2", "gold_label", r"unknown placeholder \{gold_label\}"),
        ("mednli", "{sentence1}", "{}", r"unknown placeholder \{\}"),
        ("mednli", "{sentence1}", "{sentence1.x[0]}", r"unknown placeholder \{sentence1.x\[0\]\}"),
        ("mednli", "{sentence1}", "{sentence1!r:>9}", r"unknown placeholder \{sentence1!r:>9\}"),
        ("mednli", "{sentence1}", "{sentence1", "user_prompt_template is no template: "),
        ("mednli", "max_tokens = 20", "max_tokens = (20", r"line \d+: no Python"),
        ("mednli", "max_tokens = 20", "\0", "no Python|cannot be parsed"),
        ("LongHealth", "create_prompt(", "make_prompt(", r"no function create_prompt\(\)"),
        ("LongHealth", 'separator="~~~"', "separator", "no default of the parameter separator"),
        ("LongHealth", '"~~~"', "None", "line 15: separator is no plain text"),
        ("LongHealth", '["answer_f"]', '["answer_g"]', r"no assignment to \['answer_f'\] in main"),
        ("LongHealth", '"Nobody knows"', "unknown", "line 20: answer_f is no plain text"),
        ("LongHealth", "prompt_template =", "template =", "no constant prompt_template"),
    ],
)
def test_a_script_that_is_not_as_expected_is_named(
    tmp_path: Path, stem: str, old: str, new: str, message: str
) -> None:
    text = SCRIPTS[f"eval/eval_{stem}.py"]
    assert old in text
    folder = checkout(tmp_path / "clone", commit=False, **{stem: text.replace(old, new, 1)})
    with pytest.raises(DataError, match=message) as caught:
        run_import(folder, tmp_path)
    assert str(caught.value).startswith(str(folder / f"eval/eval_{stem}.py"))
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("missing", ["eval/eval_MeDiSumCode.py", "eval", "."])
def test_a_missing_script_says_where_to_get_it(tmp_path: Path, missing: str) -> None:
    folder = checkout(tmp_path / "clone", commit=False)
    (folder / missing).rename(tmp_path / "away")
    with pytest.raises(DataMissing, match=r"eval/eval_\w+.py is missing") as caught:
        run_import(folder, tmp_path / "my data")
    assert "git clone https://github.com/TIO-IKIM/CLUE && git -C CLUE checkout 2de4314" in str(
        caught.value
    )
    assert f"import-upstream CLUE --data '{tmp_path / 'my data'}'" in str(caught.value)


def test_the_demo_data_of_the_package_take_no_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_upstream, "save", lambda *arguments: pytest.fail("written"))
    with pytest.raises(ConfigError, match=f"into a copy of {DEMO}"):
        run_import(checkout(tmp_path, commit=False), "demo")


def test_a_changed_script_does_not_pass_for_its_commit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = checkout(tmp_path)
    commit = checkout_commit(folder)
    assert commit == git(folder, "rev-parse", "HEAD")
    (folder / "eval" / "note.txt").write_text("no script")
    assert checkout_commit(folder) == commit
    assert "not the one of the paper, 2de4314" in caplog.text
    assert "differ" not in caplog.text
    with (folder / "eval" / "eval_mednli.py").open("a") as script:
        script.write("# changed\n")
    assert checkout_commit(folder) == f"{commit}-dirty"
    assert "scripts differ from commit" in caplog.text


@pytest.mark.parametrize("empty", [False, True])
def test_outside_git_the_commit_is_unknown_even_within_another_checkout(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, empty: bool
) -> None:
    checkout(tmp_path)
    inner = checkout(tmp_path / "unpacked", commit=False)
    if empty:
        (inner / ".git").mkdir()
    with caplog.at_level(logging.WARNING):
        assert run_import(inner, tmp_path) == 0
    assert f"{inner} is no readable git checkout" in caplog.text
    assert stored(tmp_path)["commit"] == "unknown"
