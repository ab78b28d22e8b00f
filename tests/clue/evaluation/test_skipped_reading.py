"""A job that is done reads the table of each of its cells once, and notices a damaged one."""

from pathlib import Path

import pytest

from clue import evaluate
from clue.evaluation import resume


def test_a_skipped_cell_is_read_once(mlruns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"backend": "fake", "paths.data": "demo", "paths.mlruns": str(mlruns), "limit": 2}
    evaluate("llama2_7b", "mednli", settings)
    paths: list[Path] = []
    read_table = resume.read_table
    monkeypatch.setattr(resume, "read_table", lambda path: paths.append(path) or read_table(path))
    (outcome,) = evaluate("llama2_7b", "mednli", settings)
    assert (outcome.status, len(paths)) == ("skipped", 1)
    paths[0].write_bytes(paths[0].read_bytes()[:-1] + b"?")
    (outcome,) = evaluate("llama2_7b", "mednli", settings)
    assert outcome.status == "done"
