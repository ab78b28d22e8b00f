"""Numbers as text: rounding, signs and decimals, for every number."""

import io
import math
import re
import sys
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import number_format
from analysis.number_format import MINUS
from clue.cluster_robust import Interval
from clue.common import console
from clue.config.folders import ROOT

NUMBERS = st.floats(-1e6, 1e6)
DIGITS = st.integers(0, number_format.MAX_DECIMALS)
SPECIFICATION = re.compile(r"\{[^{}\"]*:[+,]?\d*\.(\d*[fge%]|\{)|:g\}|\"%\.\d")
"""A format of a float in a replacement field."""


def parsed(text: str) -> Decimal:
    return Decimal(number_format.ascii_signs(text))


@given(NUMBERS, DIGITS)
def test_a_number_is_the_exact_value_rounded_half_to_even(value: float, digits: int) -> None:
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    text = number_format.number(value, digits)
    assert parsed(text) == rounded
    assert len(text.partition(".")[2]) == digits


@given(NUMBERS, DIGITS, st.booleans())
def test_the_sign_is_a_minus_and_never_that_of_a_zero(
    value: float, digits: int, signed: bool
) -> None:
    text = number_format.number(value, digits, signed=signed)
    assert "-" not in text
    is_zero = parsed(text) == 0
    assert text.startswith(MINUS) == (value < 0 and not is_zero)
    assert text.startswith("+") == (signed and value > 0 and not is_zero)


@given(NUMBERS, NUMBERS, DIGITS)
def test_ends_of_an_interval_have_the_same_decimals_and_keep_their_side_of_zero(
    one: float, other: float, digits: int
) -> None:
    limits = Interval(min(one, other), max(one, other))
    for limit, text in zip(
        limits, number_format.interval(limits, digits).split(" to "), strict=True
    ):
        assert len(text.partition(".")[2]) == digits
        if text[0] in "<>":
            bound = parsed(text[1:])
            assert abs(bound) == Decimal(1).scaleb(-digits)
            assert (bound > 0) == (limit > 0)
            assert abs(limit) < abs(bound)
        elif parsed(text) == 0:
            assert abs(limit) < 10.0**-number_format.MAX_DECIMALS
        else:
            assert (parsed(text) > 0) == (limit > 0)


@given(st.lists(NUMBERS, min_size=2, max_size=8))
def test_a_column_of_points_shares_its_decimals(values: list[float]) -> None:
    texts = [number_format.points(value) for value in values]
    assert {len(text.partition(".")[2]) for text in texts} == {number_format.POINTS}


@given(st.floats(0, 1))
def test_a_share_is_0_or_100_percent_only_if_it_is_exactly_that(share: float) -> None:
    text = number_format.whole_percent(share)
    assert (text == "0") == (share == 0)
    assert (text == "100") == (share == 1)


@given(NUMBERS, DIGITS)
def test_a_size_above_zero_is_not_shown_as_zero(value: float, digits: int) -> None:
    text = number_format.amount(value, digits)
    if value and Decimal(text.removeprefix("less than ")) == 0:
        raise AssertionError(text)
    assert MINUS not in text


def test_undefined_and_unbounded_values_are_words() -> None:
    assert number_format.number(math.nan, 1) == "undefined"
    assert number_format.interval(Interval(-math.inf, 2.0), 1) == "up to 2.0"


def test_one_module_formats_the_numbers_of_the_analysis() -> None:
    own = {"number_format.py", "output.py"}  # output.py rounds floats of JSON to 12 digits
    places = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for pattern in ("*.py", "*.j2")
        for path in sorted((ROOT / "analysis").rglob(pattern))
        if path.name not in own
        for line in path.read_text().splitlines()
        if SPECIFICATION.search(line) and not line.lstrip().startswith((">>>", "..."))
    ]
    assert places == [], "use analysis.number_format"


@pytest.mark.parametrize(
    ("encoding", "printed"), [("ascii", "-1.50 \\u0394"), ("utf-8", f"{MINUS}1.50 Δ")]
)
def test_a_terminal_without_the_sign_shows_a_hyphen(
    monkeypatch: pytest.MonkeyPatch, encoding: str, printed: str
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    console.accept_all_texts()
    console.print_lines(f"{MINUS}1.50 Δ")
    assert raw.getvalue().decode(encoding) == f"{printed}\n"
