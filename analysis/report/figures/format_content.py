"""Each pair's difference as the sum of its parts: form, content, rest."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.names import display_name
from analysis.number_format import signed_points
from analysis.paired_study.format_content_rows import FormatContent, SplitRow
from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.report.figures.theme import WIDTH, Theme, themed_axes
from analysis.settings import AnalysisConf

PANELS = {"delta": "difference", "form": "= form", "content": "+ content", "rest": "+ rest"}
ROW = 0.21
"""Height of a pair in inches."""
LEFT, PANEL, GAP = 0.20, 0.185, 0.012
"""Left edge, width of a panel and distance of two, as shares of the width."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws a panel per part in the most comprehensive score; None if nothing was split."""
    level, rows = _rows(results)
    if not rows:
        return None
    height = ROW * len(rows) + 0.95
    figure = Figure(figsize=(WIDTH, height))
    limits = [end for row in rows for name in PANELS for end in _ends(row.split, name)]
    room = 0.05 * (max(limits) - min(limits)) or 1.0
    for number, (name, title) in enumerate(PANELS.items()):
        panel_left = LEFT + number * (PANEL + GAP)
        ax = themed_axes(figure, theme, (panel_left, 0.55 / height, PANEL, 1 - 0.9 / height))
        _panel(ax, rows, name, theme)
        ax.set_title(title, fontsize=8, color=theme.ink)
        ax.set_yticks(range(len(rows)), [row.key.tuned for row in rows] if number == 0 else [])
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.set_xlim(min(limits) - room, max(limits) + room)
        ax.tick_params(axis="y", length=0)
    label = f"{display_name(level)}: biomedical minus base, points"
    figure.text(0.6, 0.08 / height, label, ha="center", color=theme.ink)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: the parts of each pair."""
    level, rows = _rows(results)
    parts = [
        f"{row.key.pair}: {signed_points(row.split.delta)} = form {signed_points(row.split.form)}, "
        f"content {signed_points(row.split.content)}, rest {signed_points(row.split.rest)}"
        for row in rows
    ]
    return f"Parts of the differences in {display_name(level)}, in points. {'; '.join(parts)}"


def _rows(results: StudyResults) -> tuple[str, list[SplitRow]]:
    setting = selectors.reported_setting(results)
    return selectors.headline_splits(setting) if setting else ("", [])


def _ends(split: FormatContent, name: str) -> list[float]:
    """A part, both ends of its interval, and 0."""
    return [0.0, getattr(split, name), *(getattr(split, f"ci95_{name}", None) or ())]


def _panel(ax: Axes, rows: list[SplitRow], name: str, theme: Theme) -> None:
    ax.axvline(0, color=theme.faint, lw=0.8)
    for y, row in enumerate(rows):
        value = getattr(row.split, name)
        limits = getattr(row.split, f"ci95_{name}", None)
        if limits:
            ax.plot(list(limits), [y, y], color=theme.ink, lw=1.6, solid_capstyle="butt")
        colour = theme.decline if value < 0 else theme.gain
        ax.plot([value], [y], "D" if name == "delta" else "o", color=colour, ms=4)
    ax.tick_params(labelsize=7)
    ax.grid(axis="x", color=theme.line, lw=0.5)
