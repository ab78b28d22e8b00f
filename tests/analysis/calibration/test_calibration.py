import pytest

from benchmarks.calibration import rightwrong
from benchmarks.calibration.table import ITEMS, Item

SIMULATED = [item for item in ITEMS if item.__module__ != rightwrong.__name__]
ENUMERATED = [item for item in ITEMS if item not in SIMULATED]


def _name(item: Item) -> str:
    return f"{item.__module__}.{item.__name__}"


@pytest.mark.calibration
@pytest.mark.parametrize("item", SIMULATED, ids=_name)
def test_every_simulated_rate_is_within_its_bounds(item: Item) -> None:
    outside = [rate for rate in item() if not rate.holds]
    assert not outside


@pytest.mark.parametrize("item", ENUMERATED, ids=_name)
def test_rates_over_all_possible_data_are_those_of_another_enumeration(item: Item) -> None:
    rates = item()
    assert rates
    assert [rate for rate in rates if not rate.holds] == []
