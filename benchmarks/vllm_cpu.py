"""Generation on the CPU beside vLLM in process: seconds, memory, equal answers.

    python -m benchmarks.vllm_cpu --data DATA --python VLLM/bin/python [--samples 64] [--rounds 2]

`VLLM/bin/python` is the interpreter of an environment with vLLM for the CPU. The project and vLLM
answer the same token ids of MeQSum's prompts with SmolLM2 in float32 in turn, each in a process of
its own with all cores; vLLM answers them a second time from its cache of prompts. Loading is not
part of the seconds. The rate of a large matrix product with as many threads gives the floor.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.generation import rendered, smollm2_on_cpu
from benchmarks.generation_loops import ours
from benchmarks.generation_rates import Floors
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.packed_linear import unpack
from clue.backends.huggingface.shared_prefix import common_prefix
from clue.backends.huggingface.turn import TurnRules

NEW_TOKENS = 64
VLLM = Path(__file__).with_name("vllm_cpu_pass.py")


def our_pass(folder: Path) -> None:
    """Print as JSON what the project takes for the prompts of a folder, in this process."""
    backend = smollm2_on_cpu(threads=torch.get_num_threads())
    backend.setup.model.dtype = "float32"
    prompts = json.loads((folder / "prompts.json").read_text())
    rows = prompts["rows"]
    model, chat = backend.checkpoint.model, backend.checkpoint.chat
    batches = BatchGenerator(model, TurnRules(chat.tokenizer, chat.stop_ids))
    floors = Floors(model)
    floors.measure()
    started = time.perf_counter()
    answers = ours(batches, rows, NEW_TOKENS)
    seconds = time.perf_counter() - started
    shared, answered = len(common_prefix(rows)), sum(map(len, answers.values()))
    read = shared + sum(len(row) - shared for row in rows)
    flop, _ = floors.necessary(read, answered, 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    ordered = [
        [token for token in answers[index] if token not in prompts["stop"]]
        for index in range(len(rows))
    ]
    facts = {"seconds": [seconds], "peak": peak, "floor": flop / floors.matmul}
    print(json.dumps({**facts, "answers": ordered}))


def prepare(data: str, samples: int, folder: Path) -> None:
    """Write the checkpoint and the prompts, which both engines read."""
    backend = smollm2_on_cpu(threads=torch.get_num_threads())
    backend.setup.model.dtype = "float32"
    rows, chat = rendered(backend, data, samples), backend.checkpoint.chat
    backend.checkpoint.model.set_attn_implementation("sdpa")
    unpack(backend.checkpoint.model)  # packed weights are not saved
    backend.checkpoint.model.save_pretrained(folder)
    chat.tokenizer.save_pretrained(folder)
    prompts = {"rows": rows, "stop": list(chat.stop_ids), "new_tokens": NEW_TOKENS}
    (folder / "prompts.json").write_text(json.dumps(prompts))


def result(command: list[str]) -> dict[str, Any]:
    """Runs a pass and reads its last line."""
    output = subprocess.check_output(command, text=True)
    facts: dict[str, Any] = json.loads(output.splitlines()[-1])
    return facts


def main() -> None:
    """Print a line for each round and engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    parser.add_argument("--python", help="interpreter with vLLM")
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--pass-of", type=Path, help="answer the prompts of this folder")
    arguments = parser.parse_args()
    if arguments.pass_of:
        our_pass(arguments.pass_of)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(arguments.data, arguments.samples, folder)
        for _ in range(arguments.rounds):
            mine = result([sys.executable, "-m", "benchmarks.vllm_cpu", "--pass-of", str(folder)])
            theirs = result([arguments.python, str(VLLM), str(folder)])
            equal = sum(a == b for a, b in zip(mine["answers"], theirs["answers"], strict=True))
            [seconds], (first, second) = mine["seconds"], theirs["seconds"]
            print(
                f"ours {seconds:.1f} s, {mine['peak']} MiB, products alone {mine['floor']:.1f} s; "
                f"vLLM {first:.1f} s ({first / seconds:.2f} of ours), with all prompts in its "
                f"cache {second:.1f} s ({second / seconds:.2f}), {theirs['peak']} MiB; "
                f"{equal} of {len(mine['answers'])} answers equal",
                flush=True,
            )


if __name__ == "__main__":
    main()
