"""Our cells beside the published scores of the same models."""

from collections.abc import Mapping

from analysis import published
from analysis.cells import Cell
from analysis.cluster import robust
from analysis.paired import Interval, Paired
from analysis.report import choose
from analysis.report.document import Table
from analysis.study.results import Results
from analysis.study.series import POINTS, Aligned

AS_IN_THE_PAPER = {"bertscore": "scibert", "umls": "umls"}
"""Beginning of a metric's name to what its signature names if it was made as the paper's."""


def beside(results: Results) -> Table:
    """Every metric of every cell that was published too."""
    table = published.scores()
    known = {
        (str(row.model), str(row.task), str(row.metric)): float(row.points)  # type: ignore[arg-type]
        for row in table.itertuples()
    }
    body = []
    for (model, task), (each, tuned) in sorted(_cells(results).items()):
        for metric, paired in each.metrics.items():
            said = known.get((model, task, metric))
            if said is not None and _comparable(metric, _cell(each, tuned).signatures):
                body.append(_line((model, task, metric), said, paired, tuned=tuned))
    return Table(
        "literature",
        "Our scores beside the published ones",
        ["model", "task", "metric", "ours", "95 % CI", "published", "ours - published", "inside"],
        body,
        "Points. The interval is of our sampling of items alone; wording, decoding and corrections "
        "differ too (docs/protocol.md). BERTScore and UMLS F1 only where made as in the paper.",
    )


def _cells(results: Results) -> Mapping[tuple[str, str], tuple[Aligned, bool]]:
    """Model and task to a comparison that has its cell, and whether it is the tuned one."""
    found = {}
    for each in results.aligned:
        if each.alignment.ids:
            found[each.match.pair.base, each.match.task] = (each, False)
            found[each.match.pair.tuned, each.match.task] = (each, True)
    return found


def _cell(each: Aligned, tuned: bool) -> Cell:
    return each.match.tuned if tuned else each.match.base


def _comparable(metric: str, signatures: Mapping[str, str]) -> bool:
    for beginning, made_by in AS_IN_THE_PAPER.items():
        if metric.startswith(beginning):
            return made_by in signatures[metric].lower().replace(beginning, "", 1)
    return True


def _line(place: tuple[str, str, str], said: float, paired: Paired, *, tuned: bool) -> list[str]:
    model, task, metric = place
    scores = paired.tuned if tuned else paired.base
    alone = Paired(paired.ids, paired.clusters, 0 * scores, scores)
    made = robust(alone.sums)
    ends = made.interval() if made.n_clusters > 1 else Interval(0.0, POINTS)
    return [
        model,
        choose.named(task),
        metric,
        f"{made.delta:.2f}",
        f"{ends.low:.2f} to {ends.high:.2f}",
        f"{said:.2f}",
        f"{made.delta - said:+.2f}",
        "yes" if ends.low <= said <= ends.high else "no",
    ]
