import pytest

from benchmarks.calibration.table import ITEMS, Item


@pytest.mark.calibration
@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item.__module__}.{item.__name__}")
def test_every_rate_is_within_its_bounds(item: Item) -> None:
    outside = [rate for rate in item() if not rate.holds]
    assert not outside
