"""The table of the scores of single models."""

from collections.abc import Collection, Sequence

from analysis.names import display_name, display_order
from analysis.paired_study.standings import ModelScore, Standing
from analysis.report.document import ReportTable
from analysis.report.tables.pairs import NONE, sizes_note


def scores(standings: Sequence[Standing], levels: Collection[str]) -> ReportTable:
    """Scores of every model, without pairing; baselines are at the end as a floor.

    Args:
        standings: scores of each model.
        levels: names of the study's levels, whose columns come first.
    """
    columns = _columns(standings, levels)
    sizes = {
        name: {
            (score.n, score.n_clusters)
            for standing in standings
            if (score := standing.scores.get(name))
        }
        for name in columns
    }
    body = [
        [standing.model, _origin(standing), *(_score(standing.scores.get(n)) for n in columns)]
        for standing in standings
    ]
    return ReportTable(
        "scores",
        "Scores of all models",
        ["model", "adapted from", *map(display_name, columns)],
        body,
        "Scores are in points, ± half of the 95 % interval of this model's score on other items "
        f"like these. {sizes_note(sizes)} Two models cannot be compared by these intervals: the "
        "models answered the same items, which only a paired comparison takes into account.",
        [standing.marks for standing in standings],
    )


def _columns(standings: Sequence[Standing], levels: Collection[str]) -> list[str]:
    """Levels, then data sets; a task of a data set is omitted where the data set has a score."""
    names = sorted({name for standing in standings for name in standing.scores}, key=display_order)
    datasets = [name for name in names if name[:-1] not in names]
    return sorted(datasets, key=lambda name: name not in levels)


def _origin(standing: Standing) -> str:
    if standing.facts.get("family") == "baseline":
        return "baseline"
    return str(standing.facts.get("base") or NONE)


def _score(score: ModelScore | None) -> str:
    if score is None:
        return NONE
    points = f"{score.estimate.delta:.1f}"
    if not score.estimate.se > 0:  # one cluster, or equal clusters: the error is not estimable
        return points
    interval = score.estimate.interval()
    return f"{points} ± {(interval.high - interval.low) / 2:.1f}"
