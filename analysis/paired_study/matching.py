"""Every pair on every task: the comparable ones aligned, the others with the reason."""

from analysis.paired_study.cells_of_study import StudyCells
from analysis.paired_study.pairs import matched_cells
from analysis.paired_study.results import RefusedComparison
from analysis.paired_study.series import AlignedPair, align_cells
from analysis.paired_study.series_to_test import SCORE
from analysis.pairing.alignment import Alignment
from analysis.settings import AnalysisConf
from clue.errors import ClueError


def align_all(
    study: StudyCells, conf: AnalysisConf
) -> tuple[list[AlignedPair], list[RefusedComparison]]:
    """Align the cells of a study; a refused comparison does not stop the others."""
    aligned_pairs: list[AlignedPair] = []
    refused: list[RefusedComparison] = []
    alignments: dict[tuple[str, str], Alignment] = {}
    for pair in study.pairs:
        for match in matched_cells(study.cells, pair):
            where = (pair.prompt, pair.name, match.task)
            try:
                aligned = align_cells(match, conf.study.allowed_differences, alignments)
                defined = aligned.metrics
            except ClueError as error:
                refused.append(RefusedComparison(*where, "", str(error)))
                continue
            aligned_pairs.append(aligned)
            refused += [
                RefusedComparison(*where, name, reason)
                for name, reason in aligned.incomparable.items()
            ]
            absent = [name for name in aligned.score if name not in defined]
            if absent:
                refused.append(RefusedComparison(*where, SCORE, _reason(aligned, absent)))
    return aligned_pairs, refused


def undecided(study: StudyCells) -> list[RefusedComparison]:
    """Comparisons of pairs for which several stored cells fit and none is chosen."""
    return [
        RefusedComparison(
            pair.prompt, pair.name, case.key.task, "", f"{case.key.model}: {case.reason}"
        )
        for pair in study.pairs
        for case in study.ambiguous
        if case.key.prompt == pair.prompt and case.key.model in (pair.base, pair.tuned)
    ]


def _reason(aligned: AlignedPair, absent: list[str]) -> str:
    undefined = [name for name in absent if name not in aligned.incomparable]
    if undefined:
        return f"the task score needs {', '.join(undefined)}, which no item of this run defines"
    return f"the task score needs {', '.join(absent)}, which cannot be compared"
