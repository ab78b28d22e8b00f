"""MTS-Dialog: one section of a note, its header and its text, from a short dialogue.

Ben Abacha et al., EACL 2023, 2023.eacl-main.168. The two test sets of 200 dialogues are asked
together.
"""

from collections.abc import Iterator
from pathlib import Path

from clue.data.left_out import LeftOut, Samples
from clue.data.readers import required_text, unique_samples
from clue.data.usable_rows import unix_lines, usable_rows
from clue.errors import DataError
from clue.records import Sample, sha256
from clue.task.answers.section import SECTIONS, split_section
from clue.task.answers.thoughts import free_text
from clue.task.parts import WHOLE

DATASET = "mts_dialog"
COLUMNS = ("ID", "section_header", "section_text", "dialogue")
VERSIONS = {"read": 1, "parse": 1, "parts": 1, "answer_flags": 1}
"""Version of each function that reads data or answers; part of the id of every cell."""


def read(path: Path) -> Samples:
    """Reads the samples of an official CSV file; `ID` is the id, equal dialogues form a cluster.

    The reference is the header in the first line and the text below it. Rows without a text or a
    dialogue are left out, blank rows are ignored; both are counted.

    Raises:
        DataError: a column or an id is missing, a header is unknown, an id occurs twice.
    """
    left_out = LeftOut()
    return unique_samples(path, _samples(path, left_out), "ID", left_out)


def parse(text: str, sample: Sample) -> str | None:
    r"""Returns the header, or nothing, in the first line and the text below; None if it is blank.

    >>> one = Sample("1", {}, "", "1")
    >>> parse("**Chief complaint:** Cough.", one), parse("She coughs.", one)
    ('CC\nCough.', '\nShe coughs.')
    """
    answer = free_text(text)
    return None if answer is None else "\n".join(split_section(answer))


def header(answer: str) -> str:
    """Returns the header of a parsed answer; empty if it was not read."""
    return answer.partition("\n")[0]


def section_text(answer: str) -> str:
    """Returns the text of a parsed answer."""
    return answer.partition("\n")[2]


PARTS = {WHOLE: section_text, "section_header": header}
"""Parts of a parsed answer and of a reference that metrics compare."""


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed` and `header_unread`.

    `format_followed`: the first line is a header as the prompt writes it, and text follows.
    `header_unread`: the answer has text, and its first line names no section, or several.
    """
    first, _, rest = text.strip().partition("\n")
    return {
        "format_followed": first.strip() in SECTIONS and bool(rest.strip()),
        "header_unread": answer is not None and not header(answer),
    }


def _samples(path: Path, left_out: LeftOut) -> Iterator[tuple[int, Sample]]:
    rows = usable_rows(path, COLUMNS, left_out, inputs=("dialogue",), reference="section_text")
    for number, row in rows:
        where = f"{path}: row {number}"
        section = required_text(row, "section_header", where)
        if section not in SECTIONS:
            raise DataError(f"{where}: section_header is none of {', '.join(SECTIONS)}")
        dialogue = unix_lines(row["dialogue"])
        yield (
            number,
            Sample(
                id=required_text(row, "ID", where),
                fields={"dialogue": dialogue},
                target=f"{section}\n{unix_lines(row['section_text']).strip()}",
                cluster=sha256(dialogue.strip())[:16],
            ),
        )
