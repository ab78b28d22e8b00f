import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue import icd

FOUND = [
    # with and without the dot, in any case
    ("E11.9", ["E11.9"]),
    ("E119", ["E11.9"]),
    ("e11.9", ["E11.9"]),
    ("e119", ["E11.9"]),
    ("I10", ["I10"]),
    ("i10", ["I10"]),
    # letters in third place, U codes, letters behind the dot, placeholders, seven characters
    ("C4A.9", ["C4A.9"]),
    ("C7B.8", ["C7B.8"]),
    ("M1A.0710", ["M1A.0710"]),
    ("O9A.212", ["O9A.212"]),
    ("Z3A39", ["Z3A.39"]),
    ("z3a.39", ["Z3A.39"]),
    ("U07.1", ["U07.1"]),
    ("U071", ["U07.1"]),
    ("F32.A", ["F32.A"]),
    ("I5A", ["I5A"]),
    ("S72.001A", ["S72.001A"]),
    ("S72001A", ["S72.001A"]),
    ("t38.3x6a", ["T38.3X6A"]),
    ("T85614A", ["T85.614A"]),
    ("QA0.01", ["QA0.01"]),
    # codes that later releases retired or split
    ("I48.2", ["I48.2"]),
    ("K35.2", ["K35.2"]),
    ("I60.20", ["I60.20"]),
    # lists
    ("I10, E11.9, j449", ["I10", "E11.9", "J44.9"]),
    ("I10;E11.9;J44.9", ["I10", "E11.9", "J44.9"]),
    ("I10 E11.9 J44.9", ["I10", "E11.9", "J44.9"]),
    ("I10/E11.9", ["I10", "E11.9"]),
    ("I10\nE11.9\n", ["I10", "E11.9"]),
    ("- I10\n- E119", ["I10", "E11.9"]),
    ("* I10\n* E119", ["I10", "E11.9"]),
    ("• I10\n• E119", ["I10", "E11.9"]),
    ("1. I10\n2. E11.9", ["I10", "E11.9"]),
    ("1) i10\n2) e11.9", ["I10", "E11.9"]),
    ("12. A41.51", ["A41.51"]),
    ("**I10**, `E11.9`", ["I10", "E11.9"]),
    ("| I10 | Hypertension |", ["I10"]),
    # JSON
    ('["I10", "e119", "S72.001A"]', ["I10", "E11.9", "S72.001A"]),
    ('{"codes": ["I10", "Z3A.39"]}', ["I10", "Z3A.39"]),
    ('[{"code": "i10", "description": "Hypertension"}]', ["I10"]),
    # prose and descriptions
    ("ICD-10 Codes: I10, E11.9", ["I10", "E11.9"]),
    ("ICD-10-CM codes: i10 and e119", ["I10", "E11.9"]),
    ("The patient has I10 and E119.", ["I10", "E11.9"]),
    ("Essential hypertension (I10), type 2 diabetes (E11.9).", ["I10", "E11.9"]),
    ("I10: Essential hypertension", ["I10"]),
    ("I10 - Essential hypertension", ["I10"]),
    ("I10 Essential hypertension", ["I10"]),
    ("I10\tEssential hypertension", ["I10"]),
    ("The diagnosis is E11.9.", ["E11.9"]),
    # ranges name their ends
    ("I10-I15", ["I10", "I15"]),
    # headings are codes that cannot be billed
    ("E11", ["E11"]),
    ("S72", ["S72"]),
    # what nobody ever assigned counts where a code was meant
    ("E11.99", ["E11.99"]),
    ("B12", ["B12"]),
    ("B12, I10", ["B12", "I10"]),
    # order and repeats
    ("E11.9, I10, e119, E11.9", ["E11.9", "I10"]),
    # letters with digits that are no codes
    ("vitamin B12", []),
    ("low vitamin B12, folate normal", []),
    ("dextrose every Q12H", []),
    ("the p53 gene is mutated", []),
    ("T12 compression fracture", []),
    ("L4-L5 fusion", []),
    ("HbA1c 7.2, A1C high", []),
    ("H1N1, COVID19, CD20, P2Y12, G6PD", []),
    ("MRN W1234567", []),
    ("E11.9.1", []),
    ("xE11.9", []),
    ("E11.9x999", []),
    ("", []),
    ("No codes apply.", []),
]


@pytest.mark.parametrize(("text", "codes"), FOUND)
def test_codes_in_texts(text: str, codes: list[str]) -> None:
    assert icd.codes(text) == codes


@pytest.mark.parametrize(
    ("code", "billable", "heading"),
    [
        ("I10", True, False),
        ("E119", True, False),
        ("E11", False, True),
        ("S72001", False, True),
        ("S72001A", True, False),
        ("I482", True, False),
        ("I4820", True, False),
        ("K352", True, False),
        ("F32A", True, False),
        ("U071", True, False),
        ("B12", False, False),
        ("E1199", False, False),
    ],
)
def test_what_is_billable_in_some_release(code: str, billable: bool, heading: bool) -> None:
    valid = icd.code_list()
    assert (code in valid.billable, code in valid.headings) == (billable, heading)
    assert (code in valid) == (billable or heading)


def test_titles_are_the_newest_releases() -> None:
    assert icd.description("E11.9") == "Type 2 diabetes mellitus without complications"
    assert icd.description("K35.2") != icd.description("K35.20")
    assert icd.description("B12") is None


def test_every_known_code_is_found_in_both_notations() -> None:
    valid = sorted(icd.code_list().billable | icd.code_list().headings)
    step = len(valid) // 2000
    for code in valid[::step]:
        assert icd.codes(f"x {icd.dotted(code)} y") == [icd.dotted(code)]
        assert icd.codes(code.lower()) == [icd.dotted(code)]
        assert icd.is_code(code)
        assert icd.bare(icd.dotted(code)) == code


PIECES = ["I10", "e11.9", "B12", "vitamin", ",", "\n", "- ", "1.", "(", ")", "and", '"', "U07.1"]


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_gives_distinct_codes_in_one_notation(text: str) -> None:
    codes = icd.codes(text)
    assert len(codes) == len(set(codes))
    assert all(code == icd.dotted(code) and icd.is_code(code) for code in codes)


@given(st.lists(st.sampled_from(["I10", "E11.9", "S72.001A", "C4A.9", "U07.1"]), unique=True))
def test_a_list_of_codes_is_read_as_it_stands(codes: list[str]) -> None:
    assert icd.codes(", ".join(codes)) == codes
    assert icd.codes("\n".join(f"- {code.lower()}" for code in codes)) == codes
    assert icd.codes(" ".join(icd.bare(code) for code in codes)) == codes
