"""Small stores with several draws of each prompt, with errors of a known kind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from clue.records import Record
from tests.analysis.paired_study.stores import cell, record

GUMBEL: Mapping[str, Any] = {
    "temperature": 0.7,
    "top_p": 0.9,
    "top_k": 0,
    "seed": 3,
}
"""Decoding of a cell with shared noise."""
SCHEME = "gumbel-1"
ITEMS = 40


def generation(
    name: str, decoding: Mapping[str, Any] | str = GUMBEL, scheme: str = SCHEME
) -> dict[str, Any]:
    """Generation facts of a cell as `stores.cell` has them, with a decoding."""
    sampling = {} if isinstance(decoding, str) else {"sampling": scheme}
    chat = {"system": True}
    return {
        "protocol": {"task": "mednli", "max_new_tokens": 20},
        "model": {"repo": f"org/{name}", "dtype": "bfloat16"},
        "decoding": decoding,
        "backend": {"name": "transformers", "weights": name, "chat": chat, **sampling},
    }


def closed(seed: int, draws: int, items: int = ITEMS, accuracy: float = 0.6) -> list[Record]:
    """Answers to questions with three labels; each item has its own chance of a right one."""
    rng = np.random.default_rng(seed)
    chances = np.clip(accuracy + 0.3 * rng.standard_normal(items), 0, 1)
    rows = []
    for item, chance in enumerate(chances):
        for draw in range(draws):
            right = bool(rng.random() < chance)
            wrong = [None, "neutral", "contradiction"][rng.integers(3)]
            rows.append(
                record(
                    f"s{item:03}",
                    {"accuracy": float(right)},
                    task="mednli",
                    cluster=f"c{item // 2}",
                    draw=draw,
                    unparsed=not right and wrong is None,
                    answer="entailment" if right else wrong,
                )
            )
    return rows


def repeated(rows: list[Record], draws: int) -> list[Record]:
    """The same answer of each record as every draw."""
    return [replace(row, draw=draw) for row in rows for draw in range(draws)]


def pair(
    store: Path,
    records: Callable[[int], list[Record]],
    task: str = "mednli",
    decodings: tuple[Any, Any] = (GUMBEL, GUMBEL),
    schemes: tuple[str, str] = (SCHEME, SCHEME),
    **facts: Any,
) -> None:
    """Writes a base and a tuned model, whose records are those of role 0 and 1."""
    names = ("llama2_7b", "meditron7b")
    for role, name in enumerate(names):
        more = {"base": names[0]} if role else {}
        more |= {"generation": generation(name, decodings[role], schemes[role])}
        cell(store, name, task, records(role), access="open", **more, **facts)
