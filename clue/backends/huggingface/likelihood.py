"""Log-probabilities of continuations of prompts, for a batch.

A prompt is read once for all of its continuations. The logits behind it hold the log-probability of
every first token, so that single letters need no further pass. Longer continuations are branches:
each is read behind its prompt, in the columns in which the one before was read, and nothing is
copied. Continuations with a common beginning are one branch up to their last tokens.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from clue.backends.huggingface.kv_cache import KvCache
from clue.backends.huggingface.prompt_reading import NOT_FINITE, PromptReader
from clue.backends.huggingface.shared_prefix import reading_order
from clue.checkpoints.continuation import ContinuedPrompt
from clue.errors import ModelError
from clue.records import TokenLogProbs

CHUNK = 2**24
"""Most logits that are in float32 at once; a vocabulary of 128,000 has 130 rows of them."""

Path = tuple[int, ...]
"""Token ids between a prompt and a token whose log-probability is needed."""
NextTokens = Mapping[Path, Sequence[int]]
"""Tokens whose log-probability is needed behind each path."""


@dataclass(frozen=True)
class LikelihoodReader:
    """A model with the prefix that all its prompts share."""

    model: Any
    reader: PromptReader

    def logprobs(self, prompts: Sequence[ContinuedPrompt]) -> list[list[TokenLogProbs]]:
        """Returns the log-probabilities of the continuations of each prompt, in float32.

        Args:
            prompts: shape (n,).

        Returns:
            Shape (n, continuations of the prompt).

        Raises:
            ModelError: the model computes no numbers.
        """
        contexts = [prompt.context for prompt in prompts]
        slots = reading_order(contexts, len(self.reader.prefix), self.reader.family_saving)
        ordered = [prompts[index] for index in slots]
        with torch.inference_mode():
            tables = self._read([prompt.context for prompt in ordered], _needs(ordered))
        scores = {
            index: [_score(table, continuation) for continuation in prompt.continuations]
            for index, prompt, table in zip(slots, ordered, tables, strict=True)
        }
        return [scores[index] for index in range(len(prompts))]

    def _read(
        self, contexts: Sequence[list[int]], needs: Sequence[NextTokens]
    ) -> list[dict[tuple[Path, int], float]]:
        """Log-probability by path and token of each row."""
        branches = [branches_of(need) for need in needs]
        longest = max((len(branch) for row in branches for branch in row), default=0)
        cache = self.reader.new_cache(contexts, longest)
        tables: list[dict[tuple[Path, int], float]] = [{} for _ in contexts]
        first = 0
        for logits in self.reader.read(cache, contexts):
            part = slice(first, first + len(logits))
            self._note(logits[:, None], [[()]] * len(logits), needs[part], tables[part])
            first = part.stop
        for number in range(max(map(len, branches))):
            paths = [row[number] if number < len(row) else () for row in branches]
            self._read_branch(cache, paths, needs, tables)
        return tables

    def _read_branch(
        self,
        cache: KvCache,
        paths: Sequence[Path],
        needs: Sequence[NextTokens],
        tables: Sequence[dict[tuple[Path, int], float]],
    ) -> None:
        """Reads one path behind each row; a row without another path reads padding."""
        width = max(map(len, paths))
        vocabulary = self.model.config.get_text_config().vocab_size
        rows = max(1, CHUNK // (width * vocabulary))
        for first in range(0, len(paths), rows):
            part = slice(first, min(first + rows, len(paths)))
            cache.prepare_continuation(part)
            ids = [[*path, *[0] * (width - len(path))] for path in paths[part]]
            logits = self.reader.logits(cache, ids, width)
            beginnings = [[path[: n + 1] for n in range(len(path))] for path in paths[part]]
            self._note(logits, beginnings, needs[part], tables[part])

    def _note(
        self,
        logits: torch.Tensor,
        paths: Sequence[Sequence[Path]],
        needs: Sequence[NextTokens],
        tables: Sequence[dict[tuple[Path, int], float]],
    ) -> None:
        """Enters the log-probabilities of the tokens that are needed behind some paths.

        Args:
            logits: shape (rows, width, vocabulary).
            paths: the path that each position ends, shape (rows, up to width).
            needs: of the rows.
            tables: of the rows, which get the values.
        """
        tokens = [
            (row, column, token)
            for row, row_paths in enumerate(paths)
            for column, path in enumerate(row_paths)
            for token in needs[row][path]
        ]
        values = logprobs_of(logits, tokens)
        if not all(value > float("-inf") for value in values):  # false for NaN too
            raise ModelError(NOT_FINITE.format(dtype=self.model.dtype))
        for (row, column, token), value in zip(tokens, values, strict=True):
            tables[row][paths[row][column], token] = value


def logprobs_of(logits: torch.Tensor, tokens: Sequence[tuple[int, int, int]]) -> list[float]:
    """Returns the log-probabilities of some tokens, computed in float32.

    Args:
        logits: shape (rows, width, vocabulary), of any type.
        tokens: row, column and id of each token, shape (n, 3).
    """
    step = max(1, CHUNK // (logits.shape[1] * logits.shape[2]))
    parts = (logits[first : first + step] for first in range(0, len(logits), step))
    normalisers = torch.cat([part.float().logsumexp(-1) for part in parts])
    rows, columns, ids = torch.tensor(tokens, device=logits.device).T
    values: list[float] = (logits[rows, columns, ids].float() - normalisers[rows, columns]).tolist()
    return values


def branches_of(paths: Iterable[Path]) -> list[Path]:
    """Returns the paths that begin no longer one: reading them reads all paths.

    >>> branches_of([(), (7,), (7, 8), (9,)])
    [(7, 8), (9,)]
    """
    ordered = sorted(set(paths))
    longer = [*ordered[1:], ()]
    return [
        path
        for path, next_path in zip(ordered, longer, strict=True)
        if path and next_path[: len(path)] != path
    ]


def _needs(prompts: Sequence[ContinuedPrompt]) -> list[NextTokens]:
    needs: list[NextTokens] = []
    for prompt in prompts:
        tokens: dict[Path, dict[int, None]] = {}
        for continuation in prompt.continuations:
            for number, token in enumerate(continuation):
                tokens.setdefault(tuple(continuation[:number]), {})[token] = None
        needs.append({path: list(ids) for path, ids in tokens.items()})
    return needs


def _score(table: Mapping[tuple[Path, int], float], continuation: Sequence[int]) -> TokenLogProbs:
    values = [
        table[tuple(continuation[:number]), token] for number, token in enumerate(continuation)
    ]
    return TokenLogProbs(tuple(continuation), tuple(values))
