"""Text for LaTeX: special characters, minus signs, display names of models."""

import re
from functools import cache

from analysis import published
from analysis.number_format import MINUS
from clue.common.visible import one_line

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    MINUS: r"$-$",
    "▼": r"$\blacktriangledown$",
    "▲": r"$\blacktriangle$",
    "▿": r"$\triangledown$",
    "▵": r"$\vartriangle$",
    "≈": r"$\approx$",
    "≥": r"$\geq$",
    "±": r"$\pm$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "Δ": r"$\Delta$",
    "…": r"\ldots{}",
    "\N{EN DASH}": "--",
    "○": r"$\circ$",
    "●": r"$\bullet$",
    "■": r"$\blacksquare$",
    "◆": r"$\blacklozenge$",
}


def escaped(text: str) -> str:
    r"""Escapes text for LaTeX, as one line; a hyphen before a number becomes a minus sign.

    A character that LaTeX's fonts lack becomes its code point, since it would stop the compiler.

    >>> escaped("a_b & 5 %, 中")
    'a\\_b \\& 5 \\%, [U+4E2D]'
    """
    special = "".join(map(_character, one_line(text)))
    return re.sub(r"(?<![\w.])-(?=[\d.])", "$-$", special)


def with_display_names(text: str) -> str:
    """The text with models as their authors write them, where the published name is known.

    >>> with_display_names("biomistral7b - some_model"), with_display_names("my-biomistral7b")
    ('BioMistral-7B - some_model', 'my-biomistral7b')
    """
    names = _names()
    return re.sub(r"(?<![\w.-])[\w.]+(?![\w.-])", lambda word: names.get(word[0], word[0]), text)


@cache
def _names() -> dict[str, str]:
    return published.model_names()


def _character(character: str) -> str:
    if character in SPECIAL:
        return SPECIAL[character]
    return character if ord(character) < 0x180 else f"[U+{ord(character):04X}]"
