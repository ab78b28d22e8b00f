"""Every text of every figure: inside the figure, readable, and over no other text."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

import pytest
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.number_format import MINUS
from analysis.paired_study import StudyResults
from analysis.report.figures import FIGURES, theme
from analysis.report.figures.stamp import add_stamp
from tests.analysis.paired_study.conftest import exam_store, exams, quick
from tests.analysis.report.figures.many_pairs import first_pair, repeated, with_long_names

__all__ = ["exam_store", "exams"]

PIXELS = 1.0
"""By which boxes of two texts, which contain empty space, may touch."""
SMALLEST_ON_PHONE = 8.0
"""CSS pixels of the smallest text on a screen of 400 pixels, 16 of them at each side empty."""
CHANGES: dict[str, Callable[[StudyResults], StudyResults]] = {
    "study": lambda results: results,
    "21 pairs": lambda results: repeated(results, 3),
    "long names": with_long_names,
    "one pair": first_pair,
}
LAYOUTS = {"wide": theme.LIGHT, "narrow": replace(theme.LIGHT, width=theme.NARROW)}


def drawn(name: str, results: StudyResults, layout: theme.Theme) -> Figure | None:
    with theme.drawing():
        figure = FIGURES[name].draw(results, quick(), layout)
        if figure is not None:
            add_stamp(figure, "synthetic scores", layout)
            FigureCanvasAgg(figure).draw()
    return figure


def texts(figure: Figure) -> Iterator[tuple[str, Bbox, Text]]:
    """Visible texts with their boxes in pixels; ticks outside of their axes are not drawn."""
    hidden = {
        id(label) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for label in _undrawn(axis)
    }
    for text in figure.findobj(Text):
        if text.get_text().strip() and text.get_visible() and id(text) not in hidden:
            yield text.get_text(), Text.get_window_extent(text), text  # without an arrow


def _undrawn(axis: Axis) -> Iterator[Text]:
    low, high = sorted(axis.get_view_interval())
    for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
        is_inside = low - 1e-9 <= tick.get_loc() <= high + 1e-9
        for label in (tick.label1, tick.label2):
            if not is_inside or not label.get_visible():
                yield label


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", FIGURES)
def test_no_text_covers_another_or_leaves_the_figure(
    results: StudyResults, exams: StudyResults, name: str, change: str, layout: str
) -> None:
    source = exams if name == "exam_contrast" else results
    if name == "exam_contrast" and change != "study":
        pytest.skip("its pairs are not in the rows")
    with theme.drawing():
        figure = drawn(name, CHANGES[change](source), LAYOUTS[layout])
        if figure is None:
            assert name in {"prompt_settings", "prompts"}
            return
        boxes = list(texts(figure))
        page = figure.bbox
        assert len(boxes) > 3
        for (one, box, _), (other, second, _) in combinations(boxes, 2):
            width = min(box.x1, second.x1) - max(box.x0, second.x0)
            height = min(box.y1, second.y1) - max(box.y0, second.y0)
            assert width <= PIXELS or height <= 3 * PIXELS, (one, other)
        for text, box, _ in boxes:
            assert box.x0 >= -PIXELS, text
            assert box.y0 >= -PIXELS, text
            assert box.x1 <= page.x1 + PIXELS, text
            assert box.y1 <= page.y1 + PIXELS, text


@pytest.mark.parametrize("name", FIGURES)
def test_the_narrow_variant_is_readable_on_a_phone(results: StudyResults, name: str) -> None:
    figure = drawn(name, results, LAYOUTS["narrow"])
    if figure is None:
        return
    pixels_per_point = (400 - 2 * 16) / (theme.NARROW * 72)
    sizes = {text: one.get_fontsize() * pixels_per_point for text, _, one in texts(figure)}
    assert min(sizes.values()) >= SMALLEST_ON_PHONE, min(sizes, key=lambda text: sizes[text])


@pytest.mark.parametrize("name", FIGURES)
def test_numbers_in_figures_have_a_minus_sign(results: StudyResults, name: str) -> None:
    figure = drawn(name, results, LAYOUTS["wide"])
    if figure is None:
        return
    for text, _, _ in texts(figure):
        assert not text.startswith("-") or text == "-", text
        assert f"{MINUS}0.00" not in text.split(" ")
