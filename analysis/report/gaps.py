"""Results that are missing, that do not count, or that say nothing of the model."""

from collections.abc import Iterator

from analysis.names import display_name
from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.report.document import Section
from analysis.sentences.declaration import trials_by_reason
from analysis.settings import AnalysisConf
from clue.common.plural import counted

MAX_VOID = 6
"""Cells without meaningful answers that the warning names."""


def void(results: StudyResults) -> Iterator[str]:
    """Warns of cells whose scores say nothing of the model, before any result."""
    cells = selectors.void_cells(results)
    if cells:
        more = f" and {len(cells) - MAX_VOID} more" if len(cells) > MAX_VOID else ""
        yield (
            f"Warning: in {counted(len(cells), 'cell')} the answers are all blank, all identical "
            f"or mostly thoughts alone ({', '.join(cells[:MAX_VOID])}{more}). Do not use the "
            "results before you have checked them; the notes are under Data quality."
        )


def missing(results: StudyResults) -> Section:
    """Commands for missing cells, and refused comparisons with their reasons."""
    cells = [*results.missing, *results.unevaluated]
    points = [
        f"{gap.model} on {', '.join(map(display_name, gap.tasks))} ({gap.prompt}): `{gap.command}`"
        for gap in cells
    ]
    for refusal in results.refused:
        score = " ".join(filter(None, (display_name(refusal.task), refusal.metric)))
        points.append(f"{refusal.pair}, {score} ({refusal.prompt}): not compared, {refusal.reason}")
    return Section("Missing results", "missing", points=points)


def trials(results: StudyResults, conf: AnalysisConf) -> Section:
    """Stored cells that do not count, each with its reason."""
    lines = trials_by_reason(results.study.trials)
    lead = "These stored cells do not belong to the declared study and enter none of its numbers."
    if conf.include_trials:
        lead = (
            "These stored cells do not belong to the declared study. include_trials=true compares "
            "them nevertheless, under prompt settings of their own that are marked as trials."
        )
    return Section("Trials", "trials", [lead] if lines else [], lines)
