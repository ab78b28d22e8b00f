import random
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.data.locate import locate
from clue.data.mimic.discharge_instructions import MIN_WORDS, Letter, draw_letters, split_letter
from clue.data.registry import DATASETS, DEMO
from clue.errors import DataError
from clue.task import medisumqa
from tests.clue.data.mimic.tiny_mimic import INSTRUCTIONS, folder, note, packed

PROSE = st.text("ab \n", max_size=99)


@pytest.mark.parametrize("title", ["Discharge Instructions:", "  DISCHARGE INSTRUCTIONS:\t"])
@pytest.mark.parametrize("after", ["Followup Instructions:", "Follow-up instructions:"])
def test_instructions_are_split_off(title: str, after: str) -> None:
    letter = split_letter("n", f"Knee.\n{title}\n{INSTRUCTIONS}\n{after}\nClinic.\n")
    assert letter == Letter("n", f"Knee.\n{after}\nClinic.", INSTRUCTIONS)


def test_instructions_may_end_the_letter() -> None:
    assert split_letter("n", f"Knee.\nDischarge Instructions:\n{INSTRUCTIONS}") == Letter(
        "n", "Knee.", INSTRUCTIONS
    )


@pytest.mark.parametrize(
    "text",
    [
        f"Knee. {INSTRUCTIONS}",
        f"See discharge instructions: {INSTRUCTIONS}",  # within a sentence
        "Discharge Instructions:\nRest.\nFollowup Instructions:\n" + "Clinic. " * MIN_WORDS,
        f"Followup Instructions:\n{INSTRUCTIONS}",
    ],
)
def test_a_letter_without_instructions_to_speak_of_is_none(text: str) -> None:
    assert split_letter("n", text) is None


@given(before=PROSE, body=PROSE, after=PROSE)
def test_a_divided_letter_has_every_word_once(before: str, body: str, after: str) -> None:
    body = "word " * MIN_WORDS + body
    letter = split_letter(
        "n", f"{before}\nDischarge Instructions:\n{body}\nFollowup Instructions:{after}"
    )
    title = re.match(r"[ \t]*(\n|$)", after)  # else it is no heading and belongs to the body
    assert letter is not None
    rest = f"{before} Followup Instructions:{after}" if title else before
    assert letter.summary.split() == rest.split()
    instructions = body if title else f"{body} Followup Instructions:{after}"
    assert letter.instructions.split() == instructions.split()


def test_the_fictional_letters_are_divided_where_their_data_set_ends() -> None:
    shipped = medisumqa.read(locate(DATASETS["medisumqa"], "test", DEMO))
    letters = draw_letters(locate(DATASETS["mimic"], "notes", DEMO), 99, 1, Counter())
    assert len(letters) == len({sample.cluster for sample in shipped})
    heads = {letter.summary.partition("Followup Instructions:")[0].strip() for letter in letters}
    assert heads == {sample.stripped().fields["discharge_summary"] for sample in shipped}


def test_letters_are_drawn_whatever_their_order(tmp_path: Path) -> None:
    rows = [note(number) for number in range(1, 30)] + [note(30, text="no such section")]
    counts: Counter[str] = Counter()
    first = draw_letters(packed(tmp_path / "a", rows), 9, 1, counts)
    random.Random(1).shuffle(rows)
    assert draw_letters(packed(tmp_path / "b", rows), 9, 1, Counter()) == first
    assert draw_letters(tmp_path / "b", 9, 2, Counter()) != first
    assert set(draw_letters(tmp_path / "b", 4, 1, Counter())) < set(first)
    assert counts == {"notes read": 30, "letters without instructions": 1, "letters asked about": 9}


def test_no_letter_with_instructions_is_an_error(tmp_path: Path) -> None:
    data = folder(tmp_path, [note(1, text="zebra")])
    with pytest.raises(DataError, match="has no letter with discharge instructions") as error:
        draw_letters(locate(DATASETS["mimic"], "notes", data), 9, 1, Counter())
    assert "zebra" not in str(error.value)
