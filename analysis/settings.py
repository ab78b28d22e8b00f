"""The schema of `conf/analysis.yaml`: what is decided before any result is seen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from clue.config.schema import PathsConf, TrackingConf
from clue.errors import ConfigError

COMPARATORS = ("base", "ancestor")
ASIDE = ("paths", "output", "report", "text", "tracking")
"""Settings that change no number."""


@dataclass
class MarginsConf:
    """Half-widths of practical equivalence, in points."""

    binary: float = 2.0
    fraction: float = 1.0
    continuous: float = 1.0
    """A task score's margin is the mean of its metrics' margins."""
    level: float = 1.0
    """Of Level 1, Level 2 and the overall score."""


@dataclass
class AnalysisConf:
    """What `python -m analysis` composes."""

    paths: PathsConf = field(default_factory=PathsConf)
    output: str = "analysis"
    """Folder of cells.csv, cells.parquet, summary.json and the report."""
    comparator: str = "base"
    """`base`: the model that the paper compares with; `ancestor`: the one that was trained on."""
    prompt: str = "paper"
    """The prompt setting whose tests are confirmatory; others are reported beside it."""
    alpha: float = 0.05
    margins: MarginsConf = field(default_factory=MarginsConf)
    allowed_differences: list[str] = field(default_factory=list)
    """Keys of `cell.json` in which the two cells of a pair may differ; they are printed."""
    seed: int = 1
    flips: int = 99_999
    """Random sign flips, where not all can be enumerated."""
    draws: int = 10_000
    """Resamples of the bootstrap-t, where it is used."""
    large: float = 15.0
    """Billions of parameters from which on a model counts as large (a moderator)."""
    sensitivity: bool = True
    """Whether the sensitivity analyses are computed."""
    report: bool = True
    """Whether the report is written."""
    text: str | None = None
    """Answers in the report's drill-down: null = of open data only; `full` = of all data."""
    tracking: TrackingConf = field(default_factory=TrackingConf)
    """Where the report becomes a run of its own."""

    @property
    def folder(self) -> Path:
        """`output`, absolute."""
        return Path(self.output).expanduser().resolve()

    def declared(self) -> dict[str, Any]:
        """Everything that can change a number, for the digest in the output."""
        said = OmegaConf.to_container(OmegaConf.structured(self))
        assert isinstance(said, dict)
        return {str(key): value for key, value in said.items() if key not in ASIDE}


def validate(settings: AnalysisConf) -> None:
    """Check ranges and choices.

    Raises:
        ConfigError: with every problem found, a line each.
    """
    problems = list(_problems(settings))
    if problems:
        lines = "\n".join(f"  {line}" for line in problems)
        raise ConfigError(f"these settings cannot be used:\n{lines}")


def _problems(settings: AnalysisConf) -> Iterator[str]:
    if settings.comparator not in COMPARATORS:
        yield f"comparator={settings.comparator} is none of {', '.join(COMPARATORS)}"
    if not 0 < settings.alpha < 1:
        yield f"alpha={settings.alpha} is not between 0 and 1"
    for name, value in vars(settings.margins).items():
        if value <= 0:
            yield f"margins.{name}={value} is no positive number of points"
    for name in ("flips", "draws"):
        if getattr(settings, name) < 999:
            yield f"{name}={getattr(settings, name)} is less than 999: too few for a p below .05"
    if settings.text not in (None, "full"):
        yield f"text={settings.text} is neither null nor full"
    if settings.seed < 0:
        yield f"seed={settings.seed} is negative"
