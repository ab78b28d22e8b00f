from pathlib import Path

import pytest

from clue.config.schema import ModelConf
from clue.evaluation import throughput
from clue.records import Completion, Message, Prompt
from clue.store.completions import CellStore

SEVEN = ModelConf(name="llama2_7b", repo="a/b", parameters=6.74)
SIMILAR = ModelConf(name="other", repo="a/c", parameters=7.0)
LARGE = ModelConf(name="large", repo="a/d", parameters=70.0)


def stored(mlruns: Path, task: str, model: str, *made: tuple[int, int, float]) -> None:
    """Completions of so many prompt tokens, answer tokens and seconds."""
    store = CellStore(mlruns / "cells" / task / model / "f")
    with store.locked():
        store.describe({})
        for number, (asked, answered, seconds) in enumerate(made):
            prompt = Prompt(str(number), (Message("user", "?"),), 9)
            store.append(prompt, Completion("!", "stop", asked, answered, seconds))


@pytest.fixture
def mlruns(tmp_path: Path) -> Path:
    stored(tmp_path, "meqsum", "llama2_7b", (90, 10, 1.0), (70, 30, 1.0))
    stored(tmp_path, "mednli", "llama2_7b", (40, 2, 0.1))
    stored(tmp_path, "medisumqa", "smollm2_135m", (1000, 50, 1.0), (9, 9, 0.0))
    return tmp_path


def test_the_same_model_on_the_same_task_is_the_best_measure(mlruns: Path) -> None:
    found = throughput.rate(SEVEN, "meqsum", None, mlruns)
    assert found == throughput.Rate(100.0, "this model", 20.0)


def test_the_same_model_on_other_tasks_serves_too(mlruns: Path) -> None:
    found = throughput.rate(SEVEN, "longhealth1", None, mlruns)
    assert found.tokens_per_second == pytest.approx(242 / 2.1)
    assert (found.source, found.answer_tokens) == ("this model", None)


def test_a_model_of_that_size_serves_else(mlruns: Path) -> None:
    found = throughput.rate(SIMILAR, "meqsum", None, mlruns)
    assert found == throughput.Rate(100.0, "a model of this size", 20.0)


def test_another_size_says_only_how_long_answers_are(mlruns: Path) -> None:
    assert throughput.rate(LARGE, "medisumqa", None, mlruns) == throughput.Rate(None, "-", 50.0)


def test_a_given_rate_comes_first(mlruns: Path) -> None:
    found = throughput.rate(SEVEN, "meqsum", 7.0, mlruns)
    assert found == throughput.Rate(7.0, "given", 20.0)


def test_nothing_is_measured_in_a_new_store(tmp_path: Path) -> None:
    assert throughput.rate(SEVEN, "meqsum", None, tmp_path) == throughput.Rate(None, "-", None)
