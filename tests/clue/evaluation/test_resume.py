from dataclasses import replace
from typing import Any

import pytest

from clue.backends.word_count import WordCount
from clue.config.schema import Config, ModelConf
from clue.evaluation.job import Job
from clue.evaluation.resume import refusal
from tests.clue.evaluation.test_preflight import cell


def job(on_overflow: str, context: int) -> Job:
    model = ModelConf(name="m", repo="org/name", context=context)
    made = Job(replace(Config(), model=model, on_overflow=on_overflow), "python run.py")
    made.__dict__["backend"] = WordCount(model)  # in the place of the cached property
    return made


@pytest.mark.parametrize(("asked", "status"), [("skip_cell", "too long"), ("error", "failed")])
def test_a_cell_that_does_not_fit_is_refused_as_asked(asked: str, status: str) -> None:
    row: Any = refusal(job(asked, context=50), cell([10, 20, 30]))
    assert (row.status, row.task) == (status, "meqsum")
    assert "1 of 3 prompts of meqsum exceed the context of m: the longest needs 55 " in row.note


def test_a_cell_that_fits_is_not_refused() -> None:
    assert refusal(job("skip_cell", context=55), cell([10, 20, 30])) is None
