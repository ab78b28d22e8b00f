"""Task files of `conf/task`."""

from functools import cache

from omegaconf import OmegaConf

from clue.config.folders import CONF
from clue.config.schema import TaskConf
from clue.errors import ConfigError

FOLDER = CONF / "task"


@cache
def names() -> tuple[str, ...]:
    """Returns the names of all task files, sorted, without lists of tasks such as `all`."""
    return tuple(
        sorted(path.stem for path in FOLDER.glob("*.yaml") if "name" in OmegaConf.load(path))
    )


def load(name: str) -> TaskConf:
    """Loads one task file.

    Raises:
        ConfigError: there is no such file; lists the names.
    """
    path = FOLDER / f"{name}.yaml"
    if name not in names():
        stems = sorted(path.stem for path in FOLDER.glob("*.yaml"))
        raise ConfigError(f"there is no single task {name!r}; there are {', '.join(stems)}")
    conf = OmegaConf.to_object(
        OmegaConf.merge(OmegaConf.structured(TaskConf), OmegaConf.load(path))
    )
    assert isinstance(conf, TaskConf)
    return conf


@cache
def lists() -> dict[str, tuple[str, ...]]:
    """Returns the lists of tasks, such as `longhealth`, with the names that each file lists."""
    paths = [path for path in sorted(FOLDER.glob("*.yaml")) if path.stem not in names()]
    contents = {path.stem: OmegaConf.to_container(OmegaConf.load(path)) for path in paths}
    return {
        name: tuple(map(str, content.get("defaults", ())))
        for name, content in contents.items()
        if isinstance(content, dict)
    }
