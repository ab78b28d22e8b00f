"""A person names a stored cell by its first digits."""

import pytest

from clue.errors import StoreError
from clue.store.addresses import Address, distinct, parse, resolve

FIRST = Address("llama2_7b", "aaaa000000000001")
SECOND = Address("llama2_7b", "aaaa000000000002")
TWIN = Address("other", "aaaa000000000002")
TABLES = (FIRST._replace(table="1111"), FIRST._replace(table="2222"))
CHOICES = {FIRST: "first", SECOND: "second", TWIN: "twin"}


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("3f2a", Address("", "3f2a")),
        ("3f2a9c01/77ab", Address("", "3f2a9c01", "77ab")),
        ("llama2_7b/3f2a", Address("llama2_7b", "3f2a")),
        ("llama2_7b/3f2a/77ab", Address("llama2_7b", "3f2a", "77ab")),
        ("a" * 64, Address("", "a" * 16)),
    ],
)
def test_an_address_is_read(text: str, pattern: Address) -> None:
    assert parse(text) == pattern
    assert str(parse(str(pattern))) == str(pattern)


@pytest.mark.parametrize("text", ["", "abc", "llama2_7b", "3F2A", "3f2a/", "zzzz", "a/b/c/d"])
def test_anything_else_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(StoreError, match="at least 4 of its digits"):
        parse(text)


def test_a_unique_beginning_is_enough() -> None:
    assert resolve("aaaa000000000001", CHOICES) == FIRST
    assert resolve("other/aaaa", CHOICES) == TWIN


def test_several_matches_are_listed_so_that_each_can_be_typed() -> None:
    with pytest.raises(StoreError) as error:
        resolve("aaaa", CHOICES)
    assert "3 stored cells match aaaa" in str(error.value)
    for address, name in CHOICES.items():
        (line,) = (line for line in str(error.value).splitlines() if line.endswith(name))
        assert resolve(line.split()[0], CHOICES) == address


def test_no_match_lists_all_up_to_a_number() -> None:
    with pytest.raises(StoreError, match="no stored cell matches ffff; there are:"):
        resolve("ffff", CHOICES)
    many = {Address("m", f"{number:016x}"): "cell" for number in range(30)}
    with pytest.raises(StoreError, match="and 10 more"):
        resolve("ffff", many)


def test_the_shortest_address_matches_nothing_else() -> None:
    assert str(distinct(FIRST, CHOICES)) == "aaaa000000000001"
    assert str(distinct(TWIN, CHOICES)) == "other/aaaa000000000002"
    assert str(distinct(TABLES[0], TABLES)) == "aaaa000000000001/1111"
    twins = (TABLES[0], TABLES[0]._replace(model="other"))
    assert str(distinct(TABLES[0], twins)) == "llama2_7b/aaaa000000000001"
