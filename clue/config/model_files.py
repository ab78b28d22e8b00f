"""The model files of `conf/model`: what there is, and what a model inherits from its base."""

from pathlib import Path

from omegaconf import OmegaConf

from clue.config.folders import CONF
from clue.config.schema import ModelConf
from clue.errors import ConfigError

FOLDER = CONF / "model"


def names(folder: Path = FOLDER) -> list[str]:
    """Names of all model files, sorted."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load(name: str, folder: Path = FOLDER) -> ModelConf:
    """One model file.

    Raises:
        ConfigError: there is no such file; lists the names.
    """
    path = folder / f"{name}.yaml"
    if not path.is_file():
        raise ConfigError(f"there is no model {name!r}; there are {', '.join(names(folder))}")
    made = OmegaConf.to_object(
        OmegaConf.merge(OmegaConf.structured(ModelConf), OmegaConf.load(path))
    )
    assert isinstance(made, ModelConf)
    return made


def identity(model: ModelConf) -> dict[str, str | None]:
    """What of a model file can change a completion; the backend adds the digest of the weights."""
    made = {
        "repo": model.repo,
        "revision": model.revision,
        "adapter": model.adapter,
        "gguf_file": model.gguf_file,
        "dtype": model.dtype,
    }
    return made | {"quantization": model.quantization} if model.quantization else made


def family(model: ModelConf) -> str:
    """The family of base models that this one belongs to: its own, else its base's, else itself.

    Raises:
        ConfigError: `base` or `ancestor` names no model file.
    """
    for role, other in (("base", model.base), ("ancestor", model.ancestor)):
        if other and other not in names():
            raise ConfigError(f"model.{role}={other} is no model; there are {', '.join(names())}")
    if model.family:
        return model.family
    return family(load(model.base)) if model.base else model.label
