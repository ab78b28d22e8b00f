"""Scores of several sampled answers ("draws") of one model to one prompt.

The only place for these rules: the summary of a cell and the analysis use the same ones. They hold
for closed tasks, whose answers are right or wrong and can be counted. Of a text only the mean over
draws has a meaning here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from statistics import fmean

from clue.records import sha256

METRIC = "accuracy"
"""The right-or-wrong score of closed tasks."""
ENUMERATED = 10_000
"""Largest number of subsets of the draws that `majority_at` goes through one by one."""
SUBSETS = 2_000
"""Random subsets otherwise; the standard error of their mean is at most 0.011."""

Answer = str | None
"""An answer as the task's parser read it; None: no answer was found, a class as any other."""


def pass_at(n: int, right: int, k: int) -> float:
    """Probability that at least one of k draws is right: 1 - C(n - c, k) / C(n, k).

    The unbiased estimate from n draws (Chen et al. 2021, arXiv 2107.03374, equation 1).

    Args:
        n: draws.
        right: number of right ones, c.
        k: draws that are taken from them without replacement, 1 to n.

    Raises:
        ValueError: the numbers are impossible.

    >>> round(pass_at(10, 3, 5), 5)
    0.91667
    """
    _check(n, right, k)
    return 1 - comb(n - right, k) / comb(n, k)


def pass_all(n: int, right: int, k: int) -> float:
    """Probability that all of k draws are right, pass^k: C(c, k) / C(n, k).

    Yao et al. 2024, arXiv 2406.12045, section 3. Arguments and errors as in `pass_at`.

    >>> round(pass_all(10, 3, 2), 5)
    0.06667
    """
    _check(n, right, k)
    return comb(right, k) / comb(n, k)


def vote(answers: Sequence[Answer], scores: Sequence[float]) -> float:
    """Score of the most frequent answer; of several equally frequent ones the mean of theirs.

    The order of the draws changes nothing: the first answer of a tie has no advantage.

    Args:
        answers: of the draws to one prompt, shape (n,), n at least 1.
        scores: of the draws, shape (n,); equal answers have equal scores.

    >>> vote(["A", "B", "A"], [1.0, 0.0, 1.0]), vote(["A", None], [1.0, 0.0])
    (1.0, 0.5)
    """
    return _vote(Counter(answers), _scores_by_answer(answers, scores))


def majority_at(answers: Sequence[Answer], scores: Sequence[float], k: int) -> float:
    """Expected score of the vote over k of the draws, maj@k; for k = n it is `vote`.

    Two different answers: exact, by the hypergeometric distribution. More: the mean over all
    subsets of size k, or over 2,000 random ones if there are more than 10,000. The seed of the
    random ones is a digest of the answers' numbers and scores, so the same draws always give the
    same number.

    Args:
        answers: of the draws to one prompt, shape (n,).
        scores: of the draws, shape (n,).
        k: size of the subsets, 1 to n.

    Raises:
        ValueError: k is not between 1 and n.

    >>> majority_at(["A", "A", "B"], [1.0, 1.0, 0.0], 1)
    0.6666666666666666
    """
    _check(len(answers), 0, k)
    by_answer = _scores_by_answer(answers, scores)
    counts = Counter(answers)
    names = sorted(counts, key=lambda answer: (counts[answer], by_answer[answer], str(answer)))
    if len(names) < 3:
        return _of_two(counts, by_answer, k)
    numbers = [counts[name] for name in names]
    if comb(len(answers), k) <= ENUMERATED:
        labels = [name for name in names for _ in range(counts[name])]
        return fmean(_vote(Counter(subset), by_answer) for subset in combinations(labels, k))
    import numpy as np  # here: most commands sample no draws

    seed = int(sha256([numbers, [by_answer[name] for name in names], k])[:16], 16)
    subsets = np.random.default_rng(seed).multivariate_hypergeometric(numbers, k, SUBSETS)
    return fmean(
        _vote(dict(zip(names, subset, strict=True)), by_answer) for subset in subsets.tolist()
    )


@dataclass(frozen=True)
class ClosedDraws:
    """Right-or-wrong scores of several draws to each prompt: means over prompts, 0 to 1."""

    draws: int
    """Fewest draws of a prompt, n."""
    vote: float
    """Of the vote over all draws of a prompt."""
    pass_at: float
    """Share of prompts with a right answer among n draws, pass@n."""
    pass_all: float
    """Share of prompts with n right answers, pass^n."""
    half: int
    """Half of the draws, rounded up."""
    majority: float
    """Of the vote over half of the draws, maj@half: far below `vote`, more draws would help it."""


def closed_draws(prompts: Iterable[tuple[Sequence[Answer], Sequence[float]]]) -> ClosedDraws:
    """Returns the statistics of a closed task's draws.

    Args:
        prompts: answers and scores (0 or 1) of the draws to each prompt; at least one prompt.

    >>> closed_draws([(["A", "A", "B"], [1.0, 1.0, 0.0]), (["A", "A", "A"], [1.0, 1.0, 1.0])])
    ClosedDraws(draws=3, vote=1.0, pass_at=1.0, pass_all=0.5, half=2, majority=0.8333333333333333)
    """
    groups = list(prompts)
    draws = min(len(answers) for answers, _ in groups)
    half = (draws + 1) // 2
    counts = [(len(scores), sum(score == 1 for score in scores)) for _, scores in groups]
    return ClosedDraws(
        draws,
        fmean(vote(answers, scores) for answers, scores in groups),
        fmean(pass_at(n, right, draws) for n, right in counts),
        fmean(pass_all(n, right, draws) for n, right in counts),
        half,
        fmean(majority_at(answers, scores, half) for answers, scores in groups),
    )


def _check(n: int, right: int, k: int) -> None:
    if not (0 <= right <= n and 1 <= k <= n):
        raise ValueError(f"{k} of {n} draws, {right} of them right: need 1 <= k <= n and c <= n")


def _scores_by_answer(answers: Sequence[Answer], scores: Sequence[float]) -> Mapping[Answer, float]:
    scores_of: dict[Answer, list[float]] = {}
    for answer, score in zip(answers, scores, strict=True):
        scores_of.setdefault(answer, []).append(score)
    return {answer: fmean(of_answer) for answer, of_answer in scores_of.items()}


def _vote(counts: Mapping[Answer, int], by_answer: Mapping[Answer, float]) -> float:
    most = max(counts.values())
    return fmean(by_answer[answer] for answer, count in counts.items() if count == most)


def _of_two(counts: Mapping[Answer, int], by_answer: Mapping[Answer, float], k: int) -> float:
    """Expected vote with at most two different answers."""
    first, *others = counts
    n, count = sum(counts.values()), counts[first]
    expected = 0.0
    for number in range(max(0, k - n + count), min(count, k) + 1):
        weight = comb(count, number) * comb(n - count, k - number) / comb(n, k)
        subset = {first: number, **{other: k - number for other in others}}
        expected += weight * _vote(subset, by_answer)
    return expected
