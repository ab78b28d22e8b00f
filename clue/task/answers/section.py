"""The header and the text of a section of a clinical note, as models write them."""

import re
from collections.abc import Mapping

from clue.task.answers.characters import normalised
from clue.task.answers.markup import plain

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "FAM/SOCHX": (
        *("family history", "social history", "family social history"),
        *("family and social history", "family or social history", "family history social history"),
    ),
    "GENHX": (
        *("history of present illness", "history of the present illness", "present illness"),
        *("hpi", "general history"),
    ),
    "PASTMEDICALHX": ("past medical history", "medical history", "pmh"),
    "CC": ("chief complaint",),
    "PASTSURGICAL": ("past surgical history", "surgical history", "psh"),
    "ALLERGY": ("allergies",),
    "ROS": ("review of systems",),
    "MEDICATIONS": ("medication", "current medications"),
    "ASSESSMENT": (),
    "EXAM": ("examination", "physical exam", "physical examination"),
    "DIAGNOSIS": ("diagnoses",),
    "DISPOSITION": (),
    "PLAN": (),
    "EDCOURSE": ("emergency department course", "ed course"),
    "IMMUNIZATIONS": ("immunization",),
    "IMAGING": (),
    "GYNHX": ("gynecologic history", "gynecological history", "gynaecological history"),
    "PROCEDURES": ("procedure",),
    "OTHER_HISTORY": (),
    "LABS": ("laboratory", "laboratory results", "lab results"),
}
"""Header of MTS-Dialog to other names of the section."""

_PREFIX = re.compile(r"\A\W*(?:section\s*)?(?:header|heading|section|title)\s*[:=-]\s*", re.I)
_TEXT_PREFIX = re.compile(r"\A\W*(?:section\s*)?(?:text|note|content|summary)\s*:[ \t*]*", re.I)
_COMMENT = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def _folded(name: str) -> str:
    return " ".join(re.findall(r"[a-z]+", name.casefold()))


_HEADERS = {
    _folded(name): header for header, names in SECTIONS.items() for name in (header, *names)
}


def split_section(answer: str) -> tuple[str, str]:
    r"""Returns header and text of an answer; an empty header if the first line is no section.

    The header is alone in the first line, or a colon and the text follow it. A comment in brackets
    is ignored. A line with several headers is none.

    >>> split_section("Section: GENHX (present illness)\nText: She coughs.")
    ('GENHX', 'She coughs.')
    >>> split_section("Allergies: none"), split_section("GENHX, ROS\nShe coughs.")[0]
    (('ALLERGY', 'none'), '')
    """
    first, _, rest = answer.strip().partition("\n")
    line = _PREFIX.sub("", plain(normalised(first)), count=1)
    name, colon, text = line.partition(":")
    for candidate, start in ((line, ""), (name, text) if colon else (line, "")):
        header = _HEADERS.get(_folded(_COMMENT.sub(" ", candidate)))
        if header:
            body = f"{start.strip()}\n{rest}".strip()
            return header, _TEXT_PREFIX.sub("", body, count=1).strip()
    return "", answer.strip()
