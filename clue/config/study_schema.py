"""Schema of a study: everything that is decided before a result is seen.

`conf/study/<name>.yaml` declares a study; `clue.study` resolves the declaration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clue.config.ranges import Between, MoreThan, Name, OneOf, setting

OPTIONAL = ("level_contrast",)
"""Fields of a study that its digest leaves out while they are null: they are newer than studies
that are frozen."""
FAMILIES = ("overall", "levels", "tasks")
"""Families of confirmatory hypotheses that a study may declare."""
POSITIVE = MoreThan(0)


@dataclass
class MarginsConf:
    """Half-widths of practical equivalence, in points."""

    binary: float = setting(2.0, POSITIVE)
    fraction: float = setting(1.0, POSITIVE)
    continuous: float = setting(1.0, POSITIVE)
    """The margin of a task score is the mean of its metrics' margins."""
    level: float = setting(1.0, POSITIVE)
    """Of every level and the overall score."""


@dataclass
class LevelContrastConf:
    """Two sides of data sets that are scored right or wrong: exam questions and clinical tasks."""

    exam: list[str] = field(default_factory=list)
    """Data sets or tasks of exam questions; their mean is the exam side."""
    clinical: list[str] = field(default_factory=list)
    """Data sets or tasks of the clinical side."""

    @property
    def sides(self) -> dict[str, list[str]]:
        """Side to its data sets."""
        return {"exam": list(self.exam), "clinical": list(self.clinical)}


@dataclass
class StudyConf:
    """A declared study."""

    name: str = setting("own", Name())
    """Name of the file in conf/study."""
    title: str = "Does biomedical training lead to better medical performance?"
    """Heading of the report."""
    models: list[str] = field(default_factory=list)
    """Models in question, by name: each is compared with the model that its file names.
    `tuned:base` compares with another one."""
    comparator: str = setting("base", OneOf(("base", "ancestor")))
    """`base`: the model that the paper compares with; `ancestor`: the model that was trained on,
    where the model file names one."""
    references: list[str] = field(default_factory=list)
    """Models that the tables of scores show too, such as baselines; they are in no pair."""
    levels: dict[str, Any] = field(default_factory=dict)
    """Level to its data sets: a list (equal weights), or a mapping to weights that sum to 1."""
    overall: dict[str, float] = field(default_factory=dict)
    """Weights of levels in the overall score, which sum to 1; empty = there is no overall score."""
    tasks: list[str] = field(default_factory=list)
    """Tasks that belong to no level."""
    level_contrast: LevelContrastConf | None = None
    """One more hypothesis: the pairs' mean difference on exam questions minus that on clinical
    tasks is 0. Its data sets are in levels or tasks. null = there is no such hypothesis, and the
    digest of a study is the one that it had before this field existed."""
    prompts: list[str] = field(default_factory=lambda: ["paper"])
    """Prompt settings; the tests of the first one are confirmatory."""
    scoring: str = "embedded"
    """Scoring, a file in conf/scoring."""
    backends: list[str] = field(default_factory=lambda: ["transformers", "vllm", "openai"])
    """Backends whose answers count; the rule of a baseline is its own backend."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Other settings of `python run.py` that the study fixes, by their dotted names."""
    alpha: float = setting(0.05, Between(0, 1, open=True))
    margins: MarginsConf = field(default_factory=MarginsConf)
    families: list[str] = setting(lambda: list(FAMILIES), OneOf(FAMILIES))  # noqa: RUF009  a field
    """Scores whose tests are confirmatory; each family is corrected by Holm on its own."""
    allowed_differences: list[str] = field(default_factory=lambda: ["model.dtype", "backend.chat"])
    """Keys of `cell.json` in which the two cells of a pair may differ; they are printed. Each model
    has its own chat layout, and the dtype of its release."""


def without_unset(study: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the fields of a study without the optional ones that are null."""
    return {
        str(name): value
        for name, value in study.items()
        if not (value is None and name in OPTIONAL)
    }
