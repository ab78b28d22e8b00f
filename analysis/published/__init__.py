"""Published results of the authors: scores of 25 models (v3), twelve differences (v5), in points.

`scores.csv`: the authors' result site (dadaamin/CLUE-website, commit 95c9b3b, 26 June 2024), equal
to the tables of arXiv 2404.04067 v3; its LongHealth columns were shifted by one and are corrected.
`differences.csv`: table 3 of the GEM 2025 version; `multiple_choice` is the result on exam
questions that the models' own authors report. All are averages without a statement of uncertainty.
`model` is empty where the published name does not identify the checkpoint (`llama2-7b`,
`llama2-7b-hf`).
"""

from importlib.resources import files
from io import StringIO

import pandas as pd


def scores() -> pd.DataFrame:
    """Columns published_name, model, task, metric, points; `task` may be a level, then `score`."""
    return _read("scores.csv")


def differences() -> pd.DataFrame:
    """Biomedical minus base: columns published_name, model, multiple_choice, level1, level2."""
    return _read("differences.csv")


def model_names() -> dict[str, str]:
    """Model to the name that the authors of the paper give to its checkpoint."""
    tables = (scores(), differences())
    return {
        model: name.rpartition("/")[2]
        for table in tables
        for model, name in zip(table["model"], table["published_name"], strict=True)
        if model
    }


def _read(name: str) -> pd.DataFrame:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return pd.read_csv(StringIO(text), dtype={"model": str}).fillna({"model": ""})
