"""Tables of sampled answers: the error that they add, and votes of each model."""

from collections.abc import Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.number_format import NONE
from analysis.paired_study.draw_rows import DrawRow
from analysis.report.document import ReportTable


def draws(rows: Sequence[DrawRow]) -> ReportTable:
    """Share of sampling in the error of each difference, and draws worth having."""
    ordered = _ordered(rows)
    return ReportTable(
        "draws",
        "Sampling in the error of a difference",
        [
            *("model", "task", "draws", "random numbers", "SD between draws", "sampling %"),
            *("SE", "SE, one draw", "SE, many draws", "draws worth having", "decoding"),
        ],
        [_error_line(row) for row in ordered],
        "Draws: answers to a prompt that both models have; these are averaged. Random numbers: "
        "shared if both models drew their tokens with the same ones. SD between draws: of the "
        "difference, in points. Sampling: share of the squared standard error. SE, one draw and "
        "many draws: expected standard error of the difference with other numbers of draws. Draws "
        "worth having: any more change the interval by less than 5 %; all: every draw narrows it.",
        [row.score.marks for row in ordered],
    )


def votes(rows: Sequence[DrawRow]) -> ReportTable:
    """Means, votes and pass rates of both models on right-or-wrong scores."""
    ordered = [row for row in _ordered(rows) if row.score.vote_base is not None]
    return ReportTable(
        "votes",
        "Votes and spread of each model",
        [
            *("model", "task", "n", "mean: base", "biomedical", "vote: base", "biomedical"),
            *("pass@n: base", "biomedical", "pass^n: base", "biomedical"),
        ],
        [_vote_line(row) for row in ordered],
        "In points, not tested. n: draws of a prompt. Mean: of all draws, the score of the other "
        "sections. Vote: of the most frequent answer to each prompt; no answer counts as an "
        "answer, and equally frequent ones count by their mean. pass@n: prompts to which at least "
        "one of n draws is right. pass^n: prompts to which all n are right. The wider the two are "
        "apart, the less often a model repeats its answer.",
        [row.score.marks for row in ordered],
    )


def _ordered(rows: Sequence[DrawRow]) -> list[DrawRow]:
    return sorted(rows, key=lambda row: (row.key.tuned, display_order(row.key.task)))


def _error_line(row: DrawRow) -> list[str]:
    score = row.score
    errors = (score.se, score.se_one_draw, score.se_many_draws)
    unequal = f" ({score.draws_base} / {score.draws_tuned})"
    decoding = dict.fromkeys((score.decoding_base, score.decoding_tuned))
    return [
        row.key.tuned,
        display_name(row.key.task),
        f"{score.draws}{unequal * (score.draws_base != score.draws_tuned)}",
        "shared" if score.coupled else "own",
        number_format.points(score.sd_draws),
        number_format.whole_percent(score.share),
        *map(number_format.points, errors),
        _enough(row),
        " / ".join(decoding),
    ]


def _enough(row: DrawRow) -> str:
    if row.score.share is None:
        return NONE
    return "all" if row.score.draws_enough is None else str(row.score.draws_enough)


def _vote_line(row: DrawRow) -> list[str]:
    score = row.score
    numbers = [
        *(score.mean_base, score.mean_tuned, score.vote_base, score.vote_tuned),
        *(score.pass_at_base, score.pass_at_tuned, score.pass_all_base, score.pass_all_tuned),
    ]
    task = display_name(row.key.task)
    return [row.key.tuned, task, str(score.draws), *map(number_format.points, numbers)]
