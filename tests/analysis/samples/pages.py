"""Small stores with texts, and the pages of their pair."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.samples.page import unpacked
from analysis.samples.write_page import write_page
from analysis.settings import AnalysisConf
from benchmarks.found_study import found_study
from clue.config.schema import PathsConf
from clue.records import Completion, Record
from tests.analysis.paired_study.stores import cell, record

BASE, TUNED = "llama2_7b", "meditron7b"
WORDS = ("fever", "cough", "Ödem", "pain", "dose", "daily", "liver", "no")


def answers(
    seed: int, draws: int = 1, repeats: int = 1, graded: bool = False, size: int = 24
) -> list[Record]:
    """Answers to items in clusters of three, with flags, readings and thoughts."""
    rng = np.random.default_rng(seed)
    rows = []
    for item in range(size):
        for repeat in range(repeats):
            for draw in range(draws):
                number = float(rng.random()) if graded else float(rng.random() < 0.6)
                scores: dict[str, float | None] = {"accuracy": number}
                if graded:
                    scores = {"rouge1": number, "umls_f1": None if item % 5 == 0 else number**2}
                rows.append(_answer(rng, f"s{item:02}", repeat, draw, scores))
    return rows


def _answer(
    rng: np.random.Generator, item: str, repeat: int, draw: int, scores: Mapping[str, float | None]
) -> Record:
    unparsed, text = bool(rng.random() < 0.3), " ".join(rng.choice(WORDS, 6))
    one = record(
        item,
        scores,
        repeat,
        draw=draw,
        cluster=f"patient {int(item[1:]) // 3}",
        unparsed=unparsed,
        looped=bool(rng.random() < 0.2),
        answer=None if unparsed else text.split()[0],
    )
    thought = f"I think {rng.choice(WORDS)}." if rng.random() < 0.5 else None
    return replace(
        one,
        completion=Completion(
            text, "stop", 9, 3, 0.1, thought, 4, "closed" if thought else "absent"
        ),
    )


def pair(
    store: Path, base: Sequence[Record], tuned: Sequence[Record], task: str = "mednli", **facts: Any
) -> None:
    """Write both cells of the pair."""
    facts = {"access": "open", "score": list(base[0].scores)} | facts
    cell(store, BASE, task, base, **facts)
    cell(store, TUNED, task, tuned, base=BASE, **facts)


def settings(store: Path, **changes: Any) -> AnalysisConf:
    paths = PathsConf(mlruns=str(store), data="nowhere")
    return AnalysisConf(paths=paths, output=str(store / "analysis"), **changes)


def page(store: Path, task: str | None = None, **changes: Any) -> Path:
    """Write the page of the pair of a store."""
    conf = settings(store, **changes)
    return write_page(found_study(store, conf), conf, TUNED, task)


def data(path: Path, block: str = "task-0") -> dict[str, Any]:
    """A block of data that a page has."""
    match = re.search(rf'<script type="text/plain" id="{block}">(.*?)</script>', path.read_text())
    assert match
    value: dict[str, Any] = unpacked(match[1])
    return value


def table(store: Path) -> pd.DataFrame:
    """The answers of both models in one table, read without this project, a row for each key."""
    frames = []
    for model in (BASE, TUNED):
        (path,) = store.glob(f"cells/*/{model}/*/records-*.parquet")
        frames.append(pd.read_parquet(path).set_index(["sample_id", "repeat", "wording", "draw"]))
    both = frames[0].join(frames[1], lsuffix="_base", rsuffix="_tuned", how="outer")
    return both.reset_index()
