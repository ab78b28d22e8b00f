"""Hugging Face transformers on this machine: greedy, left-padded, ordered by length, batched by tokens."""

import logging
import resource
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from clue import weights
from clue.backends import Setup
from clue.batches import plan
from clue.chat import Chat
from clue.records import Completion, FinishReason, Prompt

log = logging.getLogger(__name__)

STOP_WINDOW = 16
"""Last tokens of an answer that are searched for a stop string at every step."""


class TransformersBackend:
    """One model, loaded when the first answer is asked for and kept until the job ends."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._ids: dict[str, list[int]] = {}

    def identity(self) -> dict[str, Any]:
        """Weights, layout of the chat, decoding."""
        return {
            "name": "transformers",
            "weights": self.checkpoint.identity or getattr(self._config, "_commit_hash", None),
            "adapter": self._adapter_identity(),
            "chat": self.chat.facts,
        }

    def context(self) -> int | None:
        """The smaller of what the model file and what the checkpoint's config say."""
        said = (self.setup.model.context, getattr(self._config, "max_position_embeddings", None))
        return min((tokens for tokens in said if tokens), default=None)

    def count(self, prompt: Prompt) -> int:
        """Token ids after the chat template."""
        return len(self._render(prompt))

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Batches from the longest prompt to the shortest, so that a batch too large fails first."""
        budgets = [(self.count(prompt), prompt.max_new_tokens) for prompt in prompts]
        conf = self.setup.backend
        for batch in plan(budgets, conf.batch_tokens, conf.batch_size):
            if set(batch) - set(done):
                for index, completion in zip(batch, self._answer([prompts[i] for i in batch]), strict=True):
                    if index not in done:
                        yield index, completion

    def facts(self) -> dict[str, Any]:
        """Device, versions, peak memory in bytes (of the process; of the GPUs where there are some)."""
        import torch

        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        gpus = range(torch.cuda.device_count())
        return {
            "device": ", ".join(torch.cuda.get_device_name(gpu) for gpu in gpus) or "cpu",
            "torch": torch.__version__,
            "transformers": version("transformers"),
            "threads": torch.get_num_threads(),
            "peak_memory_bytes": peak,
            "peak_gpu_memory_bytes": sum(torch.cuda.max_memory_allocated(gpu) for gpu in gpus),
        }

    @cached_property
    def checkpoint(self) -> weights.Checkpoint:
        """Where the weights are."""
        return weights.locate(self.setup.model, self.setup.models, self.setup.cache)

    @cached_property
    def chat(self) -> Chat:
        """The tokenizer and how this model wants its turns."""
        from transformers import AutoTokenizer

        with weights.explained(self.setup.model):
            tokenizer = AutoTokenizer.from_pretrained(self.checkpoint.source, **self._revision)
        return Chat(tokenizer, ends=self._ends())

    @cached_property
    def model(self) -> Any:
        """The weights, on their device, without the sampling habits that checkpoints ship."""
        import torch
        from transformers import AutoModelForCausalLM, GenerationConfig

        conf = self.setup.model
        started = time.perf_counter()
        with weights.explained(conf):
            model = AutoModelForCausalLM.from_pretrained(
                self.checkpoint.source,
                dtype=getattr(torch, conf.dtype),
                device_map=self._device_map(),
                **self._revision,
            )
            if conf.adapter:
                from peft import PeftModel

                model = PeftModel.from_pretrained(model, conf.adapter)
        model.generation_config = GenerationConfig(
            do_sample=False, eos_token_id=self.chat.stop_ids, pad_token_id=self._pad
        )
        log.info("loaded %s on %s in %.0f s", conf.label, model.device, time.perf_counter() - started)
        return model.eval()

    @cached_property
    def _config(self) -> Any:
        from transformers import AutoConfig

        with weights.explained(self.setup.model):
            return AutoConfig.from_pretrained(self.checkpoint.source, **self._revision)

    @property
    def _revision(self) -> dict[str, str]:
        return {"revision": self.checkpoint.revision} if self.checkpoint.revision else {}

    @property
    def _pad(self) -> int:
        """Padding is masked: any id serves where a tokenizer has none."""
        pad = self.chat.tokenizer.pad_token_id
        return int(pad if pad is not None else self.chat.stop_ids[0] if self.chat.stop_ids else 0)

    def _ends(self) -> list[int]:
        """Ids that end a turn according to config and generation config."""
        from transformers import GenerationConfig

        try:
            said = GenerationConfig.from_pretrained(self.checkpoint.source, **self._revision).eos_token_id
        except OSError:  # many checkpoints have no generation config; the config's end remains
            said = getattr(self._config, "eos_token_id", None)
        return [] if said is None else [said] if isinstance(said, int) else list(said)

    def _adapter_identity(self) -> str | None:
        adapter = self.setup.model.adapter
        if adapter and Path(adapter).is_dir():
            return weights.digest(Path(adapter), self.setup.cache)
        return adapter

    def _device_map(self) -> str | None:
        import torch

        device = self.setup.backend.device
        if device != "auto":
            return device
        return "auto" if torch.cuda.is_available() else "cpu"

    def _render(self, prompt: Prompt) -> list[int]:
        if prompt.sha256 not in self._ids:
            self._ids[prompt.sha256] = self.chat.render(prompt.messages)
        return self._ids[prompt.sha256]

    def _answer(self, prompts: Sequence[Prompt]) -> list[Completion]:
        import torch

        rows = [self._render(prompt) for prompt in prompts]
        width = max(map(len, rows))
        started = time.perf_counter()
        ids = torch.tensor([[self._pad] * (width - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
        with torch.inference_mode():
            out = self.model.generate(
                input_ids=ids.to(self.model.device),
                attention_mask=mask.to(self.model.device),
                max_new_tokens=max(prompt.max_new_tokens for prompt in prompts),
                stopping_criteria=self._criteria(width),
            )
        share = (time.perf_counter() - started) / len(rows)
        answers = out[:, width:].tolist()
        return [self._completion(len(row), answer, share) for row, answer in zip(rows, answers, strict=True)]

    def _completion(self, prompt_tokens: int, answer: list[int], seconds: float) -> Completion:
        """Cut an answer where its turn ends; the rest of its row is padding or was never asked for."""
        ends = [place for place, token in enumerate(answer) if token in self.chat.stop_ids]
        kept = answer[: ends[0]] if ends else answer
        text: str = self.chat.tokenizer.decode(
            kept, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        reason: FinishReason = "stop" if ends else "length"
        for stop in self.chat.stop_strings:
            if stop in text:
                text, reason = text.partition(stop)[0], "stop"
        return Completion(text, reason, prompt_tokens, len(kept) + bool(ends), seconds)

    def _criteria(self, width: int) -> Any:
        """Ends a row whose last tokens hold a stop string (the library's own needs seconds per vocabulary)."""
        import torch
        from transformers import StoppingCriteriaList

        stops, decode = self.chat.stop_strings, self.chat.tokenizer.batch_decode

        def ended(ids: Any, scores: Any, **_: Any) -> Any:
            texts = decode(ids[:, width:][:, -STOP_WINDOW:])
            return torch.tensor([any(stop in text for stop in stops) for text in texts], device=ids.device)

        return StoppingCriteriaList([ended] if stops else [])
