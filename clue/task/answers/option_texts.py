"""The wording of an option in an answer."""

import re
from collections.abc import Mapping

from clue.task.answers.characters import normalised
from clue.task.answers.denial import denied

SHORTEST = 5
"""Least number of characters of an option that is looked for within a sentence, unlike "No"."""


def folded(text: str) -> str:
    """Returns a text in small letters, with single spaces, without marks around it."""
    return " ".join(normalised(text).casefold().split()).strip(" .:;,'\"()[]{}<>-")


def exact(text: str, options: Mapping[str, str]) -> set[str]:
    """Returns the letters of the options that the text equals."""
    wording = folded(text)
    return {letter for letter, option in options.items() if folded(option) == wording}


def begins_with(text: str, option: str | None) -> bool:
    """Tests if a text begins with the wording of an option, after any marks."""
    words = folded(option or "")
    return bool(words) and re.match(rf"{re.escape(words)}(?!\w)", folded(text)) is not None


def mentioned(text: str, options: Mapping[str, str]) -> set[str]:
    """Returns the letters of the options whose wording the text affirms.

    A wording within a longer one ("Stage I" in "Stage I or II") is not mentioned.

    >>> mentioned("He has stage II disease, no stage IV", {"A": "Stage II", "B": "Stage IV"})
    {'A'}
    """
    spans = [
        (match.start(), match.end(), letter)
        for letter, option in options.items()
        for match in _occurrences(text, option)
    ]
    return {
        letter
        for start, end, letter in spans
        if not any(
            first <= start and end <= last and last - first > end - start
            for first, last, _ in spans
        )
        and not denied(text, start, end)
    }


def with_letter(text: str, options: Mapping[str, str]) -> set[str]:
    """Returns letters in brackets at the end of a line or after their option's wording."""
    return {
        match["letter"]
        for match in re.finditer(r"\((?P<letter>[A-F])\)(?P<end>\W*$)?", text, re.M)
        if (match["end"] is not None or _ends_with(text[: match.start()], options, match["letter"]))
        and not denied(text, match.start("letter"), match.end("letter"))
    }


def _ends_with(text: str, options: Mapping[str, str], letter: str) -> bool:
    words = folded(options.get(letter, ""))
    return bool(words) and folded(text).endswith(words)


def _occurrences(text: str, option: str) -> list[re.Match[str]]:
    words = " ".join(normalised(option).split()).strip(" .")
    if len(words) < SHORTEST:
        return []
    pattern = r"\s+".join(map(re.escape, words.split()))
    return list(re.finditer(rf"(?<!\w){pattern}(?!\w)(?![.,]\d)", text, re.I))
