"""`model.chat_template`: the plain layout, a Jinja file, or the template of another model."""

from pathlib import Path

from clue.common.paths import expanded
from clue.common.suggestion import unknown
from clue.config.files import config_files, load_file, search_path
from clue.config.folders import ROOT
from clue.config.schema import ModelConf
from clue.errors import ConfigError
from clue.records import sha256

PLAIN = "none"
"""The plain layout, whatever template the tokenizer has."""
FILE = ".jinja"
"""Ending of a file with a template."""
DIGEST = "sha256:"
"""Begins the identity of a file: its content counts, not its name."""


def template_file(value: str) -> Path:
    """Returns the path of a template: in the working directory, or in a folder of own files.

    Raises:
        ConfigError: there is none, or several.
    """
    roots = [Path(), *(path for folder in search_path() for path in (folder, folder / "model"))]
    paths = [root / expanded(value) for root in roots]
    files = list({path.resolve(): path for path in paths if path.is_file()})
    if not files:
        searched = ", ".join(dict.fromkeys(str(path.absolute().parent) for path in paths))
        raise ConfigError(f"model.chat_template={value}: there is no such file in {searched}")
    if len(files) > 1:
        raise ConfigError(
            f"model.chat_template={value}: {' and '.join(map(str, files))} have this name; give "
            "the absolute path of one"
        )
    return files[0]


def template_text(value: str) -> str:
    """Returns the template in a file.

    Raises:
        ConfigError: there is no such file, or it is empty or no text.
    """
    path = template_file(value)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"model.chat_template: {path} cannot be read as UTF-8 text") from error
    if not text.strip():
        raise ConfigError(f"model.chat_template: {path} is empty; `none` is the plain layout")
    return text


def donor(value: str) -> ModelConf:
    """Returns the model whose template is used: of a model file, a hub id or a folder.

    Raises:
        ConfigError: there is no such model file, or it is a baseline or takes another's template.
    """
    files = config_files("model")
    if value in files:
        model = load_file(files[value], ModelConf)
        if not model.repo:
            raise ConfigError(f"model.chat_template={value} is no checkpoint and has no template")
        if model.chat_template:
            raise ConfigError(
                f"model.chat_template={value}: {value} has no template of its own; its file says "
                f"chat_template: {model.chat_template}. Name that one"
            )
        return model
    if "/" in value or Path(value).is_dir() or (ROOT / value).is_dir():
        return ModelConf(repo=value)
    raise ConfigError(
        f"model.chat_template={value}: {unknown(value, [PLAIN, *files])}. It is {PLAIN}, a file "
        f"<name>{FILE}, a model file, <org>/<name> on the hub, or a folder"
    )


def identity(value: str) -> str:
    """Returns the setting as a part of a fingerprint: a file by its content, a model by its repo.

    Raises:
        ConfigError: the file does not exist.
    """
    if value.endswith(FILE):
        return f"{DIGEST}{sha256(template_text(value))}"
    files = config_files("model")
    return str(load_file(files[value], ModelConf).repo) if value in files else value


def problem(model: ModelConf) -> str | None:
    """Returns a line on a setting that cannot be used; None if it can."""
    value = model.chat_template
    if value is None or value == PLAIN or model.baseline:
        return None
    if value in (model.name, model.repo):
        return f"model.chat_template={value} is the model itself: leave it null"
    try:
        _ = template_text(value) if value.endswith(FILE) else donor(value)
    except ConfigError as error:
        return str(error)
    return None
