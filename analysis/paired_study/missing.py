"""Declared cells that are not stored, each with the complete command that evaluates it."""

import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from analysis.paired_study.cells_of_study import StudyCells
from analysis.paired_study.pairs import ModelPair
from analysis.settings import AnalysisConf
from clue.config import model_files
from clue.config.composition import as_overrides
from clue.config.files import config_dir_words
from clue.config.folders import RUN
from clue.config.locations import options, other_locations
from clue.config.schema import ModelConf
from clue.study.declaration import DEFAULT, CellKey
from clue.study.expected import study_settings

DEFAULT_SCORING = "embedded"
"""Scoring of `conf/config.yaml`; a command does not name it."""
DEFAULT_BACKEND = "transformers"
"""Backend of `conf/config.yaml`; a command names another one only if this one does not count."""


@dataclass(frozen=True)
class MissingTasks:
    """Tasks that a model lacks."""

    prompt: str
    model: str
    tasks: tuple[str, ...]
    partners: tuple[str, ...]
    """Models of its pairs that have been evaluated on one of them; empty = none has."""
    command: str
    """Command that evaluates them."""


def missing_tasks(study: StudyCells, conf: AnalysisConf) -> list[MissingTasks]:
    """Tasks that one model of a pair lacks and the other has; one entry and command per model."""
    return _missing(study, conf, partner_has=True)


def unevaluated_tasks(study: StudyCells, conf: AnalysisConf) -> list[MissingTasks]:
    """Declared tasks that neither model of a pair has."""
    return _missing(study, conf, partner_has=False)


def _missing(study: StudyCells, conf: AnalysisConf, *, partner_has: bool) -> list[MissingTasks]:
    """Declared tasks that models lack, by whether a model of their pairs has been evaluated."""
    stored = {*study.cells, *(case.key for case in study.ambiguous)}
    tasks: dict[tuple[str, str], set[str]] = {}
    partners: dict[tuple[str, str], set[str]] = {}
    lacking = [key for key in study.declaration.pair_keys if key not in stored]
    for key in lacking:
        evaluated = {
            name
            for name in _partners(study.declaration.pairs, key.model)
            if CellKey(key.prompt, name, key.task) in stored
        }
        if bool(evaluated) == partner_has:
            tasks.setdefault((key.prompt, key.model), set()).add(key.task)
            partners.setdefault((key.prompt, key.model), set()).update(evaluated)
    return [
        MissingTasks(
            prompt,
            model,
            tuple(sorted(names)),
            tuple(sorted(partners[prompt, model])),
            run_command(study, conf, model, (prompt, names)),
        )
        for (prompt, model), names in sorted(tasks.items())
    ]


def run_command(
    study: StudyCells, conf: AnalysisConf, model: str, cells: tuple[str, Collection[str]]
) -> str:
    """Returns the command that evaluates a model on tasks as the study declares it.

    Args:
        study: the study.
        conf: of the analysis, with the locations of data and store.
        model: name of the model.
        cells: prompt setting and tasks.
    """
    prompt, tasks = cells
    scoring = conf.study.scoring
    names = sorted(tasks)
    settings = {
        **model_settings(model, study.declaration.models),
        "task": names if len(names) > 1 else names[0],
        "prompt": prompt,
        **({} if scoring == DEFAULT_SCORING else {"scoring": scoring}),
        **other_locations(conf.paths),
        **study_settings(conf.study.settings, names),
        **({} if DEFAULT_BACKEND in conf.study.backends else {"backend": conf.study.backends[0]}),
    }
    if {CellKey(prompt, model, task) for task in names} <= study.replayable:
        settings["backend"] = "replay"
    return shlex.join([*RUN, *config_dir_words(), *as_overrides(settings)])


def study_command(conf: AnalysisConf) -> str:
    """Returns the command that evaluates all that the study of these settings lacks."""
    words = [
        *config_dir_words(),
        "-m",
        f"study={conf.study.name}",
        *as_overrides(other_locations(conf.paths)),
    ]
    return shlex.join([*RUN, *words])


def list_command(conf: AnalysisConf) -> str:
    """Returns the command that lists all cells of the store, with the reasons of trials."""
    study = "" if conf.study.name == DEFAULT else f" --study {conf.study.name}"
    return f"python -m clue store list{study}{options(conf.paths, 'mlruns', 'data')}"


def model_settings(label: str, models: Mapping[str, ModelConf]) -> Mapping[str, object]:
    """Returns the settings that choose a model: its file, or `hf` with its checkpoint and base."""
    model = models.get(label)
    if model is None or label in model_files.names():
        return {"model": label}
    default = ModelConf()
    fields = ("repo", "revision", "adapter", "dtype", "quantization")
    changed = {
        f"model.{name}": getattr(model, name)
        for name in fields
        if getattr(model, name) != getattr(default, name)
    }
    base = models.get(model.base or "")
    if model.base in model_files.names():
        changed["model.base"] = model.base
    elif base is not None:
        changed["model.base_repo"] = base.repo
    return {"model": "hf", **changed}


def _partners(pairs: Iterable[ModelPair | tuple[str, str]], model: str) -> set[str]:
    return {name for pair in pairs if model in pair for name in pair} - {model}
