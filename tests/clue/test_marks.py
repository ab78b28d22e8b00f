"""Marks of cells by their facts, and the texts that carry them."""

from typing import Any

import pytest

from clue import marks


def facts(backend: str = "transformers", **more: Any) -> dict[str, Any]:
    return {"generation": {"backend": {"name": backend}}, "limit": None} | more


@pytest.mark.parametrize(
    ("of_cell", "expected"),
    [
        (facts(), ()),
        ({}, ()),
        (facts("fake"), ("fake answers",)),
        (facts("baseline"), ("baseline",)),
        (facts("synthetic"), ("synthetic scores",)),
        (facts(synthetic=True), ("synthetic scores",)),
        (facts(demo=True), ("fictional data",)),
        (facts("fake", demo=True), ("fake answers", "fictional data")),
        (facts("vllm", demo=False, limit=9), ()),
    ],
)
def test_marks_follow_from_the_facts_of_a_cell(
    of_cell: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert marks.of_facts(of_cell, partial=False) == expected


def test_a_limit_marks_a_cell_that_it_cut_short() -> None:
    assert marks.is_partial(facts(limit=20), 20)
    assert not marks.is_partial(facts(limit=20), 12)  # the data have no more
    assert not marks.is_partial(facts(), 12)
    assert not marks.is_partial({}, 12)
    assert marks.of_facts(facts(limit=20), partial=True) == ("partial: limit 20",)


def test_marks_have_one_order_whatever_they_come_from() -> None:
    several = ["another", "exploratory", "trial", "partial: limit 20", "partial: limit 5"]
    assert marks.union([*several, "fictional data"], ["fake answers", "trial"]) == (
        *("fake answers", "fictional data", "partial: limit 5", "partial: limit 20"),
        *("trial", "exploratory", "another"),
    )


def test_a_mark_that_not_all_models_have_names_those_that_do() -> None:
    fake = ("fake answers", "fictional data")
    assert marks.described(dict.fromkeys("ab", fake)) == "fake answers; fictional data"
    assert marks.described({"a": fake, "b": ()}) == "fake answers (a); fictional data (a)"
    some = {**dict.fromkeys("abcd", fake), "e": ("fictional data",)}
    assert marks.described(some) == "fake answers (4 of 5); fictional data"
    assert marks.described(some, 9) == "fake answers (a, b, c, d); fictional data"
    assert marks.described({"a": (), "b": ()}) == marks.described({}) == ""


def test_what_has_no_mark_stays_as_it_is() -> None:
    assert marks.marked((), "a scored 2 points higher.") == "a scored 2 points higher."
    assert marks.labelled("a", ["fake answers"], ["fake answers"]) == "a"
    assert marks.meanings(["of another program"]) == ""


def test_every_mark_of_a_cell_has_a_meaning() -> None:
    kinds = {*marks.BACKENDS.values(), "fictional data", "partial: limit 9", "exploratory", "trial"}
    assert all(marks.meanings([mark]) for mark in kinds)
