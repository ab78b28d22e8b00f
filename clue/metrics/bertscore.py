"""BERTScore (Zhang et al. 2020, arXiv 1904.09675), by bert-score; no idf, no rescaling.

Every text is encoded once for precision, recall and F1; the vectors of references are kept on disk.

A score lies in 0 to 1. Cosines can be negative: where bert-score pads a pair, padding is a
similarity of 0, so that a token that resembles none counts 0, but in the longest text of a batch it
counts below 0. Here every pair is padded, and a score does not depend on what shares its batch.
Price: bert-score's own number for the longest text of a batch can be lower: with MiniLM on MeQSum
by 0.0003 for a question and its summary, by 0.011 for two unrelated summaries.
"""

from collections.abc import Sequence
from typing import Any

from clue.common.batch_plan import plan
from clue.metrics.embedding import Embedding, Tokens
from clue.metrics.encoder import release
from clue.metrics.encoder_files import find
from clue.metrics.options import Scores, Scoring

__all__ = ["FLAGS", "cut", "release", "score", "signature"]

NAMES = ("bertscore_p", "bertscore_r", "bertscore_f1")
"""In bert-score's order."""
KEPT_TOKENS = 2**17
"""Tokens whose vectors are in memory at a time: 0.4 GB for SciBERT."""

Triple = Sequence[float | None]


def signature(name: str, scoring: Scoring) -> str:
    """What made the score; looks for the encoder and does not load it.

    Raises:
        ModelUnavailable: the encoder is nowhere; says how to get it.
    """
    return f"{name}|{_embedding(scoring).signature}|no idf|no rescaling"


def score(
    names: Sequence[str],
    answers: Sequence[str | None],
    references: Sequence[str],
    scoring: Scoring,
) -> Scores:
    """A blank answer scores 0; a blank reference has no score.

    Texts that are longer than the encoder reads are scored by their beginning, see `cut`.
    """
    embedding = _embedding(scoring)
    pairs = list(zip([answer or "" for answer in answers], references, strict=True))
    scores: list[Triple] = [()] * len(pairs)
    most = embedding.most_tokens
    sizes = [(most(answer), most(reference)) for answer, reference in pairs]
    for chunk in plan(sizes, KEPT_TOKENS, len(pairs)):
        found = _score([pairs[index] for index in chunk], embedding, scoring)
        for index, triple in zip(chunk, found, strict=True):
            scores[index] = triple
    return {name: [triple[NAMES.index(name)] for triple in scores] for name in names}


def cut(texts: Sequence[str | None], scoring: Scoring) -> list[bool]:
    """Which texts the encoder reads the beginning of only, shape (n,)."""
    embedding = _embedding(scoring)
    return [embedding.cuts(text or "") for text in texts]


FLAGS = {"bertscore_cut": cut}


def _embedding(scoring: Scoring) -> Embedding:
    conf = scoring.conf.bertscore
    return Embedding(find(conf, scoring.cache), conf.batch_tokens)


def _score(
    pairs: Sequence[tuple[str, str]], embedding: Embedding, scoring: Scoring
) -> list[Triple]:
    answers = scoring.answers.values(embedding, [answer for answer, _ in pairs])
    references = scoring.references.values(embedding, [reference for _, reference in pairs])
    scores: list[Triple] = [
        (None if reference.empty else 0.0,) * len(NAMES) for reference in references
    ]
    full = [i for i in range(len(pairs)) if not (answers[i].empty or references[i].empty)]
    sizes = [(len(answers[i].weights), len(references[i].weights)) for i in full]
    for places in plan(sizes, embedding.batch_tokens, len(full)):
        batch = [full[place] for place in places]
        found = _match([answers[i] for i in batch], [references[i] for i in batch])
        for index, triple in zip(batch, found, strict=True):
            scores[index] = triple
    return scores


def _match(answers: Sequence[Tokens], references: Sequence[Tokens]) -> list[list[float]]:
    """Precision, recall and F1 of each pair, shape (n, 3)."""
    import torch
    from bert_score.utils import greedy_cos_idf

    triples = torch.stack(greedy_cos_idf(*_padded(references), *_padded(answers)), dim=1)
    made: list[list[float]] = triples.clamp(max=1).tolist()  # a cosine of 1 is rounded up at times
    return made


def _padded(texts: Sequence[Tokens]) -> tuple[Any, Any, Any]:
    """Vectors, mask and weights with one place of padding at least, in bert-score's form."""
    import torch

    shape = (len(texts), 1 + max(len(text.weights) for text in texts))
    vectors = torch.ones(*shape, texts[0].vectors.shape[1])  # not 0: they are divided by their norm
    weights = torch.zeros(shape)
    mask = torch.zeros(shape)
    for row, text in enumerate(texts):
        length = len(text.weights)
        vectors[row, :length] = torch.from_numpy(text.vectors)
        weights[row, :length] = torch.from_numpy(text.weights)
        mask[row, :length] = 1
    return vectors, mask, weights
