from clue.common.markdown_table import markdown_table


def test_a_table_has_a_rule_with_the_alignment_of_its_columns() -> None:
    table = markdown_table(["task", "n"], [["MedNLI", "1419"]], "lr")
    assert table == "| task | n |\n| --- | ---: |\n| MedNLI | 1419 |"


def test_without_alignment_the_rule_is_compact() -> None:
    assert markdown_table(["a", "b"], []) == "| a | b |\n|---|---|"


def test_bars_and_line_breaks_do_not_break_a_row() -> None:
    assert markdown_table(["a"], [["x|y\nz"]]).splitlines()[-1] == r"| x\|y z |"
