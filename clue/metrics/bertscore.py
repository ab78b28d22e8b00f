"""BERTScore (Zhang et al. 2020, arXiv 1904.09675), by bert-score; no idf, no rescaling.

Every text is encoded once for precision, recall and F1; the vectors of references are stored on
disk.

A score is in 0 to 1. Cosines can be negative: where bert-score pads a pair, padding has a
similarity of 0, so a token without a similar one counts 0, but in the longest text of a batch it
counts below 0. Here every pair is padded, so a score does not depend on the rest of its batch.
Price: bert-score's own number for the longest text of a batch can be lower: with MiniLM on MeQSum
by 0.0003 for a question and its summary, by 0.011 for two unrelated summaries.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from clue.common.batch_plan import plan
from clue.metrics.encoder import release
from clue.metrics.encoder_files import find
from clue.metrics.scorer import Scores, Scoring

if TYPE_CHECKING:  # NumPy: commands that compute no metric read the list of metrics too
    from clue.metrics.embedding import Embedding, Tokens

__all__ = ["FLAGS", "cut", "release", "score", "signature"]

NAMES = ("bertscore_p", "bertscore_r", "bertscore_f1")
"""In the order of bert-score."""
TOKENS_IN_MEMORY = 2**17
"""Most tokens whose vectors are in memory at a time: 0.4 GB for SciBERT."""

Triple = Sequence[float | None]


def signature(name: str, scoring: Scoring) -> str:
    """Returns libraries, encoder and layer; locates the encoder and does not load it.

    Raises:
        ModelUnavailable: there is no encoder; says how to get it.
    """
    return f"{name}|{_embedding(scoring).signature}|no idf|no rescaling"


def score(
    names: Sequence[str],
    answers: Sequence[str | None],
    references: Sequence[str],
    scoring: Scoring,
) -> Scores:
    """Returns 0 to 1 per sample; a blank answer scores 0, a blank reference has no score.

    A text beyond the encoder's limit is scored by its beginning, see `cut`.
    """
    embedding = _embedding(scoring)
    pairs = list(zip([answer or "" for answer in answers], references, strict=True))
    scores: list[Triple] = [()] * len(pairs)
    count = embedding.most_tokens
    sizes = [(count(answer), count(reference)) for answer, reference in pairs]
    for chunk in plan(sizes, TOKENS_IN_MEMORY, len(pairs)):
        triples = _score([pairs[index] for index in chunk], embedding, scoring)
        for index, triple in zip(chunk, triples, strict=True):
            scores[index] = triple
    return {name: [triple[NAMES.index(name)] for triple in scores] for name in names}


def cut(texts: Sequence[str | None], scoring: Scoring) -> list[bool]:
    """Tests for each text if the encoder truncates it, shape (n,)."""
    embedding = _embedding(scoring)
    return [embedding.cuts(text or "") for text in texts]


FLAGS = {"bertscore_cut": cut}


def _embedding(scoring: Scoring) -> "Embedding":
    conf = scoring.conf.bertscore
    from clue.metrics.embedding import Embedding

    return Embedding(find(conf, scoring.cache), conf.batch_tokens)


def _score(
    pairs: Sequence[tuple[str, str]], embedding: "Embedding", scoring: Scoring
) -> list[Triple]:
    answers = scoring.answers.values(embedding, [answer for answer, _ in pairs])
    references = scoring.references.values(embedding, [reference for _, reference in pairs])
    scores: list[Triple] = [
        (None if reference.empty else 0.0,) * len(NAMES) for reference in references
    ]
    full = [i for i in range(len(pairs)) if not (answers[i].empty or references[i].empty)]
    sizes = [(len(answers[i].weights), len(references[i].weights)) for i in full]
    for positions in plan(sizes, embedding.batch_tokens, len(full)):
        batch = [full[position] for position in positions]
        triples = _match([answers[i] for i in batch], [references[i] for i in batch])
        for index, triple in zip(batch, triples, strict=True):
            scores[index] = triple
    return scores


def _match(answers: "Sequence[Tokens]", references: "Sequence[Tokens]") -> list[list[float]]:
    """Computes precision, recall and F1 of each pair, shape (n, 3)."""
    import torch
    from bert_score.utils import greedy_cos_idf

    triples = torch.stack(greedy_cos_idf(*_padded(references), *_padded(answers)), dim=1)
    clamped: list[list[float]] = triples.clamp(max=1).tolist()  # rounding can exceed 1
    return clamped


def _padded(texts: "Sequence[Tokens]") -> tuple[Any, Any, Any]:
    """Returns vectors, mask and weights for bert-score, with at least one token of padding."""
    import torch

    shape = (len(texts), 1 + max(len(text.weights) for text in texts))
    vectors = torch.ones(*shape, texts[0].vectors.shape[1])  # not 0: bert-score divides by the norm
    weights = torch.zeros(shape)
    mask = torch.zeros(shape)
    for row, text in enumerate(texts):
        length = len(text.weights)
        vectors[row, :length] = torch.from_numpy(text.vectors)
        weights[row, :length] = torch.from_numpy(text.weights)
        mask[row, :length] = 1
    return vectors, mask, weights
