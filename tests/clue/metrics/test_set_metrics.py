import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from clue.cell import build
from clue.config.composition import composed
from clue.config.schema import Config, TaskConf
from clue.errors import ConfigError
from clue.metrics.set_metrics import SET_METRICS, check_names, macro_f1
from clue.metrics.summary import summary
from clue.records import Completion, Record, sha256

LABELS = ("yes", "no", "maybe")
LABEL = st.sampled_from(LABELS)


def record(target: str, answer: str | None) -> Record:
    return Record(
        *("t", "m", "1", 0, "c", "p", sha256(target)),
        completion=Completion("text", "stop", 30, 10, 0.5),
        answer=answer,
        scores={"accuracy": float(answer == target)},
    )


def records(*pairs: tuple[str, str | None]) -> list[Record]:
    return [record(target, answer) for target, answer in pairs]


def test_by_hand() -> None:
    """Yes: 2 TP, 1 FP; no: 1 FN, which is the FP of yes; maybe: 1 FN, unread."""
    answers = records(("yes", "yes"), ("yes", "yes"), ("no", "yes"), ("maybe", None))
    assert macro_f1(answers) == pytest.approx((4 / 5 + 0 + 0) / 3)


def test_a_class_without_a_reference_counts_only_as_a_wrong_answer() -> None:
    """The classes are those of the references, so they are the same for every model."""
    assert macro_f1(records(("yes", "yes"), ("no", "maybe"))) == pytest.approx((1 + 0) / 2)


@given(st.lists(st.tuples(LABEL, st.none() | LABEL), min_size=1, max_size=40))
def test_it_is_the_f1_of_scikit_learn(pairs: list[tuple[str, str | None]]) -> None:
    targets, answers = zip(*pairs, strict=True)
    expected = f1_score(
        targets,
        [answer or "unread" for answer in answers],
        labels=sorted(set(targets)),
        average="macro",
        zero_division=0,
    )
    assert macro_f1(records(*pairs)) == pytest.approx(expected)


def test_it_stands_beside_the_score_and_changes_nothing_else() -> None:
    task = TaskConf(name="t", metrics=["accuracy"], score=["accuracy"])
    answers = records(("yes", "yes"), ("no", "yes"))
    without = summary(task, answers)
    task.set_metrics = ["macro_f1"]
    assert summary(task, answers) == without | {"macro_f1": 100 * macro_f1(answers)}
    assert without["score"] == 50.0


def test_an_unknown_name_is_refused_before_a_model_answers() -> None:
    with pytest.raises(ConfigError, match="no metric of a set f2; there are macro_f1"):
        check_names(["macro_f1", "f2"])
    assert set(SET_METRICS) == {"macro_f1"}


def test_a_cell_with_an_unknown_name_is_not_built() -> None:
    from clue.backends import Setup, create_backend

    words = ["model=baseline_majority", "task=pubmedqa", "paths.data=demo"]
    config = composed("config", Config, [*words, "tasks.pubmedqa.set_metrics=[f2]"])
    backend = create_backend(Setup(config.model, config.backend, *[config.paths.store] * 2))
    with pytest.raises(ConfigError, match="no metric of a set f2"):
        build(config, "pubmedqa", backend)
