"""JSON that is damaged or hostile has one kind of error."""

import pytest

from clue.common import json_text


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, '{"a": ' * 100_000, b"9" * 5000, b"\xff", b"", "{", b"\x00" * 9]
)
def test_everything_that_is_no_json_is_a_value_error(content: str | bytes) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        json_text.parse(content)
    assert json_text.problem(error.value)


def test_a_problem_has_its_position_and_quotes_nothing() -> None:
    with pytest.raises(ValueError, match=r".") as error:
        json_text.parse('{\n"name": secret}')
    assert json_text.problem(error.value) == "Expecting value in line 2, column 9"
    assert json_text.problem(error.value, position=False) == "Expecting value"
    with pytest.raises(ValueError, match=r".") as no_text:
        json_text.parse(b"\xffsecret")
    assert json_text.problem(no_text.value) == "it is not UTF-8"
    with pytest.raises(ValueError, match=r"^it has a number of too many digits$"):
        json_text.parse("9" * 5000)
