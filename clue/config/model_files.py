"""Model files, `model/<name>.yaml`: names, content, identity and family of a model."""

from clue.config.files import config_files, load_file
from clue.config.schema import ModelConf
from clue.errors import ConfigError


def names() -> list[str]:
    """Returns the names of all model files, sorted."""
    return list(config_files("model"))


def load(name: str) -> ModelConf:
    """Read one model file.

    Raises:
        ConfigError: there is no such file, it is malformed, or the model has another name than the
            file; names the file and the fields.
    """
    files = config_files("model")
    if name not in files:
        raise ConfigError(f"there is no model {name!r}; there are {', '.join(files)}")
    model = load_file(files[name], ModelConf)
    if model.repo and model.name != name:
        raise ConfigError(f"{files[name]}: write `name: {name}`, as the file is named")
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
