"""Model files, `model/<name>.yaml`: names, content, identity and family of a model."""

import re

from clue.common.paths import expanded
from clue.common.suggestion import unknown
from clue.config import chat_template_setting
from clue.config.files import config_files, load_file
from clue.config.schema import ModelConf, checkpoint_label
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
        raise ConfigError(f"{unknown(name, list(files), 'model')} (list: python -m clue models)")
    model = load_file(files[name], ModelConf)
    if model.repo and model.name != name:
        raise ConfigError(f"{files[name]}: write `name: {name}`, as the file is named")
    return model


def identity(model: ModelConf) -> dict[str, str | None]:
    """Returns the settings that can change a completion; the backend adds the weights' digest.

    Raises:
        ConfigError: the file of the chat template does not exist.
    """
    settings = {
        "repo": model.repo,
        "revision": model.revision,
        "adapter": model.adapter,
        "gguf_file": model.gguf_file,
        "dtype": model.dtype,
    }
    if model.quantization:  # absent otherwise, so that older fingerprints stay valid
        settings["quantization"] = model.quantization
    if model.chat_template:
        settings["chat_template"] = chat_template_setting.identity(model.chat_template)
    return settings


def is_open(model: ModelConf) -> bool:
    """True if a branch of the hub decides on the weights: its commit may be another one tomorrow.

    A folder and a package have a digest, which the cells record.
    """
    repo = expanded(str(model.repo))
    is_on_hub = bool(model.repo) and not model.gguf_package and not repo.is_dir()
    return is_on_hub and re.fullmatch("[0-9a-f]{40}", model.revision or "") is None


def base(model: ModelConf) -> str | None:
    """Returns the name of the model that a model is compared with; None if there is none.

    A base that is given by its checkpoint has the name of the only model file of that checkpoint,
    as it was released; without such a file it has the name that its own run gives it.

    Raises:
        ConfigError: that name belongs to the model file of another checkpoint.
    """
    if not model.base_repo:
        return model.base
    released = [
        name
        for name, other in ((name, load(name)) for name in names())
        if other.repo == model.base_repo and not other.adapter and not other.quantization
    ]
    if len(released) == 1:
        return released[0]
    label = checkpoint_label(model.base_repo)
    if label in names():
        raise ConfigError(
            f"model.base_repo={model.base_repo} would have the name {label} of another "
            "checkpoint's model file: write a model file for it, or give its folder by another path"
        )
    return label


def family(model: ModelConf) -> str:
    """Returns the family of base models: the model's own, else its base's, else its name.

    Raises:
        ConfigError: there is no model file of `base` or `ancestor`.
    """
    for role, other in (("base", model.base), ("ancestor", model.ancestor)):
        if other and other not in names():
            raise ConfigError(f"model.{role}={other}: {unknown(other, names(), 'model')}")
    if model.family:
        return model.family
    compared = base(model)
    if compared is None:
        return model.label
    return family(load(compared)) if compared in names() else compared
