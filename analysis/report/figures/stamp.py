"""Stamp of a figure: the marks of its results, in a strip above it that every copy contains."""

import re
import textwrap

from matplotlib.figure import Figure

from analysis.report.figures.theme import WIDTH, Theme

LINE, PADDING = 0.19, 0.19
"""Inches of a line and around all lines."""
CHARACTERS = 90
"""Longest line."""
SIZE = 10


def add_stamp(figure: Figure, text: str, theme: Theme) -> None:
    """Adds a strip with a text to a figure; axes keep their size in inches.

    Args:
        figure: drawn, with texts and axes at shares of its height.
        text: marks; lines break after a semicolon or a comma only, so that a search finds a mark.
        theme: colours of the figure.
    """
    lines = _lines(text, int(CHARACTERS * theme.width / WIDTH))
    width, height = figure.get_size_inches()
    strip = LINE * len(lines) + PADDING
    share = height / (height + strip)
    for ax in figure.axes:
        left, bottom, ax_width, ax_height = ax.get_position(original=True).bounds
        ax.set_position((left, bottom * share, ax_width, ax_height * share))
    for words in figure.texts:
        words.set_y(words.get_position()[1] * share)
    figure.set_size_inches(width, height + strip)
    figure.text(
        0.5,
        1 - 0.5 * strip / (height + strip),
        "\n".join(lines),
        ha="center",
        va="center",
        color=theme.ink,
        fontsize=SIZE,
        fontweight="bold",
        bbox={"facecolor": theme.band, "edgecolor": theme.decline, "pad": 3.0},
    )


def _lines(text: str, characters: int = CHARACTERS) -> list[str]:
    unbreakable = re.sub(r"(?<![;,]) ", "\xa0", text)
    lines = textwrap.wrap(unbreakable, characters, break_on_hyphens=False)
    return [line.replace("\xa0", " ") for line in lines]
