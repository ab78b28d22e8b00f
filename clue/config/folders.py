"""Folders of the project: a checkout has all of them, an installed wheel contains `conf/`."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_IN_CHECKOUT = (_PACKAGE.parent / "run.py").is_file()

ROOT = _PACKAGE.parent if _IN_CHECKOUT else Path.cwd()
"""Default parent of `data/`, `models/` and `mlruns/`: the checkout, or the working directory of an
installed wheel."""
CONF = _PACKAGE.parent / "conf" if _IN_CHECKOUT else _PACKAGE / "conf"
"""The YAML files of models, tasks, prompts, backends and the analysis."""
RUN = ("python", "run.py") if _IN_CHECKOUT else ("clue", "run")
"""First words of a command that evaluates models."""
