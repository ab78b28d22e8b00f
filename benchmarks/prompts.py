"""Seconds to ask items with prompts of a population, against one prompt for all of them.

    python -m benchmarks.prompts --data <data> [--task meqsum] [--items 200] [--threads 1]

SmolLM2 in float32 answers the same items under `prompt=paper` and `prompt=spread`, at most 64 new
tokens each, in turn for a part of the items after the other. A prompt of its own for each 24th of
the items shares less with others, so more tokens are read; answers may be longer or shorter, so
their tokens are printed too. CPU seconds are those of all threads.
"""

import argparse
from collections.abc import Sequence
from functools import partial

from benchmarks.generation import smollm2_on_cpu
from benchmarks.generation_loops import Answers, Clock, Rows, ours
from clue.backends.huggingface.backend import TransformersBackend
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.turn import TurnRules
from clue.config.schema import ONE, SPREAD, PromptConf
from clue.data.locate import data_root
from clue.records import Prompt
from clue.task.task import Task
from clue.task.task_files import load

BUDGET = 64


def prompts_of(name: str, data: str, items: int) -> dict[str, list[Prompt]]:
    """Prompts of the same items by design, in the order of the items."""
    by_design = {}
    for design in (ONE, SPREAD):
        task = Task(load(name), data_root(data), PromptConf(design=design))
        by_design[design] = {(p.sample_id, p.repeat): p for p in task.prompts(task.split())}
    common = sorted(by_design[ONE].keys() & by_design[SPREAD].keys())[:items]
    return {design: [prompts[key] for key in common] for design, prompts in by_design.items()}


def answered(batches: BatchGenerator, rows: Rows, numbers: Sequence[int]) -> Answers:
    """Answers to a part of the rows, by number of the row."""
    part = ours(batches, [rows[number] for number in numbers], BUDGET)
    return {numbers[index]: answer for index, answer in part.items()}


def line(design: str, clock: Clock, rows: Rows) -> str:
    """Time, tokens and speed of one design."""
    items = len(clock.answers)
    read = sum(len(rows[number]) for number in clock.answers)
    written = sum(map(len, clock.answers.values()))
    return (
        f"  {design}: {items} items in {clock.wall:.1f} s ({clock.cpu:.1f} CPU s), "
        f"{read / items:.0f} prompt and {written / items:.1f} answer tokens each"
    )


def run(backend: TransformersBackend, prompts: dict[str, list[Prompt]], rounds: int) -> None:
    """Time the designs in turn; print the ratio after every round."""
    chat = backend.checkpoint.chat
    rows = {
        design: [chat.render(prompt.messages) for prompt in listed]
        for design, listed in prompts.items()
    }
    rules = TurnRules(chat.tokenizer, chat.stop_ids, chat.stop_strings)
    batches = BatchGenerator(backend.checkpoint.model, rules)
    clocks = {design: Clock() for design in rows}
    for part in range(rounds):
        numbers = range(part, len(rows[ONE]), rounds)
        for design, clock in clocks.items():
            clock.run(partial(answered, batches, rows[design], numbers))
        one, spread = clocks[ONE], clocks[SPREAD]
        print(
            f"spread asks {one.wall / spread.wall:.2f} times as many items per second as one "
            f"prompt, {one.cpu / spread.cpu:.2f} times by CPU seconds"
        )
        print("\n".join(line(*entry, rows[entry[0]]) for entry in clocks.items()), flush=True)


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--task", default="meqsum")
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1, help="parts of the items, one by one")
    parser.add_argument("--threads", type=int, help="none = torch's default")
    arguments = parser.parse_args()
    backend = smollm2_on_cpu(arguments.threads)
    prompts = prompts_of(arguments.task, arguments.data, arguments.items)
    run(backend, prompts, arguments.rounds)


if __name__ == "__main__":
    main()
