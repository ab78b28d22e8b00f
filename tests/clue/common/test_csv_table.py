import pytest

from clue.common.csv_table import csv_records, csv_rows


class TableError(Exception):
    def __init__(self, position: str, problem: str) -> None:
        super().__init__(f"{position}: {problem}")


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def test_quoted_delimiters_and_newlines_belong_to_the_cell() -> None:
    text = 'a,b\n"1,\n2",3\n4,5\n'
    assert list(csv_rows(lines(text), TableError)) == [
        (2, {"a": "1,\n2", "b": "3"}),
        (3, {"a": "4", "b": "5"}),
    ]


def test_blank_rows_are_skipped_and_counted() -> None:
    assert list(csv_records(lines("a\n\n1\n"), TableError)) == [(1, ["a"]), (3, ["1"])]
    assert list(csv_rows(lines("a\n\n1\n"), TableError)) == [(3, {"a": "1"})]


def test_another_delimiter() -> None:
    assert list(csv_rows(lines("a\tb\n1,5\t2\n"), TableError, delimiter="\t")) == [
        (2, {"a": "1,5", "b": "2"})
    ]


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("", ["a"], "row 1: no column a; found nothing"),
        ("b,c\n", ["a", "b"], "row 1: no column a; found b and 1 other column"),
        ("a,a\n1,2\n", [], "row 1: the column number 1 occurs twice"),
        ("a,a\n1,2\n", ["a"], "row 1: the column a occurs twice"),
        ("a,b\n\n1\n", [], "row 3: 1 cell, but the header has 2"),
        ("a,b\n1,2,3\n", [], "row 2: 3 cells, but the header has 2"),
        ('a,b\n"1\n,2', [], r"line 3: .* is no CSV \(unexpected end of data\)"),
    ],
)
def test_a_malformed_table_is_an_error_with_its_place(
    text: str, columns: list[str], message: str
) -> None:
    with pytest.raises(TableError, match=message):
        list(csv_rows(lines(text), TableError, columns))


def test_a_repeated_column_that_is_not_required_is_ignored() -> None:
    assert list(csv_rows(lines("a,b,b\n1,2,3\n"), TableError, ["a"])) == [(2, {"a": "1", "b": "3"})]


def test_a_row_of_data_in_the_place_of_the_header_is_not_quoted() -> None:
    text = '7,"The patient, a sailor, has a swollen knee."\n'
    with pytest.raises(TableError, match="found 2 other columns") as caught:
        list(csv_rows(lines(text), TableError, ["a"]))
    assert "sailor" not in str(caught.value)
