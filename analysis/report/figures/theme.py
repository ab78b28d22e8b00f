"""Colours, type and files of the figures: readable by everybody, light and dark, on paper.

Colours are those of Okabe and Ito (2008), told apart with every kind of colour vision; what they
say is also said by a mark or a word. An SVG is drawn in stand-in colours which then become CSS
variables with a light fallback, so that a page decides what they are.
"""

import io
import re
from dataclasses import astuple, dataclass

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

WIDTH = 7.6
"""Inches; the figures of a page are as wide as its text."""
DPI = 160

STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica", "sans-serif"],
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "clue",
}


@dataclass(frozen=True)
class Theme:
    """What each thing is drawn with."""

    ink: str
    """Text, axes, marks that say nothing by colour."""
    faint: str
    """Second rank: labels of families, thin intervals."""
    line: str
    """Grid and rules."""
    band: str
    """The declared margin."""
    paper: str
    """Behind everything; inside of hollow marks."""
    decline: str
    gain: str
    base: str
    tuned: str


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
)
STAND_IN = Theme(*(f"#0{n}0{n}0{n}" for n in range(1, 10)))
NAMES = ("ink", "faint", "line", "band", "paper", "decline", "gain", "base", "tuned")


def axes(figure: Figure, theme: Theme, rect: tuple[float, float, float, float]) -> Axes:
    """Axes in the colours of a theme; `rect` is left, bottom, width, height of the figure."""
    made = figure.add_axes(rect)
    dress(made, theme)
    return made


def dress(made: Axes, theme: Theme) -> None:
    """Give axes the colours of a theme."""
    made.set_facecolor("none")
    made.tick_params(colors=theme.ink, which="both")
    for spine in made.spines.values():
        spine.set_edgecolor(theme.faint)
    for text in (made.title, made.xaxis.label, made.yaxis.label):
        text.set_color(theme.ink)


def svg(figure: Figure, name: str) -> str:
    """SVG of a figure drawn with STAND_IN; the same text every time.

    Its ids begin with the figure's name, since a page holds several.
    """
    made = io.StringIO()
    with rc_context(STYLE):  # type: ignore[arg-type]
        figure.savefig(made, format="svg", transparent=True, metadata={"Date": None})
    text = made.getvalue()
    for variable, stand_in, colour in zip(NAMES, astuple(STAND_IN), astuple(LIGHT), strict=True):
        text = text.replace(stand_in, f"var(--{variable}, {colour})")
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    text = text.replace("url(#", f"url(#{name}-")
    return text[text.index("<svg") :]


def plain(text: str) -> str:
    """The SVG in its light colours, for programs that know no variables."""
    return re.sub(r"var\(--\w+, (#\w+)\)", r"\1", text)


def png(figure: Figure) -> bytes:
    """PNG of a figure drawn with LIGHT."""
    made = io.BytesIO()
    FigureCanvasAgg(figure)
    with rc_context(STYLE):  # type: ignore[arg-type]
        figure.savefig(
            made, format="png", dpi=DPI, facecolor=LIGHT.paper, metadata={"Software": None}
        )
    return made.getvalue()
