from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.cli.data.import_upstream import UPSTREAM_SCRIPTS, read_wording
from clue.cli.data.python_constants import Script
from clue.errors import DataError
from tests.clue.cli.data.fake_checkout import MARKER


def test_of_several_assignments_the_last_counts_and_texts_add_up() -> None:
    script = Script.of("a = 'x'\nb = a + 'y' + ('z' 'w')\na = 3\nc = b + a\nd = e = 'q'", Path("s"))
    assert script.constant("b", str) == ("xyzw", 2)
    assert script.constant("a", int) == (3, 3)
    assert script.constant("d", str)[0] == script.constant("e", str)[0] == "q"
    with pytest.raises(DataError, match=r"^s, line 4: c is no plain text$"):
        script.constant("c", str)


def test_a_text_that_doubles_without_end_is_no_constant() -> None:
    script = Script.of("a = 'xxxxxxxx'\n" + "a = a + a\n" * 60, Path("s"))
    with pytest.raises(DataError, match="line 61: a is no plain text"):
        script.constant("a", str)


NAMES = st.sampled_from(["sys_prompt", "user_prompt_template", "prompt_template", "max_tokens"])
VALUES = st.recursive(
    NAMES
    | st.text().map(repr)
    | st.integers().map(repr)
    | st.sampled_from([f"open({MARKER!r}, 'w')", "f'{1/0}'", "'{'", "'{}'", "[]", "None", "1j"]),
    lambda part: st.tuples(part, st.sampled_from("+-*,"), part).map(
        "({0[0]} {0[1]} {0[2]})".format
    ),
)
LINES = st.builds("{} = {}".format, NAMES, VALUES) | st.sampled_from(
    [
        *(
            "raise SystemExit",
            "import nothing",
            "def main(a='', /, b=1, *, c):",
            "create_prompt = 1",
        ),
        *(" question['answer_f'] = d[0]", "def create_prompt(*a, separator):", " pass", "x: str"),
        *("sys_prompt: str = 'x'", "max_tokens += 1", "async def main():", "'\\d'", "\0", "\f"),
    ]
)


@given(st.text() | st.lists(LINES, max_size=12).map("\n".join))
def test_any_text_is_read_or_refused_and_never_run(text: str) -> None:
    path = Path("script.py")
    try:
        script = Script.of(text, path)
    except DataError:
        return
    for upstream in UPSTREAM_SCRIPTS:
        with pytest.raises(DataError, match=r"^script.py, line"):
            read_wording(upstream, script)
    assert not Path(MARKER).exists()


@pytest.mark.parametrize(
    "text", ["(" * 5000, "a=" + "-" * 20000 + "1", "a=" + "''+" * 20000 + "''"]
)
def test_a_text_that_nests_without_end_is_refused(text: str) -> None:
    try:
        script = Script.of(text, Path("s"))
    except DataError:
        return
    with pytest.raises(DataError):
        script.constant("a", int)
