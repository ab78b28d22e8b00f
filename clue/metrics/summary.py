"""Summary of a cell: means of its records, under the same names in every cell of a task."""

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from clue.cluster_robust import robust, task_sums
from clue.config.schema import TaskConf
from clue.metrics import draws
from clue.metrics.set_metrics import SET_METRICS
from clue.records import Completion, Record, SampleKey
from clue.task.answers.thoughts import is_thought_alone
from clue.task.levels import task_score


def summary(task: TaskConf, records: Sequence[Record]) -> dict[str, float]:
    """Returns the means of a cell: scores in points (0 to 100), flags in percent, measures, counts.

    A mean covers all samples whose reference defines the metric. If these are fewer than all,
    `<metric>_n` is their number, the same for every model. A metric that no reference defines has
    no mean, and a task score that needs it is left out. `score_low` and `score_high` are the task
    score's 95 % interval over clusters. Statistics of all answers together (`set_metrics` of the
    task) are in points.

    With several draws of each prompt, means are over all draws, `n` and `<metric>_n` count prompts,
    and `draws` is their number. A closed task then has `vote`, `majority_at_<half of the draws>`,
    `pass_at_<draws>` and `pass_all_<draws>` in points (`clue.metrics.draws`).
    """
    means: dict[str, float] = {}
    for name in records[0].scores:
        defined = [score for record in records if (score := record.scores[name]) is not None]
        if defined:
            means[name] = 100 * fmean(defined)
        if len(defined) < len(records):
            means[f"{name}_n"] = _prompts([r for r in records if r.scores[name] is not None])
    if all(name in means for name in task.score):
        means["score"] = task_score(means, task.score)
        means |= _interval(records, task.score)
    means |= {name: 100 * SET_METRICS[name](records) for name in task.set_metrics}
    completions = [record.completion for record in records]
    return means | _answer_statistics(records) | _draws(records) | _cost(completions)


def _prompts(records: Sequence[Record]) -> int:
    """Returns the number of records without those of further draws of the same prompt."""
    return sum(record.draw == 0 for record in records)


def _interval(records: Sequence[Record], metrics: Sequence[str]) -> dict[str, float]:
    """Returns the task score's 95 % interval (CR2, t), in points; empty with a single cluster."""
    scores = np.array([[record.scores[name] for name in metrics] for record in records], float)
    sums = task_sums(scores, [record.cluster for record in records])
    if sums.n_clusters < 2:
        return {}
    low, high = robust(sums).interval()
    return {"score_low": low, "score_high": high}


def _answer_statistics(records: Sequence[Record]) -> dict[str, float]:
    """Returns percentages of flags, means of measures, numbers of answers, records, clusters."""
    first = records[0]
    percents = {
        f"{name}_percent": 100 * fmean(record.flags[name] for record in records)
        for name in first.flags
    }
    measures = {
        f"{name}_mean": fmean(record.measures[name] for record in records)
        for name in first.measures
    }
    distinct = len({record.completion.text for record in records})
    clusters = len({record.cluster for record in records})
    counts = {
        "distinct_answers": distinct,
        "thoughts_alone": _thoughts_alone(records),
        "n": _prompts(records),
        "n_clusters": clusters,
    }
    return {**percents, **measures, **counts}


def _thoughts_alone(records: Sequence[Record]) -> float:
    """Returns the number of thoughts without an answer, as comparable with `n`: of one draw."""
    number = sum(is_thought_alone(record.completion.text) for record in records)
    return (
        number if _prompts(records) == len(records) else number * _prompts(records) / len(records)
    )


def _draws(records: Sequence[Record]) -> dict[str, float]:
    """Returns the number of draws, and those of right-or-wrong scores; empty with one draw."""
    number = len({record.draw for record in records})
    if number < 2:
        return {}
    if any(record.scores.get(draws.METRIC) is None for record in records):
        return {"draws": number}
    by_prompt: dict[SampleKey, list[Record]] = {}
    for record in records:
        by_prompt.setdefault(record.key._replace(draw=0), []).append(record)
    closed = draws.closed_draws(
        ([one.answer for one in group], [float(one.scores[draws.METRIC] or 0) for one in group])
        for group in by_prompt.values()
    )
    return {
        "draws": number,
        "vote": 100 * closed.vote,
        f"majority_at_{closed.half}": 100 * closed.majority,
        f"pass_at_{closed.draws}": 100 * closed.pass_at,
        f"pass_all_{closed.draws}": 100 * closed.pass_all,
    }


def _cost(completions: Sequence[Completion]) -> dict[str, float]:
    """Returns tokens, seconds and tokens per second of the cell, over all its runs."""
    seconds = sum(completion.seconds for completion in completions)
    answered = sum(completion.new_tokens for completion in completions)
    tokens = sum(completion.all_tokens for completion in completions)
    sent = sum(completion.prompt_tokens for completion in completions)
    return {
        "prompt_tokens_mean": sent / len(completions),
        "new_tokens_mean": answered / len(completions),
        "generation_seconds": seconds,
        "new_tokens_per_second": tokens / seconds if seconds else 0.0,
        "all_tokens_per_second": (tokens + sent) / seconds if seconds else 0.0,
    }
