"""A cell is done whose answers are blank, the same or thoughts; the closing table says it."""

from pathlib import Path

import pytest

from clue.backends.fake import FakeBackend
from clue.launch import closing_table
from tests.clue.faulty import done, job_request


@pytest.mark.parametrize(("answer", "same"), [(" ", "blank"), ("neutral", "identical")])
def test_it_is_a_reason_below_the_table(
    mlruns: Path, monkeypatch: pytest.MonkeyPatch, answer: str, same: str
) -> None:
    monkeypatch.setattr(FakeBackend, "answer", lambda *_: answer)
    job = job_request(mlruns, Path("demo"), "model=smollm2_135m", "limit=12", tasks=("mednli",))
    for status in ("done", "skipped"):
        (row,) = done(job).values()
        assert row.status == status
        (reason,) = closing_table.reasons([row])
        assert reason.startswith(
            f"{status}: smollm2_135m/mednli/paper: all 12 answers are {same}: check"
        )


def test_thoughts_without_an_answer_are_a_reason_too(
    mlruns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = iter(f"<think>premise {n} says" if n % 3 else "neutral" for n in range(12))
    monkeypatch.setattr(FakeBackend, "answer", lambda *_: next(texts))
    job = job_request(mlruns, Path("demo"), "model=smollm2_135m", "limit=12", tasks=("mednli",))
    for status in ("done", "skipped"):
        (row,) = done(job).values()
        assert row.status == status
        assert row.note.startswith("8 of 12 answers are thoughts that end before an answer")


def test_thoughts_that_were_mostly_cut_are_a_reason_too(
    mlruns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = dict.fromkeys("0123456789abcdef", "cut")
    monkeypatch.setattr("clue.backends.fake.ENDS", cut)
    words = ("model=smollm2_135m", "limit=12", "thinking.mode=cot")
    job = job_request(mlruns, Path("demo"), *words, tasks=("mednli",))
    for status in ("done", "skipped"):
        (row,) = done(job).values()
        assert row.status == status
        assert row.note.startswith("12 of 12 thoughts were cut or never ended: the score measures")


def test_answers_that_differ_need_no_note(mlruns: Path) -> None:
    job = job_request(mlruns, Path("demo"), "model=smollm2_135m", "limit=12", tasks=("mednli",))
    (row,) = done(job).values()
    assert row.note == ""
