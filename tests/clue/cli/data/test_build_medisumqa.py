import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clue.cli.data import build_medisumqa
from clue.config import model_files
from clue.config.schema import ModelConf
from clue.errors import DataError, PrivacyError
from clue.task import medisumqa as task
from tests.clue.cli.data.asking import QuestionBackend
from tests.clue.data.mimic.tiny_mimic import INSTRUCTIONS, build, folder, note


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> QuestionBackend:
    backend = QuestionBackend()
    monkeypatch.setattr("clue.backends.create_backend", lambda setup: backend)
    return backend


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return folder(tmp_path, [note(number) for number in (1, 2, 3)])


@pytest.fixture
def run(data: Path) -> Callable[..., bytes]:
    """Runs the command; returns the content of the file, which is then deleted."""

    def command(*arguments: str) -> bytes:
        assert build(build_medisumqa, data, *arguments) == 0
        path = data / "medisumqa" / "MeDiSumQA.json"
        content = path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
        path.unlink()
        return content

    return command


def test_a_built_file_is_what_the_task_reads(data: Path, backend: QuestionBackend) -> None:
    build(build_medisumqa, data)
    samples = task.read(data / "medisumqa" / "MeDiSumQA.json")
    assert len(samples) == 15
    assert len({sample.cluster for sample in samples}) == 3
    assert {sample.target for sample in samples} == set(INSTRUCTIONS.replace(". ", ".|").split("|"))
    assert not any(sample.target in sample.fields["discharge_summary"] for sample in samples)


def test_an_interrupted_run_goes_on_and_asks_nothing_twice(
    run: Callable[..., bytes], data: Path, backend: QuestionBackend
) -> None:
    undisturbed = run()
    total = len(backend.prompts)
    assert total == 3 + 15
    for folder_ in (data / "medisumqa").iterdir():
        shutil.rmtree(folder_)
    backend.prompts.clear()
    for fail_after in (1, 2, 10):
        backend.fail_after = fail_after
        with pytest.raises(KeyboardInterrupt):
            build(build_medisumqa, data)
        assert not (data / "medisumqa" / "MeDiSumQA.json").exists()
    backend.fail_after = None
    assert run() == undisturbed
    keys = [(prompt.key, prompt.sha256) for prompt in backend.prompts]
    assert len(keys) == len(set(keys)) == total


def test_more_letters_ask_only_what_is_new(
    run: Callable[..., bytes], backend: QuestionBackend
) -> None:
    run("--letters", "2", "--per-letter", "3")
    assert len(backend.prompts) == 2 + 6
    run("--letters", "3", "--per-letter", "3")
    assert len(backend.prompts) == 3 + 9
    assert len(json.loads(run("--size", "4"))) == 4


def test_another_model_or_backend_answers_anew(
    run: Callable[..., bytes], backend: QuestionBackend
) -> None:
    run()
    for setting in ("model.revision=x", "model.dtype=float16", "model.name=y", "model.adapter=z"):
        backend.prompts.clear()
        run(setting)
        assert len(backend.prompts) == 18, setting
    backend.prompts.clear()
    backend.version = "again"
    run()
    assert len(backend.prompts) == 18
    run("backend.batch_size=3")
    assert len(backend.prompts) == 18


def test_what_identifies_a_model_is_what_changes_its_answers() -> None:
    conf = ModelConf(name="a", repo="b", revision="c", adapter="d", dtype="float16", parameters=7)
    assert model_files.identity(conf) == {
        "repo": "b",
        "revision": "c",
        "adapter": "d",
        "gguf_file": None,
        "dtype": "float16",
    }


def test_counts_are_printed_and_no_text(
    data: Path,
    backend: QuestionBackend,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        build(build_medisumqa, data)
    output = capsys.readouterr()
    assert "15 pairs written" in output.out
    assert "they repeat clinical text: delete them" in output.out
    everything = output.out + output.err + caplog.text
    assert not any(sentence in everything for sentence in INSTRUCTIONS.split(". "))
    assert "May I" not in everything


def test_everything_kept_is_for_its_owner_only(data: Path, backend: QuestionBackend) -> None:
    build(build_medisumqa, data)
    files = [path for path in (data / "medisumqa").rglob("*") if path.is_file()]
    assert len(files) == 4
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_credentialed_letters_go_to_no_other_machine(data: Path, backend: QuestionBackend) -> None:
    backend.address = "https://llm.example:8000/v1"
    with pytest.raises(PrivacyError, match=r"mimic is credentialed and https://llm.example:8000"):
        build(build_medisumqa, data)
    assert backend.prompts == []
    trusted = "privacy.trusted_endpoints=[https://llm.example:8000]"
    assert build(build_medisumqa, data, "privacy.allow_remote=true", trusted) == 0


def test_fictional_letters_may_go_anywhere(tmp_path: Path, backend: QuestionBackend) -> None:
    backend.address = "https://llm.example:8000/v1"
    out = tmp_path / "x.json"
    assert build(build_medisumqa, "demo", "--out", str(out), "--letters", "2") == 0


def test_letters_that_do_not_fit_the_model_are_left_out_and_counted(
    tmp_path: Path, backend: QuestionBackend, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Discharge Instructions:\n" + INSTRUCTIONS * 9
    data = folder(tmp_path, [note(1), note(2, text=text)])
    backend.tokens = 512 + 100
    build(build_medisumqa, data)
    assert "1 letters too long for the model, left out" in capsys.readouterr().out
    assert len(task.read(data / "medisumqa" / "MeDiSumQA.json")) == 5


def test_no_pair_is_an_error_with_the_counts(
    data: Path, backend: QuestionBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "answer", lambda prompt: "Take the white tablet every morning.")
    with pytest.raises(
        DataError, match="3 answers that are no question, left out, 0 pairs written"
    ):
        build(build_medisumqa, data)
    assert not (data / "medisumqa" / "MeDiSumQA.json").exists()


def test_an_existing_file_is_not_written_over(data: Path, backend: QuestionBackend) -> None:
    build(build_medisumqa, data)
    number = len(backend.prompts)
    with pytest.raises(DataError, match=r"MeDiSumQA.json exists; move it away"):
        build(build_medisumqa, data)
    assert len(backend.prompts) == number
