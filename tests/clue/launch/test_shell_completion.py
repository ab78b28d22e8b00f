"""Tab completion of run.py: choices, settings and own files, without what evaluates."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clue.cli.run import main

COMPLETE = (
    "import sys; from clue.cli.run import main; code = main(['-sc', 'query=bash']); "
    "print(); print(code, *sorted({'clue.metrics', 'clue.evaluation', 'numpy'} & set(sys.modules)))"
)


def completed(line: str, **environment: str) -> list[str]:
    """Words that a shell is offered for a line; the process imports nothing that evaluates."""
    output = subprocess.run(
        [sys.executable, "-c", COMPLETE],
        env={**os.environ, "COMP_LINE": line, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert output[-1] == "0", output
    return output[0].split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("python run.py model=smollm2_135m", ["model=smollm2_135m", "model=smollm2_135m_hpo"]),
        (
            "python run.py task=meqsum backend.batch_",
            ["backend.batch_size=", "backend.batch_tokens="],
        ),
        ("python run.py task=none_such", []),
    ],
)
def test_choices_and_settings(line: str, words: list[str]) -> None:
    assert completed(line) == words


def test_own_files_are_offered(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "own_model.yaml").write_text("name: own_model\n")
    assert completed("python run.py model=own", CLUE_CONFIG_DIR=str(tmp_path)) == [
        "model=own_model"
    ]


@pytest.mark.parametrize("asked", ["offer=bash", "query=no_shell", "query=bash"])
def test_a_question_of_no_shell_says_what_to_do(
    asked: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COMP_LINE", raising=False)
    monkeypatch.setattr(sys, "argv", ["run.py"])
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
    assert main(["--shell-completion", asked]) == 1
    error = capsys.readouterr().err
    assert asked in error
    assert 'eval "$(python run.py -sc install=bash)"' in error
    assert "Traceback" not in error
