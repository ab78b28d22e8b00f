"""Jobs of a declared study: `study=<name>` becomes the models, tasks and settings that it lacks.

python run.py -m study=paper                    all declared cells that are not stored
python run.py study=demo model=smollm2_135m     those of one model
"""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clue.common.plural import counted
from clue.common.suggestion import unknown
from clue.config.composition import as_overrides, composed
from clue.config.files import config_dir_words
from clue.config.locations import other_locations
from clue.config.schema import Config
from clue.errors import ConfigError
from clue.store.stored_tables import stored_tables
from clue.study.declaration import CellKey, Declaration, declare
from clue.study.scores import named_tasks, tasks_of
from clue.study.selection import choose
from clue.study.stored_models import stored_models

CELL_KEYS = ("model", "task", "prompt")
MULTIRUN = ("-m", "--multirun")
NO_RUN = {"--help", "--cfg", "-c", "--hydra-help", "--info", "-i"}
"""Flags with which a command only prints."""


@dataclass(frozen=True)
class StudyJobs:
    """A command line for the jobs of a study."""

    arguments: Sequence[str]
    """Complete arguments of Hydra; empty if the study lacks nothing."""
    summary: str
    """What the study lacks, for people."""


def names_study(arguments: Iterable[str]) -> bool:
    """True if a command line chooses a study whose jobs are to run."""
    words = list(arguments)
    return any(word.startswith("study=") for word in words) and not NO_RUN & set(words)


def check_single(words: Iterable[str], command: str) -> None:
    """Check that settings have one value each, which holds for all jobs of a command.

    Raises:
        ConfigError: one has a list of values.
    """
    for word in words:
        name, _, value = word.lstrip("+").partition("=")
        if "," in re.sub(r"\$\{[^}]*\}", "", value):  # commas of an interpolation are its own
            name = name.partition(".")[0] if name.startswith("backend") else name
            raise ConfigError(f"{word}: {command} takes one {name}; run a command for each")


def study_jobs(arguments: Sequence[str]) -> StudyJobs:
    """Returns the jobs of the study that a command line names, without cells that are stored.

    Raises:
        ConfigError: the study cannot be used, or does not declare a chosen model or task.
    """
    from clue.study.membership import membership  # here: --help imports no metric
    from clue.study.resolution import resolve

    study_words = [word for word in arguments if word.startswith(("study=", "study."))]
    study = choose(study_words)
    conf = study.conf
    words = [word for word in arguments if word.startswith(("paths.", "force="))]
    check_single((word for word in words if word.startswith("force=")), "a study")
    settings = composed("config", Config, words)
    paths = settings.paths
    tables = stored_tables(paths.store)
    declaration = declare(conf, stored_models(tables))
    chosen = _chosen(declaration, arguments)
    lacking = chosen
    if not settings.force:
        resolution = resolve(declaration, paths)
        if not study.changes:
            resolution.check_unchanged()
        members = membership(declaration, tables, resolution.resolver.cell)
        lacking = [key for key in chosen if key in set(members.missing)]
    count = counted(len(chosen), "declared cell")
    summary = f"study {conf.name}: {len(lacking)} of {count} to evaluate"
    if not lacking:
        words = ["python", "-m", "analysis", *config_dir_words(), f"study={conf.name}"]
        analyse = shlex.join([*words, *as_overrides(other_locations(paths))])
        return StudyJobs((), f"{summary}; analyse them: {analyse}")
    return StudyJobs(_arguments(declaration, lacking, arguments), summary)


def _arguments(
    declaration: Declaration, lacking: Sequence[CellKey], arguments: Sequence[str]
) -> list[str]:
    """Settings of the study, unless the command line has its own."""
    from clue.study.expected import study_settings

    models = [name for name in declaration.models if name in {key.model for key in lacking}]
    prompts = [name for name in declaration.prompts if name in {key.prompt for key in lacking}]
    tasks = [name for name in declaration.tasks if name in {key.task for key in lacking}]
    cells = [
        f"model={','.join(models)}",
        f"task=[{','.join(tasks)}]",
        f"prompt={','.join(prompts)}",
    ]
    own = [word for word in arguments if word.partition("=")[0] not in (*CELL_KEYS, *MULTIRUN)]
    settings = {
        "scoring": declaration.conf.scoring,
        **study_settings(declaration.conf.settings, tasks),
    }
    typed = {word.partition("=")[0] for word in own}
    declared = as_overrides({key: value for key, value in settings.items() if key not in typed})
    several = len(models) > 1 or len(prompts) > 1 or bool(set(MULTIRUN) & set(arguments))
    return [*(MULTIRUN[1:] if several else ()), *cells, *declared, *own]


def _chosen(declaration: Declaration, arguments: Sequence[str]) -> list[CellKey]:
    """Declared cells of the models, tasks and prompt settings of a command line."""
    words = dict(word.split("=", 1) for word in arguments if word.split("=")[0] in CELL_KEYS)
    models = _names(declaration, "model", words, declaration.models)
    prompts = _names(declaration, "prompt", words, declaration.prompts)
    tasks = _names(declaration, "task", words, declaration.tasks)
    return [
        key
        for key in declaration.keys
        if key.model in models and key.prompt in prompts and key.task in tasks
    ]


def _names(
    declaration: Declaration, setting: str, words: dict[str, str], declared: Iterable[str]
) -> set[str]:
    """Chosen values of a setting; all declared ones if it is not on the command line."""
    choices = list(declared)
    if setting not in words:
        return set(choices)
    names = [name.strip() for name in words[setting].strip("[]'\"").split(",")]
    if setting == "task":
        names = [task for name in names for task in _tasks(declaration, name)]
    for name in names:
        if name not in choices:
            raise ConfigError(
                f"{setting}={words[setting]}: not declared by the study {declaration.name!r}: "
                f"{unknown(name, choices)}. Without study={declaration.name} any {setting} runs"
            )
    return set(names)


def _tasks(declaration: Declaration, name: str) -> list[str]:
    """Tasks of a level or a data set, all of the study's, or the task itself."""
    parts = named_tasks(declaration.conf) if name == "all" else None
    parts = parts or list(declaration.conf.levels.get(name, [name]))
    return [task for part in parts for task in tasks_of(part)]
