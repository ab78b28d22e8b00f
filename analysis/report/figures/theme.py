"""Colours, fonts and file formats of the figures.

The colours of Okabe and Ito (2008) can be distinguished with every kind of colour vision. A mark
or a word repeats the meaning of each colour. In an SVG they become CSS variables with a light
fallback, so that the page sets the colours of its light or dark mode; a PNG of the same drawing
keeps them.
"""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from clue.common.visible import TABS_AND_LINES, visible

WIDTH, NARROW = 7.6, 3.8
"""Inches of the width of the text, and of a phone: 8 points are 11 pixels on 400 pixels."""
SMALLEST = 7.0
"""Smallest size of a text in points."""
DPI = 160

STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica", "sans-serif"],
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
    "text.parse_math": False,  # a name may contain dollar signs
    "svg.hashsalt": "clue",
}


@dataclass(frozen=True)
class Theme:
    """Colour of each element."""

    ink: str
    """Text, axes and marks whose colour has no meaning."""
    faint: str
    """Secondary elements: labels of families, thin intervals."""
    line: str
    """Grid and rules."""
    band: str
    """The declared margin."""
    paper: str
    """Background, and inside of hollow marks."""
    decline: str
    gain: str
    base: str
    tuned: str
    equivalent: str
    """A difference within the margin."""
    width: float = WIDTH
    """Inches of a figure."""

    @property
    def is_narrow(self) -> bool:
        """True for the layout of a phone."""
        return self.width < WIDTH

    @property
    def colours(self) -> tuple[str, ...]:
        """Colours in the order of NAMES."""
        return tuple(getattr(self, name) for name in NAMES)


LIGHT = Theme(
    ink="#1b1f24",
    faint="#5b6570",
    line="#d5dae0",
    band="#eceff2",
    paper="#ffffff",
    decline="#d55e00",
    gain="#0072b2",
    base="#7f7f7f",
    tuned="#009e73",
    equivalent="#a05a9c",
)
NAMES = (
    *("ink", "faint", "line", "band", "paper", "decline", "gain", "base", "tuned", "equivalent"),
)
VARIABLES = {
    colour: f"var(--{name}, {colour})" for name, colour in zip(NAMES, LIGHT.colours, strict=True)
}
"""Colour to its CSS variable."""
_PAINT = re.compile(r"\b(fill|stroke): (#[0-9a-f]{6})\b")


def themed_axes(figure: Figure, theme: Theme, rect: tuple[float, float, float, float]) -> Axes:
    """Adds axes in the colours of a theme.

    Args:
        figure: receives the axes.
        theme: the colours.
        rect: left, bottom, width and height as shares of the figure.
    """
    ax = figure.add_axes(rect)
    ax.set_facecolor("none")
    ax.tick_params(colors=theme.ink, which="both")
    for spine in ax.spines.values():
        spine.set_edgecolor(theme.faint)
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
        text.set_color(theme.ink)
    return ax


@contextmanager
def drawing() -> Iterator[None]:
    """Draws in this style; a character that the font lacks is a box, without a warning of it."""
    with rc_context(STYLE), warnings.catch_warnings():  # type: ignore[arg-type]
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield


def svg(figure: Figure, name: str) -> str:
    """Returns the SVG of a figure drawn with LIGHT; the same figure gives the same text.

    Its ids begin with the figure's name, since a page contains several figures.
    """
    file = io.StringIO()
    with drawing():
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = visible(file.getvalue(), TABS_AND_LINES)
    text = _PAINT.sub(lambda paint: f"{paint[1]}: {VARIABLES.get(paint[2], paint[2])}", text)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    text = text.replace("url(#", f"url(#{name}-")
    return text[text.index("<svg") :]


def with_fixed_colours(svg_text: str) -> str:
    """Replaces CSS variables by the light colours, for programs that do not support variables."""
    return re.sub(r"var\(--\w+, (#\w+)\)", r"\1", svg_text)


def png(figure: Figure) -> bytes:
    """Returns the PNG of a figure drawn with LIGHT."""
    file = io.BytesIO()
    FigureCanvasAgg(figure)
    with drawing():
        figure.savefig(
            file, format="png", dpi=DPI, facecolor=LIGHT.paper, metadata={"Software": None}
        )
    return file.getvalue()
