"""Corrections by the composite rule of MEDIQA-CORR: absences agree, or sentences overlap."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.config.scoring_schema import BertscoreConf, ScoringConf
from clue.metrics import bertscore, correction, rouge
from clue.metrics.scorer import Scoring
from clue.task.parts import ABSENT
from tests.clue.metrics.test_bertscore import bert

OPTIONS = Scoring(ScoringConf(), Path())
texts = st.sampled_from([ABSENT, "", "give iron", "give iron by mouth", "rest"])
NAME = "correction_rouge1"


def rouge1(answer: str, reference: str) -> float:
    (score,) = rouge.score(["rouge1"], [answer], [reference], OPTIONS)["rouge1"]
    assert score is not None
    return score


@given(st.lists(st.tuples(st.one_of(st.none(), texts), texts.filter(bool)), max_size=6))
def test_the_rule_of_the_shared_task(pairs: list[tuple[str | None, str]]) -> None:
    """Written as the task's description puts it, sample by sample."""
    answers, references = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    expected = []
    for answer, reference in pairs:
        if answer == reference == ABSENT:
            expected.append(1.0)
        elif answer is None or ABSENT in (answer, reference):
            expected.append(0.0)
        else:
            expected.append(rouge1(answer, reference))
    assert correction.score([NAME], answers, references, OPTIONS) == {NAME: expected}


def test_the_signature_names_the_rule_and_the_overlap() -> None:
    signature = correction.signature(NAME, OPTIONS)
    assert signature.startswith("correction_rouge1|composite 1|rouge1|rouge-score ")


def test_bertscore_compares_corrections_alone(tmp_path: Path) -> None:
    conf = BertscoreConf(model=str(bert(tmp_path / "encoder")), num_layers=2)
    options = Scoring(ScoringConf(bertscore=conf), tmp_path)
    answers = ["Give iron.", "Rest.", ABSENT, ABSENT, None]
    references = ["Give iron.", "Give iron.", ABSENT, "Give iron.", "Give iron."]
    name = "correction_bertscore_f1"
    scores = correction.score([name], answers, references, options)[name]
    overlaps = bertscore.score(["bertscore_f1"], answers[:2], references[:2], options)
    assert scores == [*overlaps["bertscore_f1"], 1.0, 0.0, 0.0]
    assert scores[0] == pytest.approx(1, abs=1e-6)
