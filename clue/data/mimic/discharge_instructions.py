"""Discharge letters divided into what the patient was told and the rest."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from clue.data.mimic import tables
from clue.data.mimic.sampling import Draw
from clue.errors import DataError

SECTION = re.compile(r"^[ \t]*discharge instructions:[ \t]*$", re.IGNORECASE | re.MULTILINE)
NEXT_SECTION = re.compile(
    r"^[ \t]*follow[ -]?up instructions:[ \t]*$", re.IGNORECASE | re.MULTILINE
)
LEAST_WORDS = 30
"""Words of instructions below which there is nothing to ask about."""


@dataclass(frozen=True)
class Letter:
    """A discharge letter, divided."""

    note_id: str
    summary: str
    """The letter without its instructions: what a model will answer from."""
    instructions: str
    """What the patient was told: where the answers come from."""


def divide(note_id: str, text: str) -> Letter | None:
    """A letter with its instructions split off; None if it has none worth asking about."""
    start = SECTION.search(text)
    if start is None:
        return None
    end = NEXT_SECTION.search(text, start.end())
    stop = end.start() if end else len(text)
    instructions = text[start.end() : stop].strip()
    if len(instructions.split()) < LEAST_WORDS:
        return None
    return Letter(note_id, f"{text[: start.start()]}{text[stop:]}".strip(), instructions)


def letters(path: Path, size: int, seed: int, counts: Counter[str]) -> list[Letter]:
    """`size` divided letters of `discharge.csv.gz`, drawn by digests: row order does not matter.

    Streams the file and holds no more letters than it returns. A smaller size draws from among the
    letters of a larger one.

    Raises:
        DataError: the file is malformed, or no letter has instructions.
    """
    draw: Draw[Letter] = Draw(size, seed)
    with tables.notes(path, counts) as notes:
        for note in notes:
            letter = divide(note.note_id, note.text)
            if letter is None:
                counts["letters without instructions"] += 1
            else:
                draw.offer(letter.note_id, letter.note_id, letter)
    chosen = sorted(draw.drawn(), key=lambda letter: letter.note_id)
    if not chosen:
        raise DataError(f"{path} holds no letter with discharge instructions")
    counts["letters asked about"] = len(chosen)
    return chosen
