"""Charts of a view in MLflow's UI, in the format of its saved views.

MLflow draws one bar per run and metric, and one point per run. It draws no error bars: the limits
of an interval are bars of their own, in the same order of runs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MOST_RUNS = 100
"""Runs in one chart."""
REST = "Model metrics"
"""Name that MLflow gives to the section of all metrics without a chart."""


@dataclass(frozen=True)
class Bars:
    """A bar for each run."""

    metric: str

    def state(self) -> dict[str, Any]:
        """Returns the settings of the chart."""
        return {"type": "BAR", "metricKey": self.metric}


@dataclass(frozen=True)
class Points:
    """A point for each run."""

    x: str
    """Metric."""
    y: str
    """Metric."""

    def state(self) -> dict[str, Any]:
        """Returns the settings of the chart."""
        axes = {"xaxis": self.x, "yaxis": self.y}
        return {"type": "SCATTER"} | {
            axis: {"key": metric, "type": "METRIC"} for axis, metric in axes.items()
        }


Chart = Bars | Points


@dataclass(frozen=True)
class ChartSection:
    """Charts under one heading."""

    title: str
    charts: Sequence[Chart]
    columns: int = 3
    """Charts in a row."""


def state(sections: Sequence[ChartSection]) -> dict[str, Any]:
    """Returns the part of a view's state that is about charts.

    All other metrics have charts in a folded section at the end.
    """
    folded = {"uuid": "rest", "name": REST, "display": False}
    headings = [
        {
            "uuid": f"section-{index}",
            "name": section.title,
            "display": True,
            "columns": section.columns,
        }
        for index, section in enumerate(sections)
    ]
    return {
        "compareRunCharts": list(_charts(sections)),
        "compareRunSections": [
            heading | {"isReordered": True, "deleted": False, "isGenerated": False}
            for heading in [*headings, folded]
        ],
        "isAccordionReordered": True,
        "hideEmptyCharts": True,
    }


def _charts(sections: Sequence[ChartSection]) -> Iterable[dict[str, Any]]:
    for index, section in enumerate(sections):
        for number, chart in enumerate(section.charts):
            yield {
                "uuid": f"chart-{index}-{number}",
                "metricSectionId": f"section-{index}",
                "runsCountToCompare": MOST_RUNS,
                "deleted": False,
                "isGenerated": False,
                **chart.state(),
            }
