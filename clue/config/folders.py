"""Folders of the project: a checkout has all of them, an installed wheel brings `conf/` along."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_IN_CHECKOUT = (_PACKAGE.parent / "run.py").is_file()

ROOT = _PACKAGE.parent if _IN_CHECKOUT else Path.cwd()
"""Parent of `data/`, `models/` and `mlruns/` unless settings name others: the checkout; in an
installed wheel the working directory."""
CONF = _PACKAGE.parent / "conf" if _IN_CHECKOUT else _PACKAGE / "conf"
"""The YAML files of models, tasks, prompts, backends and the analysis."""
RUN = ("python", "run.py") if _IN_CHECKOUT else ("clue", "run")
"""Words that begin a command which evaluates models."""
