"""Parts of figures with a row per comparison: an interval on an axis, text columns beside it."""

from typing import Any

from matplotlib.axes import Axes

from analysis import number_format
from analysis.report.figures.theme import Theme
from analysis.stats.comparison import Comparison


def margin_band(ax: Axes, margin: float | None, theme: Theme) -> None:
    """Draws the line of no difference, and the declared margin around it."""
    if margin is not None:
        ax.axvspan(-margin, margin, color=theme.band, lw=0, zorder=0)
    ax.axvline(0, color=theme.faint, lw=0.8, zorder=1)


def difference(comparison: Comparison, digits: int = number_format.POINTS) -> str:
    """The difference with its 95 % interval."""
    text = number_format.estimate(comparison.delta, comparison.interval, digits)
    return text if comparison.interval else f"{text} [untested]"


def left_text(colour: str) -> dict[str, Any]:
    """Left-aligned text; x is in widths of the axis."""
    coordinates = ("axes fraction", "data")
    return {"xycoords": coordinates, "va": "center", "ha": "left", "color": colour, "fontsize": 8}


def right_text(colour: str) -> dict[str, Any]:
    """Right-aligned text; x is in widths of the axis."""
    return {**left_text(colour), "ha": "right"}
