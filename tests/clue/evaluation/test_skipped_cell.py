"""A finished cell is skipped, and the file with its settings is mended."""

from pathlib import Path

import pytest

from clue import evaluate
from clue.cli.store.parser import main as store_command
from clue.store.generations import generations


@pytest.mark.parametrize("content", [None, b"", b'{"task": "another"}'])
def test_the_settings_of_a_finished_cell_are_written_again(
    mlruns: Path, content: bytes | None
) -> None:
    settings = {"backend": "fake", "paths.data": "demo", "paths.mlruns": str(mlruns), "limit": 2}
    evaluate("llama2_7b", "mednli", settings)
    (generation,) = generations(mlruns)
    before = generation.description.read_bytes()
    generation.description.unlink()
    if content is not None:
        generation.description.write_bytes(content)
    assert store_command(["verify", "--mlruns", str(mlruns)]) == 1
    (outcome,) = evaluate("llama2_7b", "mednli", settings)
    assert outcome.status == "skipped"
    assert generation.description.read_bytes() == before
    assert store_command(["verify", "--mlruns", str(mlruns)]) == 0
