"""Models and pairs that a study names."""

from collections.abc import Mapping
from typing import NamedTuple

from clue.config import model_files
from clue.config.schema import ModelConf
from clue.config.study_schema import StudyConf


class DeclaredPair(NamedTuple):
    """A model in question and the model that it is compared with, by name."""

    tuned: str
    base: str

    @property
    def name(self) -> str:
        """For people and for the order of rows."""
        return f"{self.tuned} - {self.base}"


def named_models(conf: StudyConf) -> list[str]:
    """Returns the models of the entries `tuned` and `tuned:base`, each once."""
    return list(dict.fromkeys(name for entry in conf.models for name in entry.split(":")))


def compared_with(model: ModelConf, comparator: str) -> str | None:
    """Returns the name of the model that a model is compared with; None if it names none."""
    return (model.ancestor if comparator == "ancestor" else None) or model.base


def declared_pair(entry: str, models: Mapping[str, ModelConf], comparator: str) -> DeclaredPair:
    """Returns the pair of an entry `tuned` or `tuned:base`."""
    tuned, _, base = entry.partition(":")
    return DeclaredPair(tuned, base or str(compared_with(models[tuned], comparator)))


def models_with_files(conf: StudyConf, stored: Mapping[str, ModelConf]) -> dict[str, ModelConf]:
    """Returns the models that have a file: those of a study, and those they are compared with.

    Args:
        conf: the study.
        stored: models without a file; they may be compared with one that has a file.
    """
    pending = [*named_models(conf), *conf.references]
    pending += [str(model.base) for name, model in stored.items() if name in pending]
    available = set(model_files.names())
    models: dict[str, ModelConf] = {}
    while pending:
        name = pending.pop()
        if name in available and name not in models:
            models[name] = model_files.load(name)
            pending += [other for other in (models[name].base, models[name].ancestor) if other]
    return models
