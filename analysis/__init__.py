"""Paired statistics over the records that `clue` writes, and over results of other programs.

    from analysis import compare, meta_analysis, power, study

docs/python.md shows their use.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.api import compare, compare_tasks, contrast, meta_analysis, pilot, power, study
    from analysis.stats.power_planning import BinaryDesign, ContinuousDesign
    from analysis.stats.prompt_planning import PlannedPrompts

__all__ = [
    "BinaryDesign",
    "ContinuousDesign",
    "PlannedPrompts",
    "compare",
    "compare_tasks",
    "contrast",
    "meta_analysis",
    "pilot",
    "power",
    "study",
]


def __getattr__(name: str) -> Any:
    """Imports the interface with its first use, so that importing the package is quick."""
    if name in ("BinaryDesign", "ContinuousDesign"):
        from analysis.stats import power_planning

        return getattr(power_planning, name)
    if name == "PlannedPrompts":
        from analysis.stats import prompt_planning

        return prompt_planning.PlannedPrompts
    if name in __all__:
        from analysis import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
