"""Problems of a declaration: unknown names, models without a base, weights that do not sum."""

from collections.abc import Iterable, Iterator, Mapping
from math import isclose
from typing import Any

from clue.backends import BACKENDS
from clue.common.suggestion import unknown
from clue.config.files import config_files
from clue.config.ranges import problems
from clue.config.schema import ModelConf
from clue.config.study_pairs import compared_with, named_models
from clue.config.study_schema import StudyConf
from clue.metrics.registry import METRICS
from clue.study.scores import named_tasks, tasks_of
from clue.task import task_files
from clue.task.levels import OVERALL


def declaration_problems(conf: StudyConf, models: Mapping[str, ModelConf]) -> Iterator[str]:
    """Yields a line for everything that is wrong with a study.

    Args:
        conf: the study.
        models: known models by name.
    """
    yield from problems(conf)
    yield from _model_problems(conf, models)
    yield from _task_problems(conf)
    yield from _level_problems(conf)
    yield from _contrast_problems(conf)
    if not conf.prompts:
        yield "prompts is empty: name at least one file of conf/prompt"
    yield from _unknown("prompts", conf.prompts, config_files("prompt"))
    yield from _unknown("scoring", [conf.scoring], config_files("scoring"))
    yield from _unknown("backends", conf.backends, BACKENDS)


def _model_problems(conf: StudyConf, models: Mapping[str, ModelConf]) -> Iterator[str]:
    if not conf.models:
        yield "models is empty: name at least one model that names a base, or <model>:<base>"
    yield from _unknown("models", named_models(conf), [*models, *config_files("model")])
    yield from _unknown("references", conf.references, [*models, *config_files("model")])
    for entry in conf.models:
        tuned, _, named = entry.partition(":")
        if tuned not in models:
            continue
        base = named or compared_with(models[tuned], conf.comparator)
        if not base:
            yield (
                f"models: {tuned} names no base, so it is no half of a pair: write "
                f"{tuned}:<base>, or set `base` in conf/model/{tuned}.yaml"
            )
        elif base == tuned:
            yield f"models: {entry} compares a model with itself"
        elif not named:
            choices = [*models, *config_files("model")]
            yield from _unknown(f"models: the base of {tuned}", [base], choices)


def _task_problems(conf: StudyConf) -> Iterator[str]:
    if not named_tasks(conf):
        yield "neither levels nor tasks name a task"
    parts = [part for name in named_tasks(conf) for part in tasks_of(name)]
    yield from _unknown("levels and tasks", parts, task_files.names())


def _level_problems(conf: StudyConf) -> Iterator[str]:
    for name, parts in conf.levels.items():
        if name == OVERALL or name in task_files.names() or tasks_of(name) != [name]:
            yield f"levels.{name}: this name is taken by a task, a data set or the overall score"
        if isinstance(parts, list) and len(set(parts)) < len(parts):
            yield f"levels.{name} names a data set twice"
        elif not isinstance(parts, list | dict) or not parts:
            yield f"levels.{name} is neither a list of data sets nor a mapping to their weights"
        elif isinstance(parts, dict):
            yield from _weight_problems(f"levels.{name}", parts)
    yield from _unknown("overall", conf.overall, conf.levels)
    if conf.overall:
        yield from _weight_problems("overall", conf.overall)


def _contrast_problems(conf: StudyConf) -> Iterator[str]:
    """Both sides have data sets, no data set is on both, and all are scored right or wrong."""
    if conf.level_contrast is None:
        return
    declared = {task for name in named_tasks(conf) for task in tasks_of(name)}
    for side, names in conf.level_contrast.sides.items():
        setting = f"level_contrast.{side}"
        tasks = [task for name in names for task in tasks_of(name)]
        if not names:
            yield f"{setting} is empty: name at least one data set"
        if len(set(tasks)) < len(tasks):
            yield f"{setting} names a data set twice"
        yield from _unknown(setting, tasks, sorted(declared))
        for task in sorted(set(tasks) & declared & set(task_files.names())):
            if any(METRICS[name].kind != "binary" for name in task_files.load(task).score):
                yield f"{setting}: {task} is not scored right or wrong, so it is on neither side"
    sides = conf.level_contrast.sides
    for name in sorted(set(sides["exam"]) & set(sides["clinical"])):
        yield f"level_contrast: {name} is on both sides"


def _weight_problems(name: str, weights: Mapping[str, Any]) -> Iterator[str]:
    if not all(isinstance(weight, int | float) and weight > 0 for weight in weights.values()):
        yield f"{name}: every weight must be a number above 0"
    elif not isclose(sum(weights.values()), 1, abs_tol=1e-9):
        shown = " + ".join(f"{weight:g}" for weight in weights.values())
        yield f"{name}: the weights sum to {sum(weights.values()):g}, not to 1 ({shown})"


def _unknown(setting: str, chosen: Iterable[str], choices: Iterable[str]) -> Iterator[str]:
    available = list(dict.fromkeys(choices))
    for name in dict.fromkeys(chosen):
        if name not in available:
            yield f"{setting}: {unknown(name, available)}"
