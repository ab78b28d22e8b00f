from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.errors import DataError
from clue.records import Sample
from clue.task import mednli
from tests import tiny

ROW = {"gold_label": "neutral", "pairID": "a", "sentence1": "Knee.", "sentence2": "Pain."}
NEUTRAL = Sample("a", {}, "neutral", "a")


def read(tmp_path: Path, *rows: dict[str, Any]) -> list[Sample]:
    return mednli.read(tiny.lines(tmp_path / "x.jsonl", rows))


def test_pairs_of_one_premise_are_a_cluster_that_does_not_quote_it(tmp_path: Path) -> None:
    first, second, other = read(
        tmp_path, ROW, ROW | {"pairID": "b"}, ROW | {"pairID": "c", "sentence1": "Hip."}
    )
    assert first.fields == {"premise": "Knee.", "hypothesis": "Pain."}
    assert (first.id, first.target) == ("a", "neutral")
    assert first.cluster == second.cluster != other.cluster
    assert "Knee" not in first.cluster


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"gold_label": "?"}, "row 2: gold_label is none of entailment, neutral, contradic"),
        ({"pairID": "a"}, "row 2: its id is in row 1 too"),
        ({"sentence1": " "}, "row 2, field sentence1 is empty"),
        ({"sentence2": None}, "row 2, field sentence2 is empty"),
        ({"sentence2": ["x"]}, "row 2, field sentence2 is no text"),
    ],
)
def test_a_malformed_row_is_named_without_its_text(
    tmp_path: Path, row: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(tmp_path, ROW, ROW | {"pairID": "b"} | row)
    assert "Knee" not in str(caught.value)


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 1: no field gold_label among 3 fields"):
        read(tmp_path, {name: ROW[name] for name in ROW if name != "gold_label"})


@pytest.mark.parametrize(
    ("text", "answer", "upstream"),
    [
        ("neutral", "neutral", "neutral"),
        (" Neutral.\n", "neutral", "neutral"),
        ("The answer is: **NEUTRAL**", "neutral", "neutral"),
        ("neutral, since the record is silent on pain", "neutral", "neutral"),
        ("Neutral. It stays neutral.", "neutral", None),
        ("not contradiction but neutral", "neutral", "neutral"),
        ("ENTAILMENT, NEUTRAL or CONTRADICTION", None, "neutral"),
        ("It is neither neutral nor an entailment", None, "neutral"),
        ("not neutral", None, "neutral"),
        ("entailment", "entailment", None),
        ("neutrality", None, "neutral"),
        ("", None, None),
        ("maybe", None, None),
    ],
)
def test_answers_and_what_they_mean(text: str, answer: str | None, upstream: str | None) -> None:
    assert mednli.parse(text, NEUTRAL) == answer
    assert mednli.parse_upstream(text, NEUTRAL) == upstream


def test_the_authors_rule_compares_upper_case_letters() -> None:
    sample = replace(NEUTRAL, target="entailment")
    assert mednli.parse_upstream("enta\u0131lment", sample) == "entailment"
    assert mednli.parse_upstream("entailment, enta\u0131lment", sample) is None


@given(st.lists(st.sampled_from([*mednli.LABELS, "NEUTRAL", "not", "**", "the"])))
def test_never_more_than_one_label(words: list[str]) -> None:
    answer = mednli.parse(" ".join(words), NEUTRAL)
    labels = {word.lower() for word in words} & set(mednli.LABELS)
    assert answer is None or answer in labels
    if "not" not in words:
        assert answer == (labels.pop() if len(labels) == 1 else None)


@given(st.text())
def test_any_text_is_parsed(text: str) -> None:
    assert mednli.parse(text, NEUTRAL) in (None, *mednli.LABELS)
