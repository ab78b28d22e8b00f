"""The settings of `conf/analysis.yaml` with overrides, checked."""

from collections.abc import Sequence

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from analysis.settings import AnalysisConf, validate
from clue.config.composition import composed
from clue.config.folders import ROOT
from clue.errors import ConfigError

OmegaConf.register_new_resolver("project", lambda name: str(ROOT / name), replace=True)
ConfigStore.instance().store(name="analysis_schema", node=AnalysisConf)


def configuration(overrides: Sequence[str]) -> AnalysisConf:
    """Settings of conf/analysis.yaml with `key=value` overrides.

    Raises:
        ConfigError: a setting is unknown or out of range.
    """
    for override in overrides:
        if override.startswith("~") or "=" not in override:
            raise ConfigError(f"{override}: settings are not removed; write key=value")
    conf = composed("analysis", AnalysisConf, overrides, grouped=False)
    validate(conf)
    return conf
