"""Sentences on two pairs against each other."""

from analysis.names import in_sentence
from analysis.number_format import p_value, points, points_interval
from analysis.paired_study.contrasts import ContrastRow
from clue.marks import marked

LEAD = (
    "Requested by the settings (`contrasts`) and corrected by Holm among the requested. The "
    "difference of two pairs' differences, first minus second, has its error from the items, base "
    "runs and patients that they share. With one base it compares the two biomedical models."
)


def sentence(row: ContrastRow, alpha: float) -> str:
    """A contrast in words."""
    key, contrast = row.key, row.contrast
    head = f"On {in_sentence(key.task)}, {key.first} against {key.second}"
    if contrast.refused is not None or contrast.ci95 is None or contrast.p_adjusted is None:
        return marked(contrast.marks, f"{head}: not tested, {contrast.refused}.")
    assert contrast.delta is not None
    assert contrast.delta_first is not None
    assert contrast.delta_second is not None
    claim = "the direction is not settled"
    if contrast.p_adjusted <= alpha:
        side = "lower" if contrast.delta < 0 else "higher"
        claim = f"the first pair's difference is {side}"
    text = (
        f"{head}: {points(contrast.delta_first)} and "
        f"{points(contrast.delta_second)} points, first minus second "
        f"{points(contrast.delta)} (95 % CI {points_interval(contrast.ci95)}; Holm p "
        f"{p_value(contrast.p_adjusted)}): {claim}."
    )
    return marked(contrast.marks, text)
