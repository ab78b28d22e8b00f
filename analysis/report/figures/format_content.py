"""Each pair's difference as the sum of its parts: form, content, rest."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.names import display_name
from analysis.number_format import signed_points
from analysis.paired_study.format_content_rows import FormatContent, SplitRow
from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.report.figures.findings import (
    MARKERS,
    finding_legend,
    finding_style,
    legend_height,
    tested_style,
)
from analysis.report.figures.panels import PanelGrid
from analysis.report.figures.text_width import SPACE, column_inches, shortened
from analysis.report.figures.theme import SMALLEST, Theme
from analysis.settings import AnalysisConf

PANELS = {"delta": "difference", "form": "= form", "content": "+ content", "rest": "+ rest"}
ROW = 0.21
"""Height of a pair in inches."""
SIZE = 7.5


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws a panel per part in the most comprehensive score; None if nothing was split."""
    level, rows = _rows(results)
    if not rows:
        return None
    names = [row.key.tuned for row in rows]
    styles = _Styles(results, conf.study.alpha, theme)
    grid = PanelGrid(
        number=len(PANELS),
        columns=2 if theme.is_narrow else 4,
        width=theme.width,
        panel=ROW * len(rows),
        left=column_inches(names, SIZE, 1.3 if theme.is_narrow else 1.9),
        bottom=0.25 + legend_height(3, theme),
    )
    figure = grid.figure()
    limits = [end for row in rows for name in PANELS for end in _ends(row.split, name)]
    room = 0.05 * (max(limits) - min(limits)) or 1.0
    for number, (name, title) in enumerate(PANELS.items()):
        ax = grid.axes(figure, number, theme)
        _panel(ax, rows, name, styles)
        ax.set_title(title, fontsize=8, color=theme.ink)
        shown = [shortened(one, grid.left - SPACE, SIZE) for one in names]
        ax.set_yticks(range(len(rows)), shown if grid.is_first(number) else [""] * len(rows))
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.set_xlim(min(limits) - room, max(limits) + room)
        ax.tick_params(axis="y", length=0, labelsize=SIZE)
        ax.locator_params(axis="x", nbins=4)
    label = f"{display_name(level)}: biomedical minus base, points"
    place = (legend_height(3, theme) + 0.08) / grid.height
    figure.text(0.5, place, label, ha="center", color=theme.ink)
    finding_legend(figure, styles.seen, theme)
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


class _Styles:
    """Colours and marks of the parts: by the verdict on the difference, and by q of a part."""

    def __init__(self, results: StudyResults, alpha: float, theme: Theme) -> None:
        setting = selectors.reported_setting(results)
        rows = selectors.primary_rows(setting, "task", "level") if setting else []
        self.verdicts = {(row.key.pair, row.key.task): row.judgement.verdict for row in rows}
        self.alpha, self.theme = alpha, theme
        self.seen: set[str] = set()

    def of(self, row: SplitRow, name: str) -> tuple[str, str]:
        """Colour and marker; the rest is not tested."""
        verdict = self.verdicts.get((row.key.pair, row.key.task))
        style = tested_style(
            getattr(row.split, name), getattr(row.split, f"q_{name}", None), self.alpha, self.theme
        )
        if name == "delta" and verdict:
            style = finding_style(verdict, self.theme)
        self.seen |= {one for one, marker in MARKERS.items() if marker == style[1]}
        return style


def _panel(ax: Axes, rows: list[SplitRow], name: str, styles: _Styles) -> None:
    theme = styles.theme
    ax.axvline(0, color=theme.faint, lw=0.8)
    for y, row in enumerate(rows):
        limits = getattr(row.split, f"ci95_{name}", None)
        colour, marker = styles.of(row, name)
        if limits:
            ax.plot(list(limits), [y, y], color=colour, lw=1.6, solid_capstyle="butt")
        ax.plot([getattr(row.split, name)], [y], marker, color=colour, ms=4.5)
    ax.tick_params(labelsize=SMALLEST)
    ax.grid(axis="x", color=theme.line, lw=0.5)
