"""The line of rank sets on the terminal."""

import re

from analysis.paired_study import StudyResults
from analysis.report import selectors
from analysis.report.formats.console import study_lines
from analysis.report.ranks_in_words import rank_line
from clue.task.levels import OVERALL
from tests.analysis.paired_study.conftest import quick


def test_the_line_has_the_rank_set_of_every_model(results: StudyResults) -> None:
    (line,) = [line for line in study_lines(results, quick()) if "Ranks that the data" in line]
    shown = dict(re.findall(r"(\w+) (\d+(?: to \d+)?)[,.]", line.partition("): ")[2]))
    standings = selectors.reported_standings(results, quick())
    ranks = {one.model: one.scores[OVERALL].rank_set for one in standings}
    assert len(ranks) > 10
    assert shown == {
        model: str(first) if first == last else f"{first} to {last}"
        for model, (first, last) in ((name, pair) for name, pair in ranks.items() if pair)
    }
    firsts = [int(text.split()[0]) for text in shown.values()]
    assert firsts == sorted(firsts)


def test_without_rank_sets_there_is_no_line() -> None:
    assert rank_line([], []) is None
