"""A part of a study, or a study of one's own, from a command line.

    study=demo                              another study
    models=meditron7b tasks=mednli,meqsum   these pairs and tasks of the study
    models=mymodel8b tasks=mednli           a pair of one's own: the rest is as in the study
    prompt=three_shot  margins.level=2      any field of the study

`model`, `task`, `pair` and `prompt` mean the same as `models`, `tasks`, `models` and `prompts`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from clue.common.suggestion import unknown
from clue.config.overrides import check_overrides
from clue.config.study_schema import StudyConf
from clue.errors import ConfigError
from clue.study.declaration import DEFAULT, load
from clue.study.scores import named_tasks, tasks_of
from clue.task import task_files

ALIASES = {
    "model": "models",
    "pair": "models",
    "pairs": "models",
    "task": "tasks",
    "prompt": "prompts",
}
"""Words of a command line to the field that they select."""
FIELDS = tuple(item.name for item in fields(StudyConf) if item.name != "name")
LISTS = ("models", "tasks", "prompts", "backends", "families", "references", "allowed_differences")


@dataclass(frozen=True)
class ChosenStudy:
    """A study as a command line chose it."""

    conf: StudyConf
    file: StudyConf
    """The study of the file, without the selection."""
    changes: tuple[str, ...]
    """Settings of the command line that change the file's study."""

    @property
    def command(self) -> list[str]:
        """Words of a command line that choose the same study."""
        name = [] if self.file.name == DEFAULT else [f"study={self.file.name}"]
        return [*name, *self.changes]


def is_selection(key: str) -> bool:
    """True if a key of a command line chooses a study or sets one of its fields."""
    return key.split(".")[0] in ("study", *ALIASES, *FIELDS)


def choose(overrides: Sequence[str]) -> ChosenStudy:
    """Returns the study of `key=value` words for which `is_selection` is true.

    Raises:
        ConfigError: a name is unknown or a value is of another type.
    """
    pairs = [tuple(override.split("=", 1)) for override in overrides]
    names = [value for key, value in pairs if key == "study"]
    file = load(names[-1] if names else DEFAULT)
    changes = [(_field(key), value) for key, value in pairs if key != "study"]
    conf = file
    for key, value in changes:
        conf = _changed(conf, key, value)
    words = tuple(f"{key}={value}" for key, value in changes)
    return ChosenStudy(conf, file, words)


def _field(key: str) -> str:
    root, dot, rest = key.removeprefix("study.").partition(".")
    return f"{ALIASES.get(root, root)}{dot}{rest}"


def _changed(conf: StudyConf, key: str, value: str) -> StudyConf:
    root = key.split(".")[0]
    if root not in FIELDS:
        raise ConfigError(f"study.{key}: {unknown(root, FIELDS)}")
    if key in LISTS:
        names = [word.strip() for word in value.strip("[]").split(",") if word.strip()]
        return _with_list(conf, key, names)
    if root == "margins":
        check_overrides([f"{key}={value}"], StudyConf)
    try:
        dotlist = OmegaConf.from_dotlist([f"{key}={value}"])
        changed = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(conf), dotlist))
    except (OmegaConfBaseException, YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(
            f"{key}={value}: {reason}. Fields of a study: {', '.join(FIELDS)}"
        ) from error
    assert isinstance(changed, StudyConf)
    return changed


def _with_list(conf: StudyConf, key: str, names: list[str]) -> StudyConf:
    if key == "models":
        return replace(conf, models=_models(conf, names))
    if key == "tasks":
        return _with_tasks(conf, names)
    changed = replace(conf)
    setattr(changed, key, names)
    return changed


def _models(conf: StudyConf, names: Iterable[str]) -> list[str]:
    """Entries of the study with this model; a model that no entry has is an entry of its own."""
    chosen: list[str] = []
    for name in names:
        with_model = [entry for entry in conf.models if _is_selected(entry, name)]
        chosen += with_model or [name]
    return list(dict.fromkeys(chosen))


def _is_selected(entry: str, name: str) -> bool:
    return entry == name or (":" not in name and entry.split(":")[0] == name)


def _with_tasks(conf: StudyConf, names: Sequence[str]) -> StudyConf:
    """The study on these tasks, data sets and levels; a level remains if all of it is chosen."""
    parts = [part for name in names for part in _parts(conf, name)]
    unknown_names = [name for name in parts if not set(tasks_of(name)) <= set(task_files.names())]
    if unknown_names:
        choices = [*conf.levels, *task_files.names()]
        raise ConfigError(f"tasks={','.join(names)}: {unknown(unknown_names[0], choices)}")
    chosen = {task for name in parts for task in tasks_of(name)}
    levels = {level: data for level, data in conf.levels.items() if _tasks(data) <= chosen}
    in_levels = {task for data in levels.values() for task in _tasks(data)}
    complete = set(conf.overall) <= set(levels)
    rest = [name for name in dict.fromkeys(parts) if not set(tasks_of(name)) <= in_levels]
    sides = conf.level_contrast.sides.values() if conf.level_contrast else ()
    has_sides = all(_tasks(side) <= chosen for side in sides)
    return replace(
        conf,
        levels=levels,
        overall=conf.overall if complete else {},
        tasks=rest,
        level_contrast=conf.level_contrast if has_sides else None,
    )


def _parts(conf: StudyConf, name: str) -> list[str]:
    """Data sets of a level, all of the study's (`all`), or the name itself."""
    if name == "all":
        return named_tasks(conf)
    return list(conf.levels.get(name, [name]))


def _tasks(parts: Iterable[str]) -> set[str]:
    return {task for name in parts for task in tasks_of(name)}
