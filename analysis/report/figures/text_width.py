"""Measures texts, so that names of any length get the space that they need or are shortened."""

from collections.abc import Iterable
from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

ROUNDING = 1e-6
SPACE = 0.16
"""Inches between a column of names and what follows."""


@lru_cache(maxsize=4096)
def text_inches(text: str, size: float) -> float:
    """Width of a line of text in inches."""
    if not text.strip():
        return 0.0
    return (
        float(
            TextPath((0, 0), text, size=size, prop=FontProperties(), usetex=False)
            .get_extents()
            .width
        )
        / 72
    )


def shortened(text: str, inches: float, size: float) -> str:
    """The text, with an ellipsis in its middle if it is wider than the space.

    Names of models differ at their beginning (family) and end (size, variant).

    >>> shortened("model", 2.0, 8), len(shortened("a_very_long_name_of_a_model_7b", 0.8, 8)) < 30
    ('model', True)
    """
    if text_inches(text, size) <= inches + ROUNDING:
        return text
    for letters in range(len(text) - 1, 1, -1):
        head, tail = (letters + 1) // 2, letters // 2
        candidate = f"{text[:head]}…{text[len(text) - tail :]}"
        if text_inches(candidate, size) <= inches:
            return candidate
    return "…"


def column_inches(texts: Iterable[str], size: float, most: float) -> float:
    """Width of a column of texts with its space, at most so many inches."""
    return min(most, max((text_inches(text, size) for text in texts), default=0.0) + SPACE)
