"""Peak memory and CPU seconds of generation by the bound of a batch.

    python -m benchmarks.batch_memory --data DATA [--samples 64]

Each bound has a process of its own, one after another, in which one thread answers the same prompts
with SmolLM2 in float32. The table counts the answers that are equal to those of the default.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

from benchmarks.generation import rendered, smollm2_on_cpu
from benchmarks.generation_loops import ours
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.turn import TurnRules

BOUNDS = (0, 16384, 4096, 1024)
"""Tokens of a batch; 0 = the default."""
NEW_TOKENS = 64


def measure(data: str, samples: int, bound: int) -> None:
    """Print as JSON what the answers under one bound take, in this process."""
    backend = smollm2_on_cpu(threads=1)
    backend.setup.model.dtype = "float32"
    rows = rendered(backend, data, samples)
    model, chat = backend.checkpoint.model, backend.checkpoint.chat
    batches = BatchGenerator(model, TurnRules(chat.tokenizer, chat.stop_ids), bound or None)
    before = _peak()
    started = time.process_time()
    answers = ours(batches, rows, NEW_TOKENS)
    seconds = time.process_time() - started
    ordered = [answers[index] for index in range(len(rows))]
    print(
        json.dumps(
            {
                "tokens": batches.tokens,
                "seconds": seconds,
                "before": before,
                "peak": _peak(),
                "answers": ordered,
            }
        )
    )


def _peak() -> int:
    """Largest memory of this process until now, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Print a table with a row for each bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--bound", type=int, help="measure this bound only")
    arguments = parser.parse_args()
    if arguments.bound is not None:
        measure(arguments.data, arguments.samples, arguments.bound)
        return
    print("| batch_tokens | CPU s | ratio | MiB before the answers | peak MiB | equal answers |")
    print("|---|---|---|---|---|---|")
    results = []
    for bound in BOUNDS:
        command = [sys.executable, "-m", "benchmarks.batch_memory", *sys.argv[1:]]
        output = subprocess.check_output([*command, f"--bound={bound}"], text=True)
        results.append(json.loads(output.splitlines()[-1]))
        result, first = results[-1], results[0]
        equal = sum(a == b for a, b in zip(result["answers"], first["answers"], strict=True))
        print(
            f"| {result['tokens']} | {result['seconds']:.1f} "
            f"| {result['seconds'] / first['seconds']:.2f} "
            f"| {result['before']} | {result['peak']} | {equal} of {len(first['answers'])} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
