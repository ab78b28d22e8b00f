"""Result of a power calculation, as a JSON document or as lines of text."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analysis.number_format import significant, whole_percent
from analysis.stats.pilot_design import PilotDesign
from analysis.stats.power import PowerTarget
from analysis.stats.power_planning import MAX_ITEMS, Design
from analysis.stats.prompt_planning import PlannedPrompts
from clue.common.plural import counted
from clue.errors import ConfigError


@dataclass(frozen=True)
class RequiredItems:
    """Number of items that detect a difference."""

    difference: float
    items: int
    clusters: int

    def as_dict(self) -> dict[str, Any]:
        """JSON entries."""
        return {"difference": self.difference, "items": self.items, "clusters": self.clusters}


@dataclass(frozen=True)
class DetectableDifference:
    """Difference that a number of items detects."""

    items: int
    difference: float | None
    """None: too few of the items are discordant to detect any difference."""

    def as_dict(self) -> dict[str, Any]:
        """JSON entries."""
        return {"items": self.items, "difference": self.difference}


@dataclass(frozen=True)
class PowerPlan:
    """Design of a planned comparison with its required items and detectable difference."""

    design: Design
    target: PowerTarget
    required: RequiredItems | None
    """None: no difference was given."""
    detectable: DetectableDifference | None
    """None: no number of items was given."""

    @property
    def _items(self) -> Design:
        """Assumptions about the items under one prompt."""
        return self.design.design if isinstance(self.design, PlannedPrompts) else self.design

    def as_dict(self) -> dict[str, Any]:
        """JSON document; null: undefined."""
        document: dict[str, Any] = {
            "power": self.target.power,
            "alpha": self.target.alpha,
            "cluster_size": self.design.cluster_size,
            "design_effect": self.design.design_effect,
        }
        if isinstance(self._items, PilotDesign):
            document["pilot"] = _pilot(self._items, self.target)
        if isinstance(self.design, PlannedPrompts):
            document["prompts"] = _prompts(self.design)
        if self.required:
            document["required"] = self.required.as_dict()
        if self.detectable:
            document["detectable"] = self.detectable.as_dict()
        return document

    def lines(self) -> Iterator[str]:
        """The plan as lines of text."""
        clustered = self.design.cluster_size > 1
        power, alpha = whole_percent(self.target.power), significant(self.target.alpha)
        yield f"{power} % power, two-sided test at {alpha}:"
        if isinstance(self._items, PilotDesign):
            robust = self._items.robust
            sizes = f"{counted(robust.n, 'item')}, {counted(robust.n_clusters, 'cluster')}"
            difference = self._items.detectable(robust.n, self.target)
            yield f"  the pilot ({sizes}) detects a difference of {significant(difference, 4)}"
        if self.required:
            clusters = counted(self.required.clusters, "cluster")
            items = counted(self.required.items, "item") + (f" in {clusters}" if clustered else "")
            yield f"  a difference of {significant(self.required.difference)} needs {items}"
        if self.detectable:
            yield _detectable_line(self.detectable)
        if isinstance(self.design, PlannedPrompts):
            yield from _prompt_lines(self.design)
        if clustered:
            yield (
                f"  design effect {significant(self.design.design_effect, 3)}: so many clustered "
                "items carry as much information as one independent item"
            )


def power_plan(
    design: Design, target: PowerTarget, difference: float | None, items: int | None
) -> PowerPlan:
    """Calculates the items for a difference and the difference for a number of items.

    Args:
        design: assumptions about the items.
        target: power and significance level.
        difference: to be detected, in the unit of the score; None: not calculated.
        items: number of items; None: not calculated.

    Raises:
        ConfigError: a number is out of range.

    >>> from analysis.stats.power_planning import BinaryDesign
    >>> power_plan(BinaryDesign(discordant=0.2), PowerTarget(), 0.03, None).required.items
    1742
    """
    if difference is not None and not difference > 0:
        raise ConfigError(f"difference {significant(difference)}: must be above 0")
    if items is not None and items < 2 * design.cluster_size:
        raise ConfigError(
            f"items {items}: fewer than two clusters of {significant(design.cluster_size)}"
        )
    if items is not None and items > MAX_ITEMS:
        raise ConfigError(f"items {items}: more than {MAX_ITEMS:,}")
    required = detectable = None
    if difference is not None:
        clusters = math.ceil(_required(design, difference, target) / design.cluster_size)
        required = RequiredItems(difference, math.ceil(clusters * design.cluster_size), clusters)
    if items is not None:
        smallest = design.detectable(items, target)
        detectable = DetectableDifference(items, None if math.isnan(smallest) else smallest)
    return PowerPlan(design, target, required, detectable)


def _required(design: Design, difference: float, target: PowerTarget) -> float:
    """Number of items, of which there are at most `MAX_ITEMS`: no search for it leaves numbers."""
    try:
        items = design.required(difference, target)
    except (ValueError, OverflowError, ZeroDivisionError):  # of the search, for extreme numbers
        items = math.inf
    if not items <= MAX_ITEMS:
        raise ConfigError(
            f"difference {significant(difference)}: no {MAX_ITEMS:,} items detect it with these "
            "numbers; give a larger --difference, or check their unit"
        )
    return items


def _pilot(design: PilotDesign, target: PowerTarget) -> dict[str, Any]:
    return {
        "n": design.robust.n,
        "n_clusters": design.robust.n_clusters,
        "se_cr2": design.robust.se_cr2,
        "df": design.robust.df,
        "icc": None if math.isnan(design.icc) else design.icc,
        "detectable": design.detectable(design.robust.n, target),
    }


def _prompts(design: PlannedPrompts) -> dict[str, Any]:
    return {
        "n_prompts": design.n_prompts,
        "sd": design.sd,
        "design": design.layout,
        "answers_per_item": design.answers_per_item,
        "prompt_error": design.prompt_error,
    }


def _prompt_lines(design: PlannedPrompts) -> Iterator[str]:
    answers = counted(design.answers_per_item, "answer")
    yield f"  over {design.n_prompts} prompts, {design.layout}: {answers} of a model to each item"
    yield (
        f"  a standard deviation of {significant(design.sd)} between prompts leaves a standard "
        f"error of {significant(design.prompt_error, 3)} with any number of items"
    )


def _detectable_line(detectable: DetectableDifference) -> str:
    items = counted(detectable.items, "item detects", "items detect")
    if detectable.difference is None:
        return f"  {items} no difference: too few of them are discordant"
    return f"  {items} a difference of {significant(detectable.difference, 4)}"
