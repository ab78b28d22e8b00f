"""Notes on a model's layout of turns reach the closing table and the run."""

from pathlib import Path

import pytest

from clue.backends.fake import FakeBackend
from clue.launch import closing_table
from clue.tracking.tracker import Tracker
from tests.clue.faulty import done, job_request

NOTE = "the chat template was lost"


def test_they_are_below_the_table_and_in_the_tags(
    mlruns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeBackend, "notes", lambda *_: (NOTE,))
    job = job_request(mlruns, Path("demo"), "model=smollm2_135m", "limit=12", tasks=("mednli",))
    for status in ("done", "skipped"):
        (row,) = done(job).values()
        assert closing_table.reasons([row]) == [f"{status}: smollm2_135m/mednli/paper: {NOTE}"]
    run = Tracker(None, "clue", mlruns).latest("clue.task", "mednli")
    assert run is not None
    assert NOTE in run.data.tags["clue.notes"]
