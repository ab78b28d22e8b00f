"""The schema of `conf/analysis.yaml`: how results are computed and written.

What is compared, and by which margins, is declared by a study (`clue.config.study_schema`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from clue.common.paths import absolute_path
from clue.config.ranges import AtLeast, MoreThan, OneOf, problems, setting
from clue.config.schema import PathsConf, TrackingConf
from clue.config.study_schema import StudyConf, without_unset
from clue.errors import ConfigError
from clue.outgoing import Shown

OPTIONAL = ("prompt_error",)
"""Settings that the digest of the design leaves out while they are null: they are newer than it."""
NOT_DECLARED = ("paths", "output", "report", "text", "tracking", "chosen")
"""Settings that change no number."""
SHOWN_ANSWERS: Mapping[str | None, Shown] = {"full": "all", None: "open", "none": "none"}
"""Answers that the report's page shows, by `text`."""
ENOUGH_RESAMPLES = AtLeast(999, "too few for a p below .05")


@dataclass
class ComputationConf:
    """Settings of `conf/analysis.yaml`."""

    paths: PathsConf = field(default_factory=PathsConf)
    output: str = "analysis"
    """Folder of cells.csv, cells.parquet, summary.json and the report."""
    include_trials: bool = False
    """Analyse stored cells that do not belong to the study too, marked on every line."""
    seed: int = setting(1, AtLeast(0))
    flips: int = setting(99_999, ENOUGH_RESAMPLES)
    """Random sign flips, where not all can be enumerated."""
    draws: int = setting(10_000, ENOUGH_RESAMPLES)
    """Resamples of the bootstrap-t, where it is used."""
    large: float = 15.0
    """Billions of parameters from which on a model counts as large (a moderator)."""
    sensitivity: bool = True
    """Compute the sensitivity analyses."""
    prompt_error: float | None = setting(None, MoreThan(0))
    """Standard error, in points, for which the number of needed prompts is calculated; null = half
    of the margin."""
    contrasts: list[str] = field(default_factory=list)
    """Pairs that are compared with each other, `first:second` by their biomedical models."""
    report: bool = True
    """Write the report."""
    text: str | None = setting(None, OneOf(("full", "none")))
    """Answers in the report's drill-down: null = of open data; `full` = of all data; `none`."""
    tracking: TrackingConf = field(default_factory=TrackingConf)
    """MLflow experiment in which the report becomes a run of its own."""


@dataclass
class AnalysisConf(ComputationConf):
    """Settings of `python -m analysis`, with the study that its command line chose."""

    study: StudyConf = field(default_factory=StudyConf)
    """The declared study, or the part of it that a command line chose."""
    chosen: list[str] = field(default_factory=list)
    """Words of the command line that chose the study."""
    confirmatory_prompt: str | None = None
    """The prompt setting whose tests are confirmatory; none = the study's first."""

    @property
    def changes(self) -> list[str]:
        """Words of the command line that change the declared study."""
        return [word for word in self.chosen if not word.startswith("study=")]

    @property
    def declared_prompt(self) -> str:
        """The prompt setting whose tests are confirmatory."""
        return self.confirmatory_prompt or self.study.prompts[0]

    @property
    def shown_answers(self) -> Shown:
        """Answers that the report's page shows."""
        return SHOWN_ANSWERS[self.text]

    @property
    def folder(self) -> Path:
        """`output`, absolute."""
        return absolute_path(self.output)

    def declared(self) -> dict[str, Any]:
        """Settings that can change a number, for the digest in the output."""
        settings = OmegaConf.to_container(OmegaConf.structured(self))
        assert isinstance(settings, dict)
        settings["study"] = without_unset(settings["study"])
        return {
            str(name): value
            for name, value in settings.items()
            if name not in NOT_DECLARED and not (value is None and name in OPTIONAL)
        }


def validate(settings: AnalysisConf) -> None:
    """Check ranges and choices.

    Raises:
        ConfigError: with every problem, a line each.
    """
    lines = "\n".join(f"  {problem}" for problem in problems(settings))
    if lines:
        raise ConfigError(f"these settings cannot be used:\n{lines}")
