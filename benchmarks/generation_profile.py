"""Profile of generation on the CPU: seconds of matrix products, attention and everything else.

    python -m benchmarks.generation_profile --data DATA [--samples 64] [--dtype bfloat16]

One thread answers MeQSum with SmolLM2 on the CPU, once with torch's profiler and in several rounds
without it: in turn as the project does, with rows that have copies of the prefix of all prompts,
and with linear layers in PyTorch's layout where the project packs them. The table has the seconds,
operations and rates of the matrix products by the number of their rows (512 while prompts are read,
one per running answer afterwards) and of the attention by the number of its queries, beside the
rate of a large matrix product of the same dtype and library in the same run.
"""

import argparse
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch.profiler import ProfilerActivity, profile

from benchmarks.generation import rendered, smollm2_on_cpu
from benchmarks.generation_loops import Answers, Rows, ours
from benchmarks.generation_rates import Floors
from clue.backends.huggingface.backend import TransformersBackend
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.packed_linear import PackedLinear, pack, unpack
from clue.backends.huggingface.prefix_attention import NAME
from clue.backends.huggingface.shared_prefix import common_prefix
from clue.backends.huggingface.turn import TurnRules

PRODUCTS = ("aten::mm", "mkldnn::_linear_pointwise")
ATTENTION = "aten::_scaled_dot_product_flash_attention_for_cpu"
OURS, COPIES, UNPACKED = "the project", "with copies of the prefix", "without packed layers"
STEPS = (8, 64, 256)
"""Upper bounds of the groups of rows or queries; more are the last group."""
NEW_TOKENS = 64
ROUNDS = 2


@dataclass
class Cost:
    """Seconds and floating-point operations of a kind of work."""

    seconds: float = 0.0
    flop: float = 0.0


def costs(events: Iterable[Any]) -> dict[str, Cost]:
    """Sums profiled operations by kind.

    Args:
        events: averages of torch's profiler, grouped by the shapes of inputs.
    """
    sums: defaultdict[str, Cost] = defaultdict(Cost)
    for event in events:
        cost = sums[_kind(event)]
        cost.seconds += event.self_cpu_time_total / 1e6
        cost.flop += event.count * _flop(event)
    return dict(sums)


def _kind(event: Any) -> str:
    if event.key in PRODUCTS:
        return f"matrix products of {_group(math.prod(event.input_shapes[0][:-1]))} rows"
    if event.key == ATTENTION:
        return f"attention of {_group(event.input_shapes[0][2])} queries"
    return "everything else"


def _group(number: int) -> str:
    """Group of a number of rows.

    >>> _group(8), _group(9), _group(512)
    ('up to 8', '9 to 64', 'over 256')
    """
    low = 1
    for high in STEPS:
        if number <= high:
            return f"{low} to {high}" if low > 1 else f"up to {high}"
        low = high + 1
    return f"over {STEPS[-1]}"


def _flop(event: Any) -> float:
    """Operations of one call; those of attention without regard to its mask."""
    if event.key in PRODUCTS:
        states, weight = event.input_shapes[:2]
        columns = weight[1] if event.key == PRODUCTS[0] else weight[0]  # packed: (out, in)
        return float(2 * math.prod(states) * columns)
    if event.key == ATTENTION:
        batch, heads, queries, size = event.input_shapes[0]
        return float(4 * batch * heads * queries * event.input_shapes[1][2] * size)
    return 0.0


def lines(sums: dict[str, Cost], peak: float) -> Iterator[str]:
    """Yields the rows of a table, the longest work first; `peak` in FLOP per second."""
    total = sum(cost.seconds for cost in sums.values())
    for kind, cost in sorted(sums.items(), key=lambda entry: -entry[1].seconds):
        text = f"{kind:36} {cost.seconds:6.2f} s {cost.seconds / total:6.1%}"
        if cost.flop:
            rate = cost.flop / cost.seconds
            text += f" {cost.flop / 1e9:7.0f} GFLOP {rate / 1e9:6.1f} GFLOP/s {rate / peak:4.0%}"
        yield text


