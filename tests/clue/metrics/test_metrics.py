from pathlib import Path

import pytest

from clue.config.scoring_schema import ScoringConf
from clue.errors import ConfigError
from clue.metrics import accuracy, choice
from clue.metrics.registry import METRICS, flags, signatures
from clue.metrics.scorer import Scoring


def test_an_unknown_metric_lists_the_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no metric bleu; there are accuracy, .*rouge1"):
        signatures(["rouge1", "bleu"], Scoring(ScoringConf(), tmp_path))


def test_accuracy_is_equality_and_no_answer_is_wrong(tmp_path: Path) -> None:
    scoring = Scoring(ScoringConf(), tmp_path)
    scores = accuracy.score(["accuracy"], ["A", "B", None], ["A", "A", "A"], scoring)
    assert scores == {"accuracy": [1.0, 0.0, 0.0]}


def test_a_scorer_tells_what_it_could_not_read_whole() -> None:
    assert list(flags(["rouge1", "bertscore_f1", "bertscore_p"])) == ["bertscore_cut"]
    assert not flags(["rouge1", "accuracy"])


def test_what_is_called_upstream_reads_answers_by_the_authors_rule() -> None:
    own = {"umls_f1_upstream"}  # the rule is in the score, not in the reading of free text
    for name, metric in METRICS.items():
        upstream = name.endswith("_upstream") and name not in own
        reads = "parse_upstream" if upstream else "parse"
        assert metric.parser == ("likeliest" if name == choice.NAME else reads), name
