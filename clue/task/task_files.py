"""The task files of `conf/task`, and the levels that they make."""

from functools import cache

from omegaconf import OmegaConf

from clue.config.folders import CONF
from clue.config.schema import TaskConf
from clue.errors import ConfigError
from clue.task.levels import Tree, tree

FOLDER = CONF / "task"


@cache
def names() -> tuple[str, ...]:
    """Names of all task files, sorted; lists of tasks such as `all` are none."""
    return tuple(
        sorted(path.stem for path in FOLDER.glob("*.yaml") if "name" in OmegaConf.load(path))
    )


def load(name: str) -> TaskConf:
    """One task file.

    Raises:
        ConfigError: there is no such file; lists the names.
    """
    path = FOLDER / f"{name}.yaml"
    if name not in names():
        known = sorted(path.stem for path in FOLDER.glob("*.yaml"))
        raise ConfigError(f"there is no single task {name!r}; there are {', '.join(known)}")
    made = OmegaConf.to_object(
        OmegaConf.merge(OmegaConf.structured(TaskConf), OmegaConf.load(path))
    )
    assert isinstance(made, TaskConf)
    return made


@cache
def study() -> Tree:
    """The levels that all task files make."""
    return tree(load(name) for name in names())
