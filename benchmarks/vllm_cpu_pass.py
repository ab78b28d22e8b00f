"""Passes of vLLM for `benchmarks.vllm_cpu`; its environment has vLLM and not this project."""

import json
import os
import resource
import sys
import time
from pathlib import Path


def main(folder: Path) -> None:
    """Print as JSON what two passes over the prompts of a folder take."""
    os.environ["VLLM_NO_USAGE_STATS"] = "1"
    os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "4")
    from vllm import LLM, SamplingParams

    prompts = json.loads((folder / "prompts.json").read_text())
    engine = LLM(
        str(folder),
        dtype="float32",
        enforce_eager=True,
        max_model_len=4096,
        enable_prefix_caching=True,
    )
    sampling = SamplingParams(
        temperature=0,
        max_tokens=prompts["new_tokens"],
        stop_token_ids=prompts["stop"],
        detokenize=False,
    )
    requests = [{"prompt_token_ids": row} for row in prompts["rows"]]
    seconds, outputs = [], []
    for _ in range(2):
        started = time.perf_counter()
        outputs = engine.generate(requests, sampling, use_tqdm=False)
        seconds.append(time.perf_counter() - started)
    tokens = [output.outputs[0].token_ids for output in outputs]
    answers = [[token for token in row if token not in prompts["stop"]] for row in tokens]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "answers": answers}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
