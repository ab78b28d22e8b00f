"""Discharge letters split into the instructions for the patient and the rest."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from clue.data.mimic import tables
from clue.data.mimic.sampling import StreamSample
from clue.errors import DataError

SECTION = re.compile(r"^[ \t]*discharge instructions:[ \t]*$", re.IGNORECASE | re.MULTILINE)
NEXT_SECTION = re.compile(
    r"^[ \t]*follow[ -]?up instructions:[ \t]*$", re.IGNORECASE | re.MULTILINE
)
MIN_WORDS = 30
"""Fewer words of instructions state too little to ask about."""


@dataclass(frozen=True)
class Letter:
    """Discharge letter whose instructions are split off."""

    note_id: str
    summary: str
    """The letter without its instructions: context of the questions."""
    instructions: str
    """Instructions for the patient: source of the answers."""


def split_letter(note_id: str, text: str) -> Letter | None:
    """Splits off the instructions; None if there are fewer than `MIN_WORDS` words."""
    start = SECTION.search(text)
    if start is None:
        return None
    end = NEXT_SECTION.search(text, start.end())
    stop = end.start() if end else len(text)
    instructions = text[start.end() : stop].strip()
    if len(instructions.split()) < MIN_WORDS:
        return None
    return Letter(note_id, f"{text[: start.start()]}{text[stop:]}".strip(), instructions)


def draw_letters(path: Path, size: int, seed: int, counts: Counter[str]) -> list[Letter]:
    """Draws `size` letters of `discharge.csv.gz` by digests: the row order does not matter.

    Streams the file and keeps no more letters in memory than it returns. The letters of a smaller
    size are a subset of those of a larger one.

    Raises:
        DataError: the file is malformed, or no letter has instructions.
    """
    sample: StreamSample[Letter] = StreamSample(size, seed)
    with tables.open_notes(path, counts) as notes:
        for note in notes:
            letter = split_letter(note.note_id, note.text)
            if letter is None:
                counts["letters without instructions"] += 1
            else:
                sample.offer(letter.note_id, letter.note_id, letter)
    chosen = sorted(sample.drawn(), key=lambda letter: letter.note_id)
    if not chosen:
        raise DataError(f"{path} has no letter with discharge instructions")
    counts["letters asked about"] = len(chosen)
    return chosen
