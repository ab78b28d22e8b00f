"""The settings of `conf/analysis.yaml` and the declared study, with overrides, checked."""

import shlex
from collections.abc import Sequence

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from analysis.settings import AnalysisConf, ComputationConf, validate
from clue.config.composition import as_overrides, register
from clue.config.files import config_dir_words
from clue.config.folders import CONF
from clue.config.overrides import check_overrides, explain
from clue.errors import ConfigError
from clue.records import dotted
from clue.study.selection import ALIASES, FIELDS, choose, is_selection


def configuration(overrides: Sequence[str]) -> AnalysisConf:
    """Settings of conf/analysis.yaml and of the chosen study with `key=value` overrides.

    Hydra does not compose them: it would take `prompt=...` for a choice among the files of
    `conf/prompt`.

    Raises:
        ConfigError: a setting is unknown, of another type, or out of range.
    """
    for override in overrides:
        if override.startswith("~") or "=" not in override:
            raise ConfigError(f"{override}: settings are not removed; write key=value")
    selection = [word for word in overrides if is_selection(word.partition("=")[0])]
    others = [word for word in overrides if word not in selection]
    check_overrides(others, ComputationConf, [*ALIASES, *FIELDS])
    study = choose(selection)
    settings = _merged(others)
    settings.study, settings.chosen = study.conf, study.command
    settings.confirmatory_prompt = study.file.prompts[0]
    validate(settings)
    return settings


def command(conf: AnalysisConf, *first: str) -> str:
    """Returns the command line of these settings, complete for the folder that it was typed in.

    Args:
        conf: the settings.
        first: words before them, such as the name of a command with its arguments.
    """
    return command_of(setting_words(conf), *first)


def command_of(settings: Sequence[str], *first: str) -> str:
    """Returns the command line of settings as words, for many commands of the same settings."""
    return shlex.join(["python", "-m", "analysis", *first, *settings])


def setting_words(conf: AnalysisConf) -> list[str]:
    """Returns the words of a command line that give these settings."""
    default = _flat(_merged([]))
    settings = {
        key: value
        for key, value in _flat(conf).items()
        if value != default[key] and not _follows(key, conf)
    }
    return [*config_dir_words(), *conf.chosen, *as_overrides(settings)]


def _follows(key: str, conf: AnalysisConf) -> bool:
    """True if a setting has the value that follows from another one."""
    return key == "output" and conf.output == f"{conf.paths.mlruns}/analysis"


def _flat(conf: AnalysisConf) -> dict[str, object]:
    container = OmegaConf.to_container(OmegaConf.structured(conf))
    assert isinstance(container, dict)
    not_typed = ("study", "chosen", "confirmatory_prompt")
    return dict(dotted({str(k): v for k, v in container.items() if k not in not_typed}))


def _merged(overrides: Sequence[str]) -> AnalysisConf:
    register()
    try:
        conf = OmegaConf.merge(
            OmegaConf.structured(AnalysisConf),
            OmegaConf.load(CONF / "analysis.yaml"),
            *map(_parsed, overrides),
        )
        settings = OmegaConf.to_object(conf)
    except OmegaConfBaseException as error:
        raise ConfigError(explain(error, CONF)) from error
    assert isinstance(settings, AnalysisConf)
    return settings


def _parsed(override: str) -> DictConfig:
    try:
        return OmegaConf.from_dotlist([override])
    except YAMLError as error:
        raise ConfigError(f"{override}: the value is not valid YAML") from error
