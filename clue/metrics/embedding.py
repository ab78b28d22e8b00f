"""A text as BERTScore sees it: a vector and a weight for each of its tokens.

Tokens, vectors and weights are those of bert-score without idf: special tokens take part in the
matching, but those at the ends ([CLS], [SEP]) have weight 0 in the mean; all others have 1.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clue.common.batch_plan import plan
from clue.metrics.encoder import Encoder

Floats = NDArray[np.float32]


class Tokens(NamedTuple):
    """An encoded text."""

    vectors: Floats
    """The compared layer's output, shape (tokens, hidden)."""
    weights: Floats
    """Shape (tokens,)."""

    @property
    def empty(self) -> bool:
        """Whether no token counts: the text is blank, or its normal form is."""
        return not self.weights.any()


@dataclass(frozen=True)
class Embedding:
    """A `clue.metrics.feature_cache.Feature`."""

    encoder: Encoder
    batch_tokens: int
    """Upper bound of one batch, padding included."""

    @property
    def signature(self) -> str:
        """Libraries, weights, layer, type."""
        return (
            f"bert-score {version('bert-score')}|transformers {version('transformers')}|"
            f"{self.encoder.label}@{self.encoder.identity}|layer {self.encoder.num_layers}|float32"
        )

    def compute(self, texts: Sequence[str]) -> list[Tokens]:
        """Values of the texts, shape (n,); batches of similar length, the longest first."""
        rows = [self._ids(text) for text in texts]
        vectors = [np.zeros((0, 0), np.float32)] * len(rows)
        filled = [index for index, row in enumerate(rows) if row]
        lengths = [(len(rows[index]), 0) for index in filled]
        for batch in plan(lengths, self.batch_tokens, len(filled)):
            indices = [filled[place] for place in batch]
            outputs = self._encode([rows[index] for index in indices])
            for index, output in zip(indices, outputs, strict=True):
                vectors[index] = output[: len(rows[index])]
        return [Tokens(*pair) for pair in zip(vectors, map(self._weights, rows), strict=True)]

    def dump(self, value: Tokens) -> bytes:
        """A NumPy file, the weights as the first column."""
        file = io.BytesIO()
        np.save(file, np.column_stack((value.weights, value.vectors)))
        return file.getvalue()

    def load(self, content: bytes) -> Tokens:
        """The inverse of `dump`."""
        columns = np.load(io.BytesIO(content), allow_pickle=False)
        return Tokens(columns[:, 1:], columns[:, 0])

    def most_tokens(self, text: str) -> int:
        """About the most tokens that a text comes to, without splitting it."""
        return min(len(text) + 2, self.encoder.limit)

    def cuts(self, text: str) -> bool:
        """Whether the encoder reads only the beginning of a text."""
        ids = self.encoder.tokenizer.encode(_valid(text), verbose=False)
        return len(ids) > self.encoder.limit

    def _ids(self, text: str) -> list[int]:
        from bert_score.utils import sent_encode

        if not text.strip():  # bert-score encodes nothing in a way that transformers has dropped
            return []
        ids: list[int] = sent_encode(self.encoder.tokenizer, _valid(text))
        return ids

    def _weights(self, ids: Sequence[int]) -> Floats:
        tokenizer = self.encoder.tokenizer
        ends = (tokenizer.cls_token_id, tokenizer.sep_token_id)
        return np.array([token not in ends for token in ids], np.float32)

    def _encode(self, rows: Sequence[Sequence[int]]) -> Floats:
        """Outputs of one batch, shape (rows, longest, hidden)."""
        from bert_score.utils import bert_encode, padding

        model = self.encoder.model
        ids, _, mask = padding(rows, self.encoder.tokenizer.pad_token_id)
        output: Floats = bert_encode(model, ids.to(model.device), mask.to(model.device)).cpu()
        return np.asarray(output)


def _valid(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair, which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode()
