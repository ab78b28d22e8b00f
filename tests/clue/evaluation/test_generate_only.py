import json
import os
import subprocess
from pathlib import Path

from tests.conftest import Cli

MEQSUM = ("model=meditron7b", "task=meqsum", "model.dtype=float32", "prompt=zero_shot")
SMALL = ("tasks.meqsum.max_new_tokens=8",)


def ended(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_generated_without_scorers_is_scored_by_replay(cli: Cli, mlruns: Path) -> None:
    said = ended(cli(*MEQSUM, *SMALL, "generate_only=true"))
    assert "generated" in said
    assert "backend=replay" in said
    (folder,) = (mlruns / "cells" / "meqsum" / "meditron7b").iterdir()
    lines = (folder / "completions.jsonl").read_text().splitlines()
    assert not list(folder.glob("records-*"))
    assert "done" in ended(cli(*MEQSUM, *SMALL, "backend=replay"))
    assert len(list(folder.glob("records-*"))) == 1
    assert (folder / "completions.jsonl").read_text().splitlines() == lines


def test_generating_again_goes_on_where_it_was(cli: Cli, mlruns: Path) -> None:
    ended(cli(*MEQSUM, *SMALL, "generate_only=true", "limit=3"))
    ended(cli(*MEQSUM, *SMALL, "generate_only=true"))
    (path,) = mlruns.glob("cells/meqsum/meditron7b/*/completions.jsonl")
    ids = [json.loads(line)["sample_id"] for line in path.read_text().splitlines()]
    assert len(ids) == len(set(ids)) == 12


def test_no_scorer_and_no_tracking_store_is_needed_to_generate(cli: Cli, tmp_path: Path) -> None:
    """In an environment where importing them fails, and with metrics whose models are not here."""
    for name in ("mlflow", "rouge_score", "bert_score", "scispacy", "pyarrow"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not in this environment')\n")
    bare = {**os.environ, "PYTHONPATH": str(tmp_path)}
    assert "generated" in ended(
        cli(*MEQSUM, *SMALL, "generate_only=true", "scoring=paper", env=bare)
    )
