"""Samples whose answers the tests read."""

from clue.records import Sample

NEUTRAL = Sample("1", {}, "neutral", "1")
CODED = Sample("1", {}, "I10", "1")
OPTIONS = (
    *("Metformin 500 mg twice daily", "Lisinopril 10 mg", "Amoxicillin 875 mg"),
    *("Vitamin D 1000 IU", "None of the above", "The documents do not tell"),
)


def question(options: int = 5) -> Sample:
    """A question with the options A to E, or A to F."""
    texts = zip("abcdef", OPTIONS[:options], strict=False)
    return Sample("1", {f"option_{letter}": text for letter, text in texts}, "C", "1")
