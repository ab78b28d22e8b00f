"""vLLM in this process on random weights of its own; no test has its environment."""

import os
import tempfile
from collections.abc import Sequence
from typing import Any


def answers_of_vllm(config: Any, works: Sequence[Any], *, graphs: bool = True) -> None:
    """Measure vLLM on the prompts of several tasks; an engine that does not start is a row.

    Args:
        config: of the model.
        works: `benchmarks.gpu.Work` of each task.
        graphs: with CUDA graphs.
    """
    way = "vllm" if graphs else "vllm, no CUDA graphs"
    if works[0].table.leaves_out(works[0].model_name, "all", way):
        return
    os.environ["VLLM_NO_USAGE_STATS"] = "1"
    os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")  # in this process
    import gc

    import torch
    from vllm import LLM, SamplingParams

    gc.collect()
    torch.cuda.empty_cache()
    with tempfile.TemporaryDirectory() as folder:
        config.architectures = ["LlamaForCausalLM"]
        config.save_pretrained(folder)
        try:
            engine = LLM(
                model=folder,
                load_format="dummy",
                skip_tokenizer_init=True,
                dtype="bfloat16",
                enable_prefix_caching=True,
                enforce_eager=not graphs,
                seed=0,
            )
        except Exception as error:  # its requirements are those of its release
            reason = f"{type(error).__name__}: {error}".split("\n")[0][:80]
            works[0].table.add(works[0].model_name, "all", way, f"failed: {reason}")
            return
        for work in works:
            prompts = [{"prompt_token_ids": row} for row in work.rows]
            length = work.prompts.budget
            params = SamplingParams(
                temperature=0, max_tokens=length, ignore_eos=True, detokenize=False
            )

            def run(prompts: Any = prompts, params: Any = params) -> dict[int, list[int]]:
                engine.generate(prompts, params)
                return {}

            work.measure(way, run, shares=True)
