"""Samples per second of generation, against plain loops around the library's `generate`.

    python -m benchmarks.generation --data <data>
    python -m benchmarks.generation --data <data> --shape llama7b     (with a CUDA device)

The first command runs SmolLM2 in float32 on the CPU: MeQSum prompts with three shots, at most 64
new tokens. Plain loops with batches of 1 and of 8, in the order of the file, alternate with the
project's generation in rounds; their greedy tokens must be equal. CPU seconds are those of all
threads; on a busy machine they are the more stable measure, with `--threads 1`. A floor is the time
that the necessary computation takes, at rates measured in the same run.

The second command runs a Llama with random weights in bfloat16 on the same prompts; every answer is
64 tokens long. Plain `generate` runs at several batch sizes and its best one counts. In bfloat16
the batch changes the order of close logits, so equal answers are counted and not required.
"""

import argparse
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import torch

from benchmarks.generation_loops import Answers, Clock, Rows, ours, plain
from benchmarks.generation_rates import SHAPES, Floors, shape
from clue.backends import Setup
from clue.backends.huggingface.backend import TransformersBackend
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.memory import is_exhausted
from clue.backends.huggingface.shared_prefix import common_prefix
from clue.backends.huggingface.turn import TurnRules
from clue.config.folders import ROOT
from clue.config.model_files import load
from clue.config.schema import BackendConf, PromptConf
from clue.data.locate import data_root
from clue.task.task import Task
from clue.task.task_files import load as load_task

ROUNDS = 4
GPU_BATCHES = (1, 8, 16, 32, 64, 128)
"""Batch sizes of plain `generate` that are tried on a GPU."""


def smollm2() -> TransformersBackend:
    """SmolLM2 as a job loads it."""
    cache = ROOT / "mlruns" / "cache"
    return TransformersBackend(Setup(load("smollm2_135m"), BackendConf(), Path("models"), cache))


def smollm2_on_cpu(threads: int | None) -> TransformersBackend:
    """SmolLM2 on the CPU; no number of threads = torch's default."""
    if threads:
        torch.set_num_threads(threads)
    backend = smollm2()
    backend.setup.backend.device = "cpu"
    return backend


def rendered(backend: TransformersBackend, data: str, samples: int) -> Rows:
    """Token ids of the first prompts of MeQSum with three shots, chat template included."""
    task = Task(load_task("meqsum"), data_root(data), PromptConf())
    split = task.split()
    prompts = [task.prompt(sample, split.shots) for sample in split.scored[:samples]]
    return [backend.checkpoint.chat.render(prompt.messages) for prompt in prompts]


def _by_index(indices: Iterable[int], work: Callable[[], list[list[int]]]) -> Answers:
    return dict(zip(indices, work(), strict=True))


