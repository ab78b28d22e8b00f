"""Hugging Face transformers on this machine: answers in batches, greedy or sampled."""

import resource
import sys
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from clue.backends import Backend, Setup
from clue.backends.draw_key import draw_key
from clue.backends.huggingface.architecture import auto_class
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.backends.huggingface.memory import devices
from clue.backends.huggingface.quantization import check_loadable
from clue.backends.huggingface.turn import AnswerRequest, Turn, TurnRules
from clue.backends.two_phases import TWO_PHASES, ThoughtReader, thought_form
from clue.checkpoints.continuation import continued_prompt
from clue.common.library_version import version
from clue.config.generation_schema import COT
from clue.records import Completion, Prompt, TokenLogProbs

if TYPE_CHECKING:  # torch takes seconds
    from clue.backends.huggingface.batching import BatchGenerator

SAMPLING_SCHEME = "gumbel-1"
"""Name of the rule of `clue.backends.huggingface.sampling` in fingerprints; a rule that gives other
answers has another name."""


class TransformersBackend(Backend):
    """One model, loaded for the first answer and kept until the job ends."""

    def __init__(self, setup: Setup) -> None:
        from transformers.utils import logging as library

        if not sys.stderr.isatty():  # progress bars of loading fill a log file
            library.disable_progress_bar()
        self.setup = setup
        self.checkpoint = Checkpoint(setup)
        self._ids: dict[str, list[int]] = {}

    def identity(self) -> dict[str, Any]:
        """Weights, layout of the chat, decoding.

        Raises:
            ModelUnavailable: there are no weights, or this machine cannot load them.
            ModelError: the model does not answer text.
        """
        check_loadable(self.setup.model, self.checkpoint.config)
        auto_class(self.setup.model.label, self.checkpoint.config)
        return {
            "name": "transformers",
            **self.checkpoint.identity(),
            **self.setup.ways(SAMPLING_SCHEME, TWO_PHASES),
        }

    def notes(self) -> tuple[str, ...]:
        """Notes on the layout of turns."""
        return self.checkpoint.notes

    def context(self) -> int | None:
        """Smaller context of the model file and the checkpoint's config."""
        return self.checkpoint.context()

    def count(self, prompt: Prompt) -> int:
        """Token ids after the chat template."""
        return len(self._render(prompt))

    def room(self, prompt: Prompt) -> int:
        """Without the budget of a thought if the model has no form of thoughts."""
        return prompt.room if self._rules.form else prompt.max_new_tokens

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Yields completions batch by batch; see `clue.backends.huggingface.batching`.

        Raises:
            ModelError: memory does not suffice for a single prompt.
        """
        requests = [self._request(prompt) for prompt in prompts]
        for index, turn, seconds in self._batches.answers(requests, done):
            yield index, self._completion(turn, seconds)

    def likelihood_problem(self) -> str | None:
        """Nothing prevents it."""
        return None

    def loglikelihood(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        done: Collection[int] = (),
    ) -> Iterator[tuple[int, list[TokenLogProbs]]]:
        """Yields log-probabilities batch by batch; see `clue.backends.huggingface.likelihood`.

        Raises:
            ModelError: memory does not suffice for a single prompt, or a continuation has no token.
        """
        pairs = zip(prompts, continuations, strict=True)
        rows = [continued_prompt(self.checkpoint.chat, prompt, texts) for prompt, texts in pairs]
        yield from self._batches.logprobs(rows, done)

    def facts(self) -> dict[str, Any]:
        """Device, versions, bounds and halvings of batches, peak memory in bytes."""
        import torch

        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        gpus = range(torch.cuda.device_count())
        return {
            "device": devices(),
            "torch": torch.__version__,
            "transformers": version("transformers"),
            "threads": torch.get_num_threads(),
            **self._batch_facts(),
            "peak_memory_bytes": peak,
            "peak_gpu_memory_bytes": sum(torch.cuda.max_memory_allocated(gpu) for gpu in gpus),
        }

    def _request(self, prompt: Prompt) -> AnswerRequest:
        generation, rules = self.setup.generation, self._rules
        # a closing needs its own tokens, and a thought at least one
        thought = max(prompt.thought_tokens, 1 + len(rules.closing))
        return AnswerRequest(
            *(self._render(prompt), prompt.max_new_tokens),
            thought=thought if rules.form and prompt.thought_tokens else 0,
            noise=draw_key(generation, self.setup.model.label, prompt)
            if generation.is_sampled
            else 0,
        )

    def _completion(self, turn: Turn, seconds: float) -> Completion:
        """The completion of a turn, with its thought."""
        chat, start, request = self.checkpoint.chat, turn.answer_start, turn.request
        end = len(turn.tokens) if start is None else start
        answer = turn.tokens[end:][: request.budget]
        completion = chat.completion(len(request.ids), answer, seconds)
        if not request.thought:
            return completion
        assert self._rules.form
        thought = _without_stop(turn.tokens[:end], chat.stop_ids)
        text = chat.tokenizer.decode(thought, clean_up_tokenization_spaces=False)
        return self._rules.form.with_thought(completion, text, end, is_cut=turn.is_cut)

    def _render(self, prompt: Prompt) -> list[int]:
        if prompt.sha256 not in self._ids:
            self._ids[prompt.sha256] = self.checkpoint.chat.render(prompt.messages)
        return self._ids[prompt.sha256]

    @cached_property
    def _rules(self) -> TurnRules:
        chat, thinking = self.checkpoint.chat, self.setup.thinking
        form = thought_form(thinking, chat)
        return TurnRules(
            *(chat.tokenizer, chat.stop_ids, chat.stop_strings, form),
            closing=ThoughtReader(chat, form).ids_of(form.closing) if form else (),
            closes_turns=thinking.mode == COT,
        )

    @cached_property
    def _batches(self) -> "BatchGenerator":
        from clue.backends.huggingface.batching import BatchGenerator
        from clue.backends.huggingface.sampling import Sampler

        conf, generation = self.setup.backend, self.setup.generation
        sampler = Sampler(generation.temperature, generation.top_p, generation.top_k)
        return BatchGenerator(
            self.checkpoint.model,
            self._rules,
            conf.batch_tokens,
            conf.batch_size,
            sampler if generation.is_sampled else None,
        )

    def _batch_facts(self) -> dict[str, int | None]:
        """Bounds of batches and number of halvings; empty if no model was loaded."""
        if "_batches" not in self.__dict__:
            return {}
        batches = self._batches
        return {
            "batch_tokens": batches.tokens,
            "batch_size": batches.size,
            "batch_halvings": batches.halvings,
        }


def _without_stop(tokens: Sequence[int], stop_ids: Collection[int]) -> Sequence[int]:
    """Tokens without the end of a turn as the last one."""
    return tokens[:-1] if tokens and tokens[-1] in stop_ids else tokens
