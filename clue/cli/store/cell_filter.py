"""The cells that a person asks for: of a model, a task, a prompt setting or a pair."""

import argparse
from dataclasses import dataclass
from typing import Self

from clue.cli.store.listed_cell import ListedCell
from clue.config import model_files
from clue.config.study_pairs import compared_with
from clue.errors import ConfigError
from clue.study.declaration import load
from clue.study.scores import tasks_of

Names = frozenset[str] | None
"""Names that are accepted; None = all."""


@dataclass(frozen=True)
class CellFilter:
    """Conditions on a listed cell; a cell also has the names under which it counts."""

    models: Names = None
    tasks: Names = None
    prompts: Names = None
    trials: bool = False
    """Only cells that do not count in the study."""

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Self:
        """Returns the conditions of a command line.

        Raises:
            ConfigError: the pair names one model, and no base of it is declared.
        """
        models = _names(arguments.model)
        if arguments.pair:
            pair = _pair(arguments.pair, arguments.study)
            models = pair if models is None else models & pair
        tasks = _names(arguments.task)
        return cls(
            models,
            None if tasks is None else frozenset(task for name in tasks for task in tasks_of(name)),
            _names(arguments.prompt),
            arguments.trials,
        )

    def accepts(self, cell: ListedCell) -> bool:
        """Tests a cell."""
        names = [name.split("/") for name in cell.counts_as]
        models = {cell.model, *(model for model, _, _ in names)}
        prompts = {cell.prompt, *(prompt for _, _, prompt in names)}
        return (
            (self.models is None or not models.isdisjoint(self.models))
            and (self.tasks is None or cell.task in self.tasks)
            and (self.prompts is None or not prompts.isdisjoint(self.prompts))
            and (not self.trials or cell.counts == "trial")
        )


def _names(text: str | None) -> Names:
    return None if text is None else frozenset(text.split(","))


def _pair(text: str, study: str) -> frozenset[str]:
    """Both models of `tuned:base`, or of `tuned` as the study or its model file declares it."""
    conf = load(study)
    declared = [entry for entry in conf.models if entry.split(":")[0] == text]
    tuned, _, base = (declared[0] if declared else text).partition(":")
    if not base and tuned in model_files.names():
        base = compared_with(model_files.load(tuned), conf.comparator) or ""
    if not base:
        raise ConfigError(
            f"--pair {text}: no base of {tuned} is declared; write --pair {tuned}:<base>"
        )
    return frozenset({tuned, base})
