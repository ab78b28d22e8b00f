"""Marks in a figure: a strip above it, which changes nothing below."""

import pytest
from matplotlib.figure import Figure

from analysis.report.figures.stamp import CHARACTERS, LINE, _lines, add_stamp
from analysis.report.figures.theme import LIGHT


def inches(figure: Figure) -> list[float]:
    """Left, bottom, width and height of the axes, and the height of the text."""
    width, height = figure.get_size_inches()
    left, bottom, ax_width, ax_height = figure.axes[0].get_position(original=True).bounds
    text = figure.texts[0].get_position()[1] * height
    return [left * width, bottom * height, ax_width * width, ax_height * height, text]


def test_what_is_drawn_keeps_its_size_and_position() -> None:
    figure = Figure(figsize=(7.6, 2.0))
    figure.add_axes((0.1, 0.2, 0.8, 0.7))
    figure.text(0.5, 0.05, "points")
    before = inches(figure)
    add_stamp(figure, "fake answers; fictional data", LIGHT)
    assert inches(figure) == pytest.approx(before)
    stamp = figure.texts[-1]
    assert stamp.get_text() == "fake answers; fictional data"
    bottom_of_strip = 2.0 / figure.get_size_inches()[1]
    assert bottom_of_strip < stamp.get_position()[1] < 1
    assert figure.get_size_inches()[1] > 2.0 + LINE


def test_a_long_stamp_breaks_between_marks_and_names() -> None:
    names = ", ".join(f"a_model_of_{number}b" for number in range(12))
    lines = _lines(f"fake answers ({names}); fictional data; partial: limit 5")
    assert len(lines) > 2
    assert max(map(len, lines)) <= CHARACTERS
    assert " ".join(lines) == f"fake answers ({names}); fictional data; partial: limit 5"
    assert all(line.endswith((",", ";")) for line in lines[:-1])
