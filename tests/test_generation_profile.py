"""The profile of generation: operations are counted by the shapes of what was computed."""

import torch
from torch.profiler import profile

from benchmarks.generation_profile import costs, lines


def test_operations_of_products_and_attention_are_counted_by_their_size() -> None:
    few, many, weights = torch.ones(4, 32), torch.ones(300, 32), torch.ones(32, 16)
    query, keys = torch.ones(2, 3, 10, 8), torch.ones(2, 3, 50, 8)
    with torch.inference_mode(), profile(record_shapes=True) as profiler:
        for _ in range(5):
            few @ weights
        many @ weights
        torch.nn.functional.scaled_dot_product_attention(query, keys, keys)
    sums = costs(profiler.key_averages(group_by_input_shape=True))
    assert {kind: cost.flop for kind, cost in sums.items()} == {
        "matrix products of up to 8 rows": 5 * 2 * 4 * 32 * 16,
        "matrix products of over 256 rows": 2 * 300 * 32 * 16,
        "attention of 9 to 64 queries": 2 * 3 * (2 * 2 * 10 * 50 * 8),
        "everything else": 0,
    }
    table = list(lines(sums, peak=1e9))
    assert len(table) == 4
    assert sum(float(line.split(" s ")[1].split("%")[0]) for line in table) > 99
