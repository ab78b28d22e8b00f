import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.task.labels import guarded

URGENCY = ("urgent", "routine")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("urgent", "urgent"),
        ("URGENT.", "urgent"),
        ("**Urgent**", "urgent"),
        ("_urgent_", "urgent"),
        ("The note is routine, not urgent.", "routine"),
        ("Neither urgent nor routine", None),
        ("urgent or routine", None),
        ("urgent/routine", None),
        ("This is non-urgent.", None),
        ("non-urgent: routine", "routine"),
        ("urgency", None),
        ("not an urgent case", None),
        ("", None),
    ],
)
def test_the_only_label_that_is_affirmed_counts(text: str, answer: str | None) -> None:
    assert guarded(URGENCY).affirmed(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("A patient with fever", None),
        ("The answer is a scan", None),
        ("A swollen knee, so B", "B"),
        ("A", "A"),
        ("A.", "A"),
        ("(A) because", "A"),
        ("A: the knee", "A"),
        ("A\nbecause of a knee", "A"),
        ("The answer is A because", "A"),
        ("Option A looks right", "A"),
        ("I choose C", "C"),
        ("B because it hurts", "B"),
        ("A or B", None),
        ("A and C", None),
        ("B or C", None),
        ("not A", None),
        ("an ABC plan", None),
        ("b", None),
    ],
)
def test_a_letter_is_no_article(text: str, answer: str | None) -> None:
    assert guarded(("A", "B", "C")).affirmed(text) == answer


@pytest.mark.parametrize(
    ("labels", "text", "answer"),
    [
        (("a", "b"), "a scan", None),
        (("a", "b"), "the answer is a scan", None),
        (("a", "b"), "answer: a", "a"),
        (("yes", "no"), "Yes, there is no doubt.", "yes"),
        (("yes", "no"), "No, because", "no"),
        (("yes", "no"), "There is no evidence of it", None),
        (("I", "II"), "I think it is II.", "II"),
        (("I", "II"), "NYHA class I with", "I"),
        (("0", "1", "2"), "The dose is 2.5 mg, score 1.", "1"),
        (("0", "1", "2"), "10", None),
        (("0", "1"), "-1", None),
        (("-1", "1"), "-1", "-1"),
        (("1", "2"), "1-2 days", None),
        (("C++", "C"), "It is C++.", "C++"),
        (("+", "++"), "++", "++"),
        (("<5 mg", ">5 mg"), "about <5 mg daily", "<5 mg"),
        (("5%", "10%"), "15%", None),
        (("(a)", "(b)"), "(a)", "(a)"),
        (("a.*", "a|b"), "a|b", "a|b"),
        (("urgent", "not urgent"), "It is not urgent.", "not urgent"),
        (("urgent", "very urgent"), "very urgent", "very urgent"),
        (("urgent", "non-urgent"), "non-urgent", "non-urgent"),
        (("stage I", "stage II"), "stage  II", "stage II"),
        (("Größe", "Maß"), "größe", "Größe"),
    ],
)
def test_labels_of_any_form_are_read(labels: tuple[str, ...], text: str, answer: str) -> None:
    assert guarded(labels).affirmed(text) == answer


def test_a_text_that_is_a_label_alone_counts_in_any_case() -> None:
    rule = guarded(("A", "b", "not urgent"))
    assert [rule.alone(text) for text in ("a", " **B**.", "Not  urgent!", "a b")] == [
        *("A", "b", "not urgent"),
        None,
    ]


LABELS = st.lists(
    st.text(min_size=1, max_size=8).map(str.strip).filter(bool), min_size=2, max_size=5
).filter(
    lambda labels: len({" ".join(label.casefold().split()) for label in labels}) == len(labels)
)


@given(labels=LABELS, text=st.text())
def test_any_labels_make_a_rule_that_answers_with_one_of_them(labels: list[str], text: str) -> None:
    rule = guarded(tuple(labels))
    assert rule.affirmed(text) in {*labels, None}
    assert all(rule.alone(label) == label for label in labels)
