"""LongHealth with both orders of its documents: the same questions, scores, tokens and seconds.

    python -m benchmarks.document_order FOLDER

SmolLM2 and its biomedical twin answer the questions on the fictional letters with the settings of
`study=demo`. With `per_question` each prompt has an order of its own, with `per_patient` all
questions about a patient share one, so that their documents are read once. FOLDER gets two stores.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis import compare
from analysis.stats.comparison import Comparison
from clue import evaluate, read_records

MODELS = ("smollm2_135m", "smollm2_135m_hpo")
TASKS = ("longhealth1", "longhealth2", "longhealth3")
ORDERS = ("per_question", "per_patient")


class Cost(NamedTuple):
    """What the answers of a store took, of both models together."""

    tokens: int
    """Of the prompts, as they were sent."""
    cpu_seconds: float
    """Loading and scores included."""


def answered(store: Path, order: str) -> Cost:
    """Answer all questions with an order of the documents; returns what it took."""
    orders = {f"tasks.{task}.order": order for task in TASKS}
    started = time.process_time()
    outcomes = evaluate(MODELS, TASKS, {"study": "demo", "paths.mlruns": str(store), **orders})
    seconds = time.process_time() - started
    failed = [outcome.note for outcome in outcomes if outcome.status != "done"]
    assert not failed, failed
    return Cost(int(read_records(store)["prompt_tokens"].sum()), seconds)


def scores(store: Path, model: str, task: str | None) -> pd.DataFrame:
    """Accuracy of a model by question; no task = the mean of the three."""
    records = read_records(store, model=model, task=task)
    means = records.groupby(["sample_id", "cluster"])["score_accuracy"].mean()
    return means.rename("score").reset_index()


def lines(folder: Path, costs: dict[str, Cost]) -> Iterator[str]:
    """Yields the costs and a comparison of both orders for each model and task."""
    for order, cost in costs.items():
        yield f"{order}: {cost.tokens:,} prompt tokens, {cost.cpu_seconds:.0f} CPU s"
    first, second = (cost.cpu_seconds for cost in costs.values())
    yield f"{ORDERS[1]} takes {second / first:.2f} of the CPU seconds of {ORDERS[0]}"
    for model in MODELS:
        for task in (*TASKS, None):
            before, after = (scores(folder / order, model, task) for order in ORDERS)
            result = compare(before, after, cluster="cluster", allow_different_prompts=True)
            yield f"{model}, {task or 'all three'}: {in_words(result.comparison)}"


def in_words(result: Comparison) -> str:
    """Accuracy with an order for each patient, and its difference from one for each question."""
    means = f"{100 * result.mean_tuned:.1f} and {100 * result.mean_base:.1f} points"
    if result.refused or not result.interval:
        return f"{means}; not tested: {result.refused}"
    low, high = (100 * end for end in result.interval)
    return (
        f"{means}: {100 * result.delta:+.1f} (95 % CI {low:.1f} to {high:.1f}; {result.n} items in "
        f"{result.n_clusters} clusters)"
    )


def main() -> None:
    """Print costs and comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    costs = {order: answered(folder / order, order) for order in ORDERS}
    for line in lines(folder, costs):
        print(line)


if __name__ == "__main__":
    main()
