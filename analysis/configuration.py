"""The settings of `conf/analysis.yaml` with overrides, checked."""

from collections.abc import Sequence

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from analysis.settings import AnalysisConf, validate
from clue.config.folders import CONF, ROOT
from clue.config.overrides import check_overrides, explain
from clue.errors import ConfigError

OmegaConf.register_new_resolver("project", lambda name: str(ROOT / name), replace=True)


def configuration(overrides: Sequence[str]) -> AnalysisConf:
    """Settings of conf/analysis.yaml with `key=value` overrides.

    Hydra does not compose them: it would take `prompt=...` for a choice among the files of
    `conf/prompt`.

    Raises:
        ConfigError: a setting is unknown, of another type, or out of range.
    """
    for override in overrides:
        if override.startswith("~") or "=" not in override:
            raise ConfigError(f"{override}: settings are not removed; write key=value")
    check_overrides(overrides, AnalysisConf)
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
    validate(settings)
    return settings


def _parsed(override: str) -> DictConfig:
    try:
        return OmegaConf.from_dotlist([override])
    except YAMLError as error:
        raise ConfigError(f"{override}: the value is not valid YAML") from error
