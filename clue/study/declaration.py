"""A declared study: models, pairs, tasks and levels, checked against the files of `conf/`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from clue.common.suggestion import unknown
from clue.config import composition
from clue.config.files import config_files, load_yaml
from clue.config.schema import Config, ModelConf
from clue.config.study_pairs import DeclaredPair, declared_pair, models_with_files
from clue.config.study_schema import StudyConf
from clue.errors import ConfigError
from clue.study.problems import declaration_problems
from clue.study.scores import named_tasks, score_tree, tasks_of
from clue.task.levels import ScoreTree

DEFAULT = "paper"
"""The study of a command that names none."""


class CellKey(NamedTuple):
    """Identifies a declared cell; at most one stored cell counts for each key."""

    prompt: str
    model: str
    task: str

    @property
    def name(self) -> str:
        """`<model>/<task>/<prompt>`, for people."""
        return f"{self.model}/{self.task}/{self.prompt}"


@dataclass(frozen=True)
class Declaration:
    """A study whose names are resolved; every pair has both models."""

    conf: StudyConf
    pairs: tuple[DeclaredPair, ...]
    """Sorted."""
    models: Mapping[str, ModelConf]
    """Models of the pairs, then references, by name."""
    tasks: tuple[str, ...]
    """Names of task files, sorted."""
    tree: ScoreTree

    @property
    def name(self) -> str:
        """Name of the study."""
        return self.conf.name

    @property
    def prompts(self) -> tuple[str, ...]:
        """Prompt settings, the confirmatory one first."""
        return tuple(self.conf.prompts)

    @cached_property
    def tested_scores(self) -> dict[str, str]:
        """Task to the score that is tested for it: its data set's if all its tasks are declared."""
        parts = {task: name for name, tasks in self.tree.datasets.items() for task in tasks}
        return {task: parts.get(task, task) for task in self.tasks}

    @cached_property
    def pair_keys(self) -> list[CellKey]:
        """Cells that the pairs need, sorted."""
        return self._keys({name for pair in self.pairs for name in pair})

    @cached_property
    def keys(self) -> list[CellKey]:
        """All declared cells: of pairs and of references, sorted."""
        return self._keys(self.models)

    def hypotheses(self) -> dict[str, int]:
        """Size of each declared family under one prompt setting, whatever the store contains."""
        sizes = {
            "overall": len(self.pairs) if self.tree.overall else 0,
            "levels": len(self.pairs) * len(self.tree.levels),
            "tasks": len(self.pairs) * len(set(self.tested_scores.values())),
        }
        return {name: size for name, size in sizes.items() if name in self.conf.families}

    def _keys(self, models: Iterable[str]) -> list[CellKey]:
        return sorted(
            CellKey(prompt, model, task)
            for prompt in self.prompts
            for model in models
            for task in self.tasks
        )


def names() -> list[str]:
    """Returns the names of all study files, sorted."""
    return list(config_files("study"))


def load(name: str, overrides: Sequence[str] = ()) -> StudyConf:
    """Loads a study file.

    Args:
        name: of the file in conf/study.
        overrides: settings of the study as `study.<field>=<value>`.

    Raises:
        ConfigError: there is no such study, or the file is malformed.
    """
    if name not in names():
        raise ConfigError(f"study={name}: {unknown(name, names())}")
    load_yaml(config_files("study")[name])  # names the file and the line if it is not YAML
    return composition.composed("config", Config, [f"study={name}", *overrides]).study


def declare(conf: StudyConf, stored: Mapping[str, ModelConf] | None = None) -> Declaration:
    """Resolves the names of a study.

    Args:
        conf: the study.
        stored: models without a file that the store has cells of, by their label.

    Raises:
        ConfigError: with every problem, a line each: an unknown model, task or prompt setting, a
            model without a base, weights that do not sum to 1.
    """
    models = {**(stored or {}), **models_with_files(conf, stored or {})}
    problems = list(declaration_problems(conf, models))
    if problems:
        raise ConfigError("\n  ".join([f"the study {conf.name!r} cannot be used:", *problems]))
    pairs = sorted({declared_pair(entry, models, conf.comparator) for entry in conf.models})
    labels = dict.fromkeys([*(name for pair in pairs for name in pair), *conf.references])
    tasks = sorted({task for name in named_tasks(conf) for task in tasks_of(name)})
    declared = {label: models[label] for label in labels}
    return Declaration(conf, tuple(pairs), declared, tuple(tasks), score_tree(conf))
