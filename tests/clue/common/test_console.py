import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clue.common import console

WORDS = st.sampled_from(["llama2_7b", "[bold]", ":warning:", "some-org--some-model", " ", "/"])
NAMES = st.lists(st.lists(WORDS, min_size=1, max_size=30).map("".join).map(str.strip).filter(bool))


@given(names=NAMES, columns=st.sampled_from(["10", "80", "200"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_a_row_is_one_line_in_which_no_name_is_broken_or_cut(
    names: list[str],
    columns: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    table = console.table(["model", "task"], ["n"])
    for place, name in enumerate(names):
        table.add_row(name, name[::-1], str(place))
    console.show(table, *names)
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["model", "task", "n"]
    rows, texts = lines[: len(names)], lines[len(names) :]
    assert texts == names
    for place, (row, name) in enumerate(zip(rows, names, strict=True)):
        assert row.startswith(name)
        assert row.rstrip().endswith(f" {place}")
        assert name[::-1] in row[len(name) :]
