"""Every pair on every task: what can be compared, and what cannot, with the reason."""

from collections.abc import Mapping

from analysis.cells import Cell, Place
from analysis.paired_study.pairs import matches, pairs
from analysis.paired_study.results import Refused
from analysis.paired_study.series import Aligned, matched
from analysis.paired_study.series_to_test import SCORE
from analysis.pairing.alignment import Alignment
from analysis.settings import AnalysisConf
from clue.errors import ClueError


def align_all(
    cells: Mapping[Place, Cell], conf: AnalysisConf
) -> tuple[list[Aligned], list[Refused]]:
    """Align the cells of a store; no refusal stops anything else."""
    aligned: list[Aligned] = []
    refused: list[Refused] = []
    known: dict[tuple[str, str], Alignment] = {}
    for pair in pairs(cells, conf.comparator):
        for match in matches(cells, pair):
            place = (pair.prompt, pair.name, match.task)
            try:
                made = matched(match, conf.allowed_differences, known)
                defined = made.metrics
            except ClueError as error:
                refused.append(Refused(*place, "", str(error)))
                continue
            aligned.append(made)
            refused += [Refused(*place, name, why) for name, why in made.incomparable.items()]
            absent = [name for name in made.score if name not in defined]
            if absent:
                refused.append(Refused(*place, SCORE, _why(made, absent)))
    return aligned, refused


def _why(aligned: Aligned, absent: list[str]) -> str:
    undefined = [name for name in absent if name not in aligned.incomparable]
    if undefined:
        return f"the task score needs {', '.join(undefined)}, which no item of this run defines"
    return f"the task score needs {', '.join(absent)}, which cannot be compared"
