"""Model files of `conf/model`: names, content, identity and family of a model."""

from pathlib import Path

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from clue.config.folders import CONF
from clue.config.schema import ModelConf
from clue.errors import ConfigError

FOLDER = CONF / "model"


def names(folder: Path = FOLDER) -> list[str]:
    """Returns the names of all model files, sorted."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load(name: str, folder: Path = FOLDER) -> ModelConf:
    """Read one model file.

    Raises:
        ConfigError: there is no such file, or it is malformed; names the file and the fields.
    """
    path = folder / f"{name}.yaml"
    if not path.is_file():
        raise ConfigError(f"there is no model {name!r}; there are {', '.join(names(folder))}")
    try:
        merged = OmegaConf.merge(OmegaConf.structured(ModelConf), OmegaConf.load(path))
        model = OmegaConf.to_object(merged)
    except (OmegaConfBaseException, YAMLError) as error:
        reason = str(error).splitlines()[0]
        fields = ", ".join(ModelConf.__dataclass_fields__)
        raise ConfigError(f"{path} is malformed: {reason}. Its fields: {fields}") from error
    assert isinstance(model, ModelConf)
    return model


def identity(model: ModelConf) -> dict[str, str | None]:
    """Returns the settings that can change a completion; the backend adds the weights' digest."""
    settings = {
        "repo": model.repo,
        "revision": model.revision,
        "adapter": model.adapter,
        "gguf_file": model.gguf_file,
        "dtype": model.dtype,
    }
    if model.quantization:  # absent otherwise, so that older fingerprints stay valid
        settings["quantization"] = model.quantization
    return settings


def family(model: ModelConf) -> str:
    """Returns the family of base models: the model's own, else its base's, else its name.

    Raises:
        ConfigError: there is no model file of `base` or `ancestor`.
    """
    for role, other in (("base", model.base), ("ancestor", model.ancestor)):
        if other and other not in names():
            raise ConfigError(f"model.{role}={other} is no model; there are {', '.join(names())}")
    if model.family:
        return model.family
    return family(load(model.base)) if model.base else model.label
