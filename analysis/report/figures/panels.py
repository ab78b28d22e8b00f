"""Grid of panels in inches, the same for every width of a figure."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.report.figures.theme import Theme, themed_axes

Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class PanelGrid:
    """Panels of one size in rows, all lengths in inches."""

    number: int
    """Panels."""
    columns: int
    width: float
    """Of the figure."""
    panel: float
    """Height of a panel."""
    left: float
    """Space at the left of the first panel of a row."""
    gap: float = 0.12
    """Space between the panels of a row, and at the right of the last one."""
    above: float = 0.3
    """Space above each row, for titles."""
    below: float = 0.3
    """Space below each row, for ticks."""
    top: float = 0.0
    bottom: float = 0.0
    """Space at the edges of the figure."""

    @property
    def rows(self) -> int:
        """Rows of panels."""
        return -(-self.number // self.columns)

    @property
    def height(self) -> float:
        """Height of the figure."""
        return self.top + self.rows * (self.above + self.panel + self.below) + self.bottom

    @property
    def panel_width(self) -> float:
        """Width of a panel."""
        return (self.width - self.left) / self.columns - self.gap

    def figure(self) -> Figure:
        """An empty figure of this size."""
        return Figure(figsize=(self.width, self.height))

    def axes(self, figure: Figure, number: int, theme: Theme) -> Axes:
        """Adds the axes of a panel, by its number from 0."""
        return themed_axes(figure, theme, self._rect(number))

    def is_first(self, number: int) -> bool:
        """True for the first panel of a row."""
        return number % self.columns == 0

    def _rect(self, number: int) -> Rect:
        row, column = divmod(number, self.columns)
        left = self.left + column * (self.panel_width + self.gap)
        step = self.above + self.panel + self.below
        bottom = self.height - self.top - row * step - self.above - self.panel
        return (
            left / self.width,
            bottom / self.height,
            self.panel_width / self.width,
            self.panel / self.height,
        )
