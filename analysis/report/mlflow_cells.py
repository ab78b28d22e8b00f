"""Tags of the runs of cells: in which studies they count, and where they are trials."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analysis.paired_study.cells_of_study import StudyCells
from clue.tracking.tags import STUDIES, STUDY

if TYPE_CHECKING:
    from clue.tracking.tracker import Tracker

COUNTS = "counts"


def tag_cells(study: StudyCells, name: str, tracker: "Tracker") -> None:
    """Tags the run of every cell that a study counts or rejects; others stay as they are.

    Args:
        study: its cells, all of the declared ones.
        name: of the study.
        tracker: the tracking store.
    """
    states = _states(study)
    for run in tracker.cells():
        tags = run.data.tags
        state = states.get((tags.get("clue.cell", ""), tags.get("clue.model", "")))
        if state is None or tags.get(f"{STUDY}{name}") == state:
            continue
        tracker.set_tag(run.info.run_id, f"{STUDY}{name}", state)
        column = studies_text({**tags, f"{STUDY}{name}": state})
        tracker.set_tag(run.info.run_id, STUDIES, column)


def studies_text(tags: Mapping[str, str]) -> str:
    """Returns the studies of a cell as one text.

    >>> studies_text({"clue.study.demo": "counts", "clue.study.paper": "trial: limit 5"})
    'demo; paper (trial: limit 5)'
    """
    states = sorted((key.removeprefix(STUDY), tags[key]) for key in tags if key.startswith(STUDY))
    return "; ".join(name if state == COUNTS else f"{name} ({state})" for name, state in states)


def _states(study: StudyCells) -> dict[tuple[str, str], str]:
    """Maps cell id and model to `counts`, or to the kinds of the differences of a trial."""
    trials = {
        (str(trial.table.facts.get("id")), str(trial.table.facts["model"])): trial.label
        for trial in study.trials
    }
    named = {key: label if label == "trial" else f"trial: {label}" for key, label in trials.items()}
    counted = {
        (str(cell.facts.get("id")), str(cell.facts["model"])): COUNTS
        for cell in study.cells.values()
    }
    return {**counted, **named}  # trials that are included are among the cells as well