def on_cpu(rows: Rows, backend: TransformersBackend, budget: int) -> None:
    """Time the two loops and the project in rounds on SmolLM2; print rates, ratios and floors."""
    model, stop_ids = backend.checkpoint.model, backend.checkpoint.chat.stop_ids
    batched = BatchGenerator(model, TurnRules(backend.checkpoint.chat.tokenizer, stop_ids))
    ours(batched, rows[:4], 2)  # what is initialised once is not timed
    clocks = {"plain loop, batch 1": Clock(), "plain loop, batch 8": Clock(), "ours": Clock()}
    loops = list(zip(clocks.values(), (1, 8), strict=False))
    floors = Floors(model)
    for number in range(ROUNDS):
        clocks["ours"].run(lambda: ours(batched, rows, budget))
        floors.measure()
        indices = range(len(rows) * number // ROUNDS, len(rows) * (number + 1) // ROUNDS)
        part = [rows[index] for index in indices]
        for clock, size in loops:
            clock.run(
                partial(_by_index, indices, partial(plain, model, part, size, stop_ids, budget))
            )
    clocks["ours"].wall /= ROUNDS
    clocks["ours"].cpu /= ROUNDS
    _print(rows, clocks, floors)
    for clock, size in loops:
        changed = sum(clock.answers[i] != answer for i, answer in clocks["ours"].answers.items())
        assert not changed, f"{changed} of {len(rows)} answers differ from those of batch {size}"
    print("greedy tokens of all three are equal")


def _print(rows: Rows, clocks: dict[str, Clock], floors: Floors) -> None:
    mine = clocks["ours"]
    shared = len(common_prefix(rows))
    new = sum(len(row) - shared for row in rows)
    answered = sum(map(len, mine.answers.values()))
    print(
        f"{len(rows)} prompts: {sum(map(len, rows))} tokens, of them {shared} shared by all and "
        f"{new} new; answers {answered} tokens; {torch.get_num_threads()} threads"
    )
    for name, clock in clocks.items():
        print(
            f"{name:20} {clock.wall:7.1f} s {len(rows) / clock.wall:6.2f} samples/s"
            f" {clock.cpu:7.1f} CPU s {len(rows) / clock.cpu:6.2f} samples/CPU s"
            f"   ours is {clock.wall / mine.wall:.2f} times as fast, {clock.cpu / mine.cpu:.2f} "
            "by CPU s"
        )
    for line in floors.lines(shared + new, answered, mine.wall, mine.cpu):
        print(line)


def on_shape(rows: Rows, name: str, budget: int) -> None:
    """Time plain `generate` at several batch sizes, and the project, on random weights."""
    model = shape(name)
    rows = [[token % model.config.vocab_size for token in row] for row in rows]
    tokens = sum(map(len, rows)) + budget * len(rows)
    floors = Floors(model)
    floors.measure()
    timings: dict[str, tuple[Clock, str]] = {}
    for size in GPU_BATCHES:
        try:
            plain(model, rows[:size], size, [], 2)
            timings[f"generate, batch {size}"] = _watched(
                partial(_by_index, range(len(rows)), partial(plain, model, rows, size, [], budget))
            )
        except (RuntimeError, MemoryError) as error:
            if not is_exhausted(error):
                raise
            print(f"generate, batch {size}: out of memory")
            break
    batched = BatchGenerator(model, TurnRules())
    ours(batched, rows[:4], 2)
    mine = timings["ours"] = _watched(lambda: ours(batched, rows, budget))
    for title, (clock, memory) in timings.items():
        equal = sum(clock.answers[i] == answer for i, answer in mine[0].answers.items())
        print(
            f"{title:20} {clock.wall:7.1f} s {len(rows) / clock.wall:7.2f} samples/s, "
            f"{tokens / clock.wall:8.0f} tokens/s ({budget * len(rows) / clock.wall:.0f} new), "
            f"memory {memory}, {floors.share(tokens, clock.wall):.1%} of the peak, "
            f"{equal} answers as ours"
        )
    best = min(clock.wall for title, (clock, _) in timings.items() if title != "ours")
    print(
        f"ours (at most {batched.size} prompts and {batched.tokens} tokens in a batch, "
        f"{batched.halvings} halved) is {best / mine[0].wall:.2f} times as fast as the best of them"
    )


def _watched(work: Callable[[], Answers]) -> tuple[Clock, str]:
    clock = Clock()
    on_gpu = torch.cuda.is_available()
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    clock.run(work)
    peak = torch.cuda.max_memory_allocated() / 2**30 if on_gpu else 0
    return clock, f"{peak:.1f} GiB" if on_gpu else "not measured"


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, help="none = torch's default")
    parser.add_argument("--shape", choices=list(SHAPES), help="none = SmolLM2 on the CPU")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    backend = smollm2()
    rows = rendered(backend, arguments.data, arguments.samples)
    if arguments.shape:
        on_shape(rows, arguments.shape, arguments.new_tokens)
    else:
        backend.setup.backend.device = "cpu"
        on_cpu(rows, backend, arguments.new_tokens)


if __name__ == "__main__":
    main()
