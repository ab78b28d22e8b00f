"""Our cells beside the published scores of the same models."""

from collections.abc import Mapping

from analysis import published
from analysis.names import display_name
from analysis.paired_study.results import StudyResults
from analysis.paired_study.standings import ModelScore, metric_score
from analysis.report.document import Table

AS_IN_THE_PAPER = {"bertscore": "scibert", "umls": "umls"}
"""Beginning of a metric's name to what its signature names if it was made as the paper's."""
COLUMNS = ("published", "ours - published", "inside")


def beside(results: StudyResults, prompt: str) -> Table:
    """Every metric of every cell under a prompt setting that was published too."""
    table = published.scores()
    known = {
        (str(row.model), str(row.task), str(row.metric)): float(row.points)  # type: ignore[arg-type]
        for row in table.itertuples()
    }
    cells = {(p.model, p.task): c for p, c in results.cells.items() if p.prompt == prompt}
    body = []
    for (model, task, name), said in sorted(known.items()):
        cell = cells.get((model, task))
        if cell and name in cell.signatures and _comparable(name, cell.signatures):
            score = metric_score(cell, name)
            body += [_line((model, task, name), said, score)] if score else []
    return Table(
        "literature",
        "Our scores beside the published ones",
        [*("model", "task", "metric", "ours", "95 % CI", "n (clusters)"), *COLUMNS],
        body,
        "Points. The interval is of our sampling of items alone; wording, decoding and corrections "
        "differ too (docs/protocol.md). BERTScore and UMLS F1 only where made as in the paper.",
    )


def _comparable(metric: str, signatures: Mapping[str, str]) -> bool:
    for beginning, made_by in AS_IN_THE_PAPER.items():
        if metric.startswith(beginning):
            return made_by in signatures[metric].lower().replace(beginning, "", 1)
    return True


def _line(place: tuple[str, str, str], said: float, score: ModelScore) -> list[str]:
    model, task, name = place
    ours, ends = score.estimate.delta, score.estimate.interval()
    known = score.n_clusters > 1
    return [
        model,
        display_name(task),
        name,
        f"{ours:.2f}",
        f"{ends.low:.2f} to {ends.high:.2f}" if known else "-",
        f"{score.n} ({score.n_clusters})",
        f"{said:.2f}",
        f"{ours - said:+.2f}",
        ("yes" if ends.low <= said <= ends.high else "no") if known else "-",
    ]
