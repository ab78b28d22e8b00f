"""What there is to say of each model: facts of its file, where its weights are, which tasks fit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clue.checkpoints import locate
from clue.cli.models.context_needs import Need
from clue.config import model_files
from clue.config.schema import ModelConf


@dataclass(frozen=True)
class Row:
    """One model."""

    model: ModelConf
    family: str
    weights: str | None
    """`package`, `folder` or `cache`; None = not on this machine."""
    fits: tuple[str, ...]
    """Tasks whose prompts fit the context; all, where the file names none."""

    def facts(self) -> dict[str, Any]:
        """For programs: the fields of the model file and what was found."""
        found = {"family": self.family, "weights": self.weights, "fits": list(self.fits)}
        return asdict(self.model) | found


def rows(wanted: Sequence[str], needs: Sequence[Need], folder: Path) -> list[Row]:
    """A row per model file that is a checkpoint: families together, the general model first.

    Args:
        wanted: names; none = all.
        needs: what the tasks ask for.
        folder: where checkpoints are.

    Raises:
        ConfigError: a name is no model.
    """
    loaded = [model_files.load(name) for name in wanted or model_files.names()]
    found = [
        Row(
            model,
            model_files.family(model),
            locate.find_local_weights(model, folder),
            _fitting(model, needs),
        )
        for model in loaded
        if model.repo
    ]
    return sorted(
        found, key=lambda row: (row.family, row.model.domain != "general", row.model.label)
    )


def fitting(row: Row, needs: Sequence[Need]) -> str:
    """The tasks that fit, in few words: all, a level, or their names."""
    every = {need.task for need in needs}
    first = {need.task for need in needs if need.level == 1}
    short = {frozenset(every): "all", frozenset(first): "level1", frozenset(): "none"}
    return short.get(frozenset(row.fits), ", ".join(row.fits))


def _place(row: Row) -> tuple[str, bool, str]:
    return row.family, row.model.domain != "general", row.model.label


def _fitting(model: ModelConf, needs: Sequence[Need]) -> tuple[str, ...]:
    room = model.context or float("inf")
    return tuple(need.task for need in needs if (need.tokens or 0) <= room)
