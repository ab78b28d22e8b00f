from pathlib import Path

import pytest

from benchmarks.calibration.rates import ANY, Rate, rate
from benchmarks.calibration.table import BEGIN, END, bounds, markdown, put
from clue.config.folders import ROOT


def test_a_rate_knows_its_error_and_its_bounds() -> None:
    made = rate("here", "t", "rejects", [True] * 5 + [False] * 95, (0.04, 0.06))
    assert (made.value, made.sets) == (0.05, 100)
    assert made.error == pytest.approx(0.0218, abs=5e-5)
    assert made.holds
    assert not rate("here", "t", "rejects", [True] * 7 + [False] * 93, (0.04, 0.06)).holds


def test_the_table_names_a_situation_once() -> None:
    rates = [
        rate("here", "t", "rejects", [True, False], (0.0, 0.05)),
        Rate("here", "exact", "rejects", 0.04, None, 0.0399, 0.0401),
        Rate("here", "t", "KS p-value", 0.3, 2, 0.01, 1.0, share=False),
        rate("there", "t", "covers", [True, False], ANY),
    ]
    assert markdown(rates).splitlines()[2:] == [
        "| here | t | rejects | 0.5000 | 0.3536 | 2 | at most 0.05 |",
        "|  | exact | rejects | 0.0400 |  | all possible | 0.0400 |",
        "|  | t | KS p-value | 0.3000 |  | 2 | at least 0.01 |",
        "| there | t | covers | 0.5000 | 0.3536 | 2 |  |",
    ]
    assert bounds(rate("here", "t", "rejects", [True], (0.2, 1.0))) == "at least 0.2"


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "text.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    put(path, "| new |\n")
    put(path, "| newer |\n")
    assert path.read_text() == f"before\n{BEGIN}\n\n| newer |\n\n{END}\nafter\n"


def test_a_document_without_marks_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "text.md"
    path.write_text("nothing")
    with pytest.raises(ValueError, match="lacks the marks"):
        put(path, "table")
    assert path.read_text() == "nothing"


def test_the_document_of_the_statistics_holds_a_table() -> None:
    text = (ROOT / "docs" / "statistics.md").read_text()
    table = text.partition(BEGIN)[2].partition(END)[0]
    assert table.count("\n|") > 60
