"""Every pair on every task: what can be compared, and what cannot, with the reason."""

from collections.abc import Mapping

from analysis.cells import CellKey, StoredCell
from analysis.paired_study.pairs import matched_cells, model_pairs
from analysis.paired_study.results import RefusedComparison
from analysis.paired_study.series import AlignedPair, align_cells
from analysis.paired_study.series_to_test import SCORE
from analysis.pairing.alignment import Alignment
from analysis.settings import AnalysisConf
from clue.errors import ClueError


def align_all(
    cells: Mapping[CellKey, StoredCell], conf: AnalysisConf
) -> tuple[list[AlignedPair], list[RefusedComparison]]:
    """Align the cells of a store; no refusal stops anything else."""
    aligned: list[AlignedPair] = []
    refused: list[RefusedComparison] = []
    known: dict[tuple[str, str], Alignment] = {}
    for pair in model_pairs(cells, conf.comparator):
        for match in matched_cells(cells, pair):
            place = (pair.prompt, pair.name, match.task)
            try:
                made = align_cells(match, conf.allowed_differences, known)
                defined = made.metrics
            except ClueError as error:
                refused.append(RefusedComparison(*place, "", str(error)))
                continue
            aligned.append(made)
            refused += [
                RefusedComparison(*place, name, why) for name, why in made.incomparable.items()
            ]
            absent = [name for name in made.score if name not in defined]
            if absent:
                refused.append(RefusedComparison(*place, SCORE, _why(made, absent)))
    return aligned, refused


def _why(aligned: AlignedPair, absent: list[str]) -> str:
    undefined = [name for name in absent if name not in aligned.incomparable]
    if undefined:
        return f"the task score needs {', '.join(undefined)}, which no item of this run defines"
    return f"the task score needs {', '.join(absent)}, which cannot be compared"
