"""Embedding of a text for BERTScore: a vector and a weight for each token.

Tokens, vectors and weights are those of bert-score without idf: special tokens take part in the
matching, but [CLS] and [SEP] have weight 0 in the mean; all other tokens have weight 1.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clue.common.batch_plan import plan
from clue.common.library_version import version
from clue.metrics.encoder import Encoder

Floats = NDArray[np.float32]


class Tokens(NamedTuple):
    """Tokens of an encoded text."""

    vectors: Floats
    """Output of the compared layer, shape (tokens, hidden)."""
    weights: Floats
    """Shape (tokens,)."""

    @property
    def empty(self) -> bool:
        """True if no token has a weight: the text or its normal form is blank."""
        return not self.weights.any()


@dataclass(frozen=True)
class Embedding:
    """Token embeddings of a text, a `clue.metrics.feature_cache.Feature`."""

    encoder: Encoder
    batch_tokens: int
    """Most tokens of one batch, padding included."""

    @property
    def signature(self) -> str:
        """Libraries, weights, layer and data type."""
        return (
            f"bert-score {version('bert-score')}|transformers {version('transformers')}|"
            f"{self.encoder.label}@{self.encoder.identity}|layer {self.encoder.num_layers}|float32"
        )

    def compute(self, texts: Sequence[str]) -> list[Tokens]:
        """Encodes texts, shape (n,), in batches of similar length, the longest first."""
        rows = [self._ids(text) for text in texts]
        vectors = [np.zeros((0, 0), np.float32)] * len(rows)
        filled = [index for index, row in enumerate(rows) if row]
        lengths = [(len(rows[index]), 0) for index in filled]
        for batch in plan(lengths, self.batch_tokens, len(filled)):
            indices = [filled[position] for position in batch]
            outputs = self._encode([rows[index] for index in indices])
            for index, output in zip(indices, outputs, strict=True):
                vectors[index] = output[: len(rows[index])]
        return [Tokens(*pair) for pair in zip(vectors, map(self._weights, rows), strict=True)]

    def dump(self, value: Tokens) -> bytes:
        """Serializes to a NumPy file, the weights as the first column."""
        file = io.BytesIO()
        np.save(file, np.column_stack((value.weights, value.vectors)))
        return file.getvalue()

    def load(self, content: bytes) -> Tokens:
        """Deserializes a value; the inverse of `dump`."""
        columns = np.load(io.BytesIO(content), allow_pickle=False)
        return Tokens(columns[:, 1:], columns[:, 0])

    def most_tokens(self, text: str) -> int:
        """Estimates the most tokens that a text can have, without tokenizing it."""
        return min(len(text) + 2, self.encoder.limit)

    def cuts(self, text: str) -> bool:
        """Tests if the encoder truncates a text."""
        ids = self.encoder.tokenizer.encode(_valid(text), verbose=False)
        return len(ids) > self.encoder.limit

    def _ids(self, text: str) -> list[int]:
        from bert_score.utils import sent_encode

        if not text.strip():  # bert-score calls a method for blank texts that transformers removed
            return []
        ids: list[int] = sent_encode(self.encoder.tokenizer, _valid(text))
        return ids

    def _weights(self, ids: Sequence[int]) -> Floats:
        tokenizer = self.encoder.tokenizer
        unweighted = (tokenizer.cls_token_id, tokenizer.sep_token_id)
        return np.array([token not in unweighted for token in ids], np.float32)

    def _encode(self, rows: Sequence[Sequence[int]]) -> Floats:
        """Encodes one batch, shape (rows, longest, hidden)."""
        from bert_score.utils import bert_encode, padding

        model = self.encoder.model(self.batch_tokens)
        ids, _, mask = padding(rows, self.encoder.tokenizer.pad_token_id)
        output: Floats = bert_encode(model, ids.to(model.device), mask.to(model.device)).cpu()
        return np.asarray(output)


def _valid(text: str) -> str:
    """Replaces lone surrogates, which tokenizers refuse, by question marks."""
    return text.encode("utf-8", "replace").decode()
