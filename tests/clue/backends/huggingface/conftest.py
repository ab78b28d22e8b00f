from collections.abc import Iterator
from typing import Any

import pytest
import torch


@pytest.fixture(autouse=True)
def fresh_memory_holds_no_numbers() -> Iterator[None]:
    """New memory has what was there before; a masked NaN is still NaN in a product with 0."""

    def new_empty(states: torch.Tensor, *shape: int, **options: Any) -> torch.Tensor:
        filler = float("nan") if states.is_floating_point() else 0
        return states.new_full(shape, filler, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.Tensor, "new_empty", new_empty)
        yield
