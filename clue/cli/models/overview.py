"""Overview of the models: facts of the model file, location of weights, tasks that fit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clue.checkpoints import locate
from clue.cli.models.context_needs import ContextNeed
from clue.config import model_files
from clue.config.schema import ModelConf
from clue.task import task_files


@dataclass(frozen=True)
class ModelOverview:
    """One model."""

    model: ModelConf
    base: str | None
    """Name of the model that it is compared with."""
    family: str
    weights: str | None
    """`package`, `folder` or `cache`; None = not on this machine."""
    fits: tuple[str, ...]
    """Tasks whose prompts fit the context; all if the file gives no context."""

    def facts(self) -> dict[str, Any]:
        """Returns the fields of the model file, family, weights and tasks, for programs."""
        derived = {"base": self.base, "family": self.family, "weights": self.weights}
        return asdict(self.model) | derived | {"fits": list(self.fits)}


def model_overviews(
    names: Sequence[str], needs: Sequence[ContextNeed], folder: Path
) -> list[ModelOverview]:
    """Returns an overview of each checkpoint: families together, the general model first.

    Args:
        names: names of model files; empty = all.
        needs: context that the tasks need.
        folder: folder of downloaded checkpoints.

    Raises:
        ConfigError: there is no model of a name.
    """
    loaded = [model_files.load(name) for name in names or model_files.names()]
    overviews = [
        ModelOverview(
            model,
            model_files.base(model),
            model_files.family(model),
            locate.find_local_weights(model, folder),
            _fitting(model, needs),
        )
        for model in loaded
        if model.repo
    ]
    return sorted(
        overviews, key=lambda row: (row.family, row.model.domain != "general", row.model.label)
    )


def fitting_tasks(row: ModelOverview) -> str:
    """Returns the tasks that fit, briefly: the largest lists such as `all`, then other tasks."""
    names: list[str] = []
    covered: set[str] = set()
    lists = {name: set(task_files.expanded(name)) for name in task_files.lists()}
    for name, tasks in sorted(lists.items(), key=lambda item: (-len(item[1]), item[0])):
        if tasks <= set(row.fits) and not tasks <= covered:
            names.append(name)
            covered |= tasks
    names += [task for task in row.fits if task not in covered]
    return ", ".join(names) or "none"


def _fitting(model: ModelConf, needs: Sequence[ContextNeed]) -> tuple[str, ...]:
    context = model.context or float("inf")
    return tuple(need.task for need in needs if (need.tokens or 0) <= context)