def seen_tokens(rows: Rows, shared: int, answered: Sequence[int]) -> int:
    """Sum over the tokens that are read or answered of the tokens that each sees.

    Args:
        rows: token ids of the prompts, shape (n, any).
        shared: tokens that begin all rows and are read once.
        answered: tokens of each answer, shape (n,).

    >>> seen_tokens([[1, 2, 3], [1, 2, 4]], 2, [0, 1])
    13
    """
    ends = [len(row) + new for row, new in zip(rows, answered, strict=True)]
    return _triangle(shared) + sum(_triangle(end) - _triangle(shared) for end in ends)


def _triangle(tokens: int) -> int:
    return tokens * (tokens + 1) // 2


def timed(
    model: Any, batched: BatchGenerator, rows: Rows, floors: Floors
) -> tuple[dict[str, float], dict[str, Answers]]:
    """Measures generation in each way in turn.

    Returns:
        Least CPU seconds and the answers, by way; the model remains as it was.
    """
    seconds: dict[str, float] = {}
    answers: dict[str, Answers] = {}
    is_packed = any(isinstance(module, PackedLinear) for module in model.modules())
    for _ in range(ROUNDS):
        for way in (COPIES, *([UNPACKED] if is_packed else []), OURS):
            model.set_attn_implementation("sdpa" if way == COPIES else NAME)
            if is_packed:
                (unpack if way == UNPACKED else pack)(model)
            floors.measure()
            started = time.process_time()
            answers[way] = ours(batched, rows, NEW_TOKENS)
            spent = time.process_time() - started
            seconds[way] = min(seconds.get(way, spent), spent)
    return seconds, answers


def measure(backend: TransformersBackend, rows: Rows) -> None:
    """Print the table of some prompts."""
    model, chat = backend.checkpoint.model, backend.checkpoint.chat
    batched = BatchGenerator(model, TurnRules(chat.tokenizer, chat.stop_ids))
    ours(batched, rows[:4], 2)  # what is initialised once is not timed
    floors = Floors(model)
    seconds, answers = timed(model, batched, rows, floors)
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as profiler:
        ours(batched, rows, NEW_TOKENS)
    shared, answered = len(common_prefix(rows)), sum(map(len, answers[OURS].values()))
    read = shared + sum(len(row) - shared for row in rows)
    seen = seen_tokens(rows, shared, [len(answers[OURS][index]) for index in range(len(rows))])
    needs = [flop / floors.matmul_cpu for flop in floors.necessary(read, answered, seen)]
    print(f"{len(rows)} prompts, {read} tokens to read, {answered} answered, {model.dtype}")
    for line in lines(costs(profiler.key_averages(group_by_input_shape=True)), floors.matmul_cpu):
        print(line)
    print(
        f"necessary products at {floors.matmul_cpu / 1e9:.0f} GFLOP/s: linear layers "
        f"{needs[0]:.1f} s, attention {needs[1]:.1f} s"
    )
    for way in sorted(seconds, key=lambda way: seconds[way]):
        cpu = seconds[way]
        equal = sum(answers[way][index] == answers[OURS][index] for index in range(len(rows)))
        print(
            f"{way}, without the profiler: {cpu:.1f} CPU s, {cpu / seconds[OURS]:.2f} times the "
            f"project, necessary products {sum(needs) / cpu:.0%} (linear layers "
            f"{needs[0] / cpu:.0%}), {equal} of {len(rows)} answers equal"
        )


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--dtype", default="float32")
    arguments = parser.parse_args()
    backend = smollm2_on_cpu(threads=1)
    backend.setup.model.dtype = arguments.dtype
    measure(backend, rendered(backend, arguments.data, arguments.samples))


if __name__ == "__main__":
    main()
