"""Prompts as a random factor in a comparison of two files."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from analysis.stats.best_prompt import BestPrompts, best_prompts
from analysis.stats.paired import Interval
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.random_prompts import PromptAnalysis, PromptDifference, random_prompts
from analysis.stats.weighted_sums import Estimate


class ShareBetter(NamedTuple):
    """Share of prompts on which the tuned model is better, estimated."""

    estimate: float
    ci95: Interval


@dataclass(frozen=True)
class PromptComparison:
    """Statistics on the prompts of two files."""

    analysis: PromptAnalysis
    share: ShareBetter | None
    """None: not tested, or the analysis has no components."""
    wanted_error: float | None
    """Standard error that a number of prompts is calculated for; None: not calculated."""
    prompts_for_wanted_error: int | None
    """None: not calculated, or no number of prompts reaches it."""
    best: BestPrompts | None
    """Each model with its own best prompt; None if items have different prompts."""
    refused: str | None
    """Reason why nothing is tested; the estimates are not for use then, and are not written."""

    def as_dict(self) -> dict[str, Any]:
        """JSON document; None: undefined or refused."""
        analysis, tested = self.analysis, self.refused is None
        parts = analysis.components if tested else None
        return {
            "design": analysis.design,
            "n_prompts": analysis.n_prompts,
            "gains": analysis.gains,
            "refused": self.refused,
            "fixed": _estimate(analysis.fixed) if tested else None,
            "random": _estimate(analysis.random) if tested and analysis.random else None,
            "sd_prompts": parts.sd if parts else None,
            "variance_between": parts.between if parts else None,
            "variance_own": parts.own if parts else None,
            "variance_common": parts.common if parts else None,
            "prediction95": analysis.prediction if tested else None,
            "share_better": self.share.estimate if self.share else None,
            "share_better_ci95": self.share.ci95 if self.share else None,
            "wanted_error": self.wanted_error,
            "prompts_for_wanted_error": self.prompts_for_wanted_error,
            "best": _best(self.best) if self.best else None,
            "by_prompt": [_difference(one, tested) for one in analysis.by_prompt],
        }


def compare_prompts(
    cells: PromptCells, refused: str | None, wanted_error: float | None = None
) -> PromptComparison:
    """Analyses the prompts of two files.

    Args:
        cells: scores by item and prompt.
        refused: reason why the comparison is not tested; None: it is.
        wanted_error: standard error to calculate a number of prompts for; None: not calculated.
    """
    analysis = random_prompts(cells)
    parts = analysis.components
    if refused is not None or parts is None:
        best = None if refused is not None else best_prompts(cells)
        return PromptComparison(analysis, None, wanted_error, None, best, refused)
    delta = analysis.fixed.delta
    rng = np.random.default_rng([len(cells.items), cells.n_prompts])
    return PromptComparison(
        analysis=analysis,
        share=ShareBetter(parts.share_better(delta), parts.share_interval(delta, rng)),
        wanted_error=wanted_error,
        prompts_for_wanted_error=parts.prompts_for(wanted_error) if wanted_error else None,
        best=best_prompts(cells),
        refused=None,
    )


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "delta": estimate.delta,
        "se": estimate.se,
        "df": estimate.df,
        "p": estimate.p,
        "ci95": estimate.interval(),
    }


def _best(best: BestPrompts) -> dict[str, Any]:
    return {
        **_estimate(best.estimate),
        "mean_base": best.mean_base,
        "mean_tuned": best.mean_tuned,
        "base": list(best.base),
        "tuned": list(best.tuned),
    }


def _difference(one: PromptDifference, tested: bool) -> dict[str, Any]:
    counts = {"prompt": one.prompt, "n": one.robust.n, "n_clusters": one.robust.n_clusters}
    if not tested:
        return counts | {"delta": one.robust.delta}
    return counts | _estimate(Estimate.of(one.robust))
