"""Seconds for sampled answers and for thoughts, against one greedy answer at once.

    python -m benchmarks.draws --data <data> [--task meqsum] [--items 40] [--threads 1]

SmolLM2 in float32 answers the same items greedily, with one draw and with eight at temperature 0.7;
a closed task (`--task medqa`) also behind a chain of thought of up to 128 tokens. Prompts are read
once for all draws. Tokens are printed too, since sampled answers have other lengths. CPU seconds
are those of all threads.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from benchmarks.generation import smollm2_on_cpu
from benchmarks.generation_loops import Clock
from clue.backends.huggingface.backend import TransformersBackend
from clue.config.generation_schema import COT, GenerationConf, ThinkingConf
from clue.config.schema import PromptConf
from clue.data.locate import data_root
from clue.records import Completion
from clue.task.task import Task
from clue.task.task_files import load

TEMPERATURE = 0.7
DRAWS = 8
THOUGHT = 128


class Way(NamedTuple):
    """One way to answer."""

    generation: GenerationConf
    thinking: ThinkingConf


def ways(*, closed: bool) -> dict[str, Way]:
    """Ways by name; the first one is the measure of the others."""
    at_once = ThinkingConf()
    of_all = {
        "greedy": Way(GenerationConf(), at_once),
        "1 draw": Way(GenerationConf(TEMPERATURE), at_once),
        f"{DRAWS} draws": Way(GenerationConf(TEMPERATURE, draws=DRAWS), at_once),
    }
    thought = {"chain of thought": Way(GenerationConf(), ThinkingConf(COT, THOUGHT))}
    return of_all | (thought if closed else {})


def answered(
    backend: TransformersBackend, task: Task, way: Way, items: int
) -> Mapping[int, Completion]:
    """Completions of the first items of a task, by number of the prompt."""
    task = replace(task, limit=items, draws=way.generation.draws, thinking=way.thinking)
    setup = replace(backend.setup, generation=way.generation, thinking=way.thinking)
    other = TransformersBackend(setup)
    other.checkpoint.model = backend.checkpoint.model
    return dict(other.generate(task.prompts(task.split())))


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--task", default="meqsum")
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--threads", type=int, help="none = torch's default")
    arguments = parser.parse_args()
    backend = smollm2_on_cpu(arguments.threads)
    task = Task(load(arguments.task), data_root(arguments.data), PromptConf())
    first: Clock | None = None
    for name, way in ways(closed=bool(task.conf.thought_request)).items():
        clock = Clock()
        clock.run(lambda way=way: answered(backend, task, way, arguments.items))  # type: ignore[misc]
        first = first or clock
        tokens = sum(completion.all_tokens for completion in clock.answers.values())
        print(
            f"{name}: {clock.cpu / first.cpu:.2f} times the CPU seconds, "
            f"{clock.wall / first.wall:.2f} times the wall-clock seconds of greedy answers: "
            f"{clock.cpu:.1f} CPU s, {tokens / arguments.items:.1f} new tokens for each item",
            flush=True,
        )


if __name__ == "__main__":
    main()
