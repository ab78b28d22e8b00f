"""Origin of a cell: generated, repeated, resized or rescored, by comparison with earlier runs."""

from typing import TYPE_CHECKING, Literal

from clue.cell import Cell

if TYPE_CHECKING:
    from clue.tracking.tracker import Tracker

Origin = Literal["generated", "repeated", "resized", "rescored"]
"""`generated`: its answers are the first of their kind; `repeated`: a finished run had the same
identity (`force=true`, or its table was lost); `resized`: stored answers, with another number of
samples or draws; `rescored`: stored answers, with other metrics or readers."""
SIZES = ("samples", "draws")
"""Parameters of a cell that are no part of its fingerprint."""


def origin(tracker: "Tracker", cell: Cell, params: dict[str, object]) -> Origin:
    """Returns how a cell comes about, before its run begins.

    Args:
        tracker: the tracking store.
        cell: that is to be evaluated.
        params: parameters of its run, `clue.tracking.tags.params`.
    """
    runs = tracker.search(f"tags.`clue.fingerprint` = '{cell.fingerprint}'")
    earlier = [
        run
        for run in runs
        if run.info.status == "FINISHED" and run.data.tags.get("clue.model") == cell.model.label
    ]
    if any(run.data.tags.get("clue.cell") == cell.id for run in earlier):
        return "repeated"
    if not earlier:
        return "generated"
    sizes = [str(params.get(name)) for name in SIZES]
    same = any([str(run.data.params.get(name)) for name in SIZES] == sizes for run in earlier)
    return "rescored" if same else "resized"
