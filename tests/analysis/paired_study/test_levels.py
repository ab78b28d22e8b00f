import pytest

from analysis.paired_study.moderators import generation
from benchmarks.found_study import paper_tree
from clue.task.levels import composites


def test_weights_give_the_composites_of_the_cells() -> None:
    scores = {
        **{"mednli": 30.0, "meqsum": 60.0, "problem_summary": 91.0},
        **{"longhealth1": 10.0, "longhealth2": 20.0, "longhealth3": 90.0},
        **{"medisumqa": 20.0, "medisumcode": 0.0},
    }
    expected = composites(scores, paper_tree())
    all_scores = scores | expected
    for level, weights in paper_tree().of_datasets.items():
        composite = sum(weight * all_scores[name] for name, weight in weights.items())
        assert composite == pytest.approx(expected[level])


def test_weights_sum_to_one() -> None:
    assert [sum(w.values()) for w in paper_tree().of_datasets.values()] == pytest.approx([1] * 3)


@pytest.mark.parametrize(
    ("family", "expected"),
    [("llama3_8b", "llama3"), ("llama31_70b", "llama31"), ("mistral7b", "mistral"), ("x", "x")],
)
def test_the_generation_is_the_family_without_its_size(family: str, expected: str) -> None:
    assert generation(family) == expected
