"""Sentences on sampled answers: settings, and what sampling adds to the error of a difference."""

from collections.abc import Collection, Iterator, Sequence

from analysis.names import in_sentence
from analysis.number_format import points, whole_percent
from analysis.paired_study.draw_rows import DrawRow, SampledScore
from analysis.paired_study.score_key import ScoreKey
from clue.common.plural import counted
from clue.marks import marked

LEAD = (
    "Prompts were answered several times, with chance in the choice of tokens. The draws of a "
    "prompt are averaged before anything is compared. Differences, intervals and tests are "
    "therefore about the mean answer, and their errors contain the chance of the draws. "
    "Votes and pass rates describe single models and are not tested."
)
NOISE = {
    True: "with the same random numbers for both models",
    False: "with random numbers of their own for each model",
}
"""`SampledScore.coupled` in words."""


def sentence(row: DrawRow) -> str:
    """The share of sampling, the draws worth having, and the votes, after the marks."""
    key, score = row.key, row.score
    parts = [
        f"{key.tuned} against {key.base} on {in_sentence(key.task)}: "
        f"{counted(score.draws, 'draw')} of each prompt, {NOISE[score.coupled]}.",
        *_unequal(key, score),
        _error(score),
    ]
    if score.vote_base is not None and score.vote_tuned is not None:
        parts.append(
            f"The vote scores {points(score.vote_base)} for {key.base} and "
            f"{points(score.vote_tuned)} for {key.tuned}."
        )
    return marked(score.marks, " ".join(parts))


def sampled_with(decodings: Collection[tuple[str, int]]) -> str:
    """Sentence on the settings of sampled answers.

    Args:
        decodings: decoding in words and number of draws of each cell.

    >>> sampled_with([("temperature 0.7, top-p 1, seed 0 (gumbel-1)", 5)])
    'Answers are sampled: temperature 0.7, top-p 1, seed 0 (gumbel-1), 5 draws of each prompt.'
    """
    numbers: dict[str, list[int]] = {}
    for words, draws in sorted(set(decodings)):
        numbers.setdefault(words, []).append(draws)
    texts = [f"{words}, {_numbers(several)} of each prompt" for words, several in numbers.items()]
    return f"Answers are sampled: {'; '.join(texts)}."


def _numbers(draws: Sequence[int]) -> str:
    """Ascending numbers of draws: `3 or 5 draws`."""
    return " or ".join([*map(str, draws[:-1]), counted(draws[-1], "draw")])


def _unequal(key: ScoreKey, score: SampledScore) -> Iterator[str]:
    """Sentences on other draws or another decoding of the two models."""
    if score.draws_base != score.draws_tuned:
        yield (
            f"{key.base} has {counted(score.draws_base, 'draw')} and {key.tuned} "
            f"{score.draws_tuned}; only draws that both have count."
        )
    if score.decoding_base != score.decoding_tuned:
        yield (
            f"The two were decoded differently ({key.base}: {score.decoding_base}; {key.tuned}: "
            f"{score.decoding_tuned}), as the settings of the analysis allow."
        )


def _error(score: SampledScore) -> str:
    if score.share is None:
        return f"The error is not split: {score.refused}."
    share = f"Of the error {whole_percent(score.share)} % is sampling"
    if score.draws_enough is None:
        return f"{share}; no error of the items is left, so every draw narrows the interval."
    draws = counted(score.draws_enough, "draw changes", "draws change")
    return f"{share}; more than {draws} the interval by less than 5 %."
