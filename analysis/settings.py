"""The schema of `conf/analysis.yaml`: all decisions that are made before any result is seen."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from clue.config.ranges import AtLeast, Between, MoreThan, OneOf, problems, setting
from clue.config.schema import PathsConf, TrackingConf
from clue.errors import ConfigError

NOT_DECLARED = ("paths", "output", "report", "text", "tracking")
"""Settings that change no number."""
ENOUGH_RESAMPLES = AtLeast(999, "too few for a p below .05")
POSITIVE = MoreThan(0)


@dataclass
class MarginsConf:
    """Half-widths of practical equivalence, in points."""

    binary: float = setting(2.0, POSITIVE)
    fraction: float = setting(1.0, POSITIVE)
    continuous: float = setting(1.0, POSITIVE)
    """The margin of a task score is the mean of its metrics' margins."""
    level: float = setting(1.0, POSITIVE)
    """Of Level 1, Level 2 and the overall score."""


@dataclass
class AnalysisConf:
    """Settings of `python -m analysis`."""

    paths: PathsConf = field(default_factory=PathsConf)
    output: str = "analysis"
    """Folder of cells.csv, cells.parquet, summary.json and the report."""
    comparator: str = setting("base", OneOf(("base", "ancestor")))
    """`base`: the model that the paper compares with; `ancestor`: the model that was trained on."""
    prompt: str = "paper"
    """The prompt setting whose tests are confirmatory; the report shows others as exploratory."""
    alpha: float = setting(0.05, Between(0, 1, open=True))
    margins: MarginsConf = field(default_factory=MarginsConf)
    allowed_differences: list[str] = field(default_factory=list)
    """Keys of `cell.json` in which the two cells of a pair may differ; they are printed."""
    seed: int = setting(1, AtLeast(0))
    flips: int = setting(99_999, ENOUGH_RESAMPLES)
    """Random sign flips, where not all can be enumerated."""
    draws: int = setting(10_000, ENOUGH_RESAMPLES)
    """Resamples of the bootstrap-t, where it is used."""
    large: float = 15.0
    """Billions of parameters from which on a model counts as large (a moderator)."""
    sensitivity: bool = True
    """Compute the sensitivity analyses."""
    report: bool = True
    """Write the report."""
    text: str | None = setting(None, OneOf(("full",)))
    """Answers in the report's drill-down: null = of open data only; `full` = of all data."""
    tracking: TrackingConf = field(default_factory=TrackingConf)
    """MLflow experiment in which the report becomes a run of its own."""

    @property
    def folder(self) -> Path:
        """`output`, absolute."""
        return Path(self.output).expanduser().resolve()

    def declared(self) -> dict[str, Any]:
        """Settings that can change a number, for the digest in the output."""
        settings = OmegaConf.to_container(OmegaConf.structured(self))
        assert isinstance(settings, dict)
        return {str(name): value for name, value in settings.items() if name not in NOT_DECLARED}


def validate(settings: AnalysisConf) -> None:
    """Check ranges and choices.

    Raises:
        ConfigError: with every problem, a line each.
    """
    lines = "\n".join(f"  {problem}" for problem in problems(settings))
    if lines:
        raise ConfigError(f"these settings cannot be used:\n{lines}")
