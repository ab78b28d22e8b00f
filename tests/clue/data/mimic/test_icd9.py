import pytest

from clue import icd
from clue.data.mimic.icd9 import Icd10Equivalent, equivalents


@pytest.mark.parametrize(
    ("code", "codes", "approximate"),
    [
        ("V4581", ("Z951",), False),
        ("4019", ("I10",), True),
        ("0730", ("A70", "J17"), True),  # means something only together
        ("24951", ("E0839",), True),  # one code is enough, so the combinations are left
        ("66602", ("O720",), True),
        ("9694", ("T424X1A",), True),
    ],
)
def test_the_first_target_of_each_list_of_the_first_scenario_is_taken(
    code: str, codes: tuple[str, ...], approximate: bool
) -> None:
    assert equivalents()[code] == Icd10Equivalent(codes, approximate)


def test_a_code_without_equivalent_becomes_nothing() -> None:
    nothing = [code for code, equivalent in equivalents().items() if not equivalent.codes]
    assert len(nothing) == 425


def test_every_target_is_a_code() -> None:
    targets = {target for equivalent in equivalents().values() for target in equivalent.codes}
    assert all(icd.is_code(target) for target in targets)


def test_a_quarter_of_the_codes_is_mapped_exactly() -> None:
    exact = [not equivalent.approximate for equivalent in equivalents().values()]
    assert (sum(exact), len(exact)) == (3533, 14567)
