"""The table of every model on its own."""

from collections.abc import Sequence

from analysis.names import display_name, display_order
from analysis.paired_study.standings import ModelScore, Standing
from analysis.report import selectors
from analysis.report.document import Table
from analysis.report.tables.pairs import NONE, items


def scores(standings: Sequence[Standing]) -> Table:
    """Every model on its own, baselines as a floor."""
    names = sorted({name for each in standings for name in each.scores}, key=display_order)
    parts = [name for name in names if name[:-1] in names]
    whole = [name for name in names if name not in parts]
    shown = sorted(whole, key=lambda name: name not in selectors.LEVELS)
    sizes = {
        name: {
            (score.n, score.n_clusters) for each in standings if (score := each.scores.get(name))
        }
        for name in shown
    }
    return Table(
        "scores",
        "Scores of every model",
        ["model", "adapted from", *map(display_name, shown)],
        [
            [each.model, _kind(each), *(_standing(each.scores.get(name)) for name in shown)]
            for each in standings
        ],
        "Points, with half of the 95 % interval of this model's score on other items like these. "
        f"{items(sizes)} Whether two models differ is not to be read from this: they "
        "answered the same items, which only a paired comparison takes into account.",
    )


def _kind(standing: Standing) -> str:
    if standing.facts.get("family") == "baseline":
        return "baseline"
    return str(standing.facts.get("base") or NONE)


def _standing(score: ModelScore | None) -> str:
    if score is None:
        return NONE
    shown = f"{score.estimate.delta:.1f}"
    if not score.estimate.se > 0:  # one cluster, or all alike: nothing to measure an error by
        return shown
    ends = score.estimate.interval()
    return f"{shown} ± {(ends.high - ends.low) / 2:.1f}"
