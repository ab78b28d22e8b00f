"""Restricts a pair on one task to the items that two prompt settings scored.

Worked examples are taken from the test file and are not scored, so that settings with other numbers
of examples score other items. Only common items tell settings apart; the other items would add the
difference between easy and hard items.
"""

from collections.abc import Iterator, Mapping, Sequence

from analysis.cells import StoredCell
from analysis.errors import PairingError
from analysis.paired_study.series import AlignedPair
from analysis.pairing.alignment import align
from analysis.pairing.same_protocol import all_differences, incomparable_metrics, is_covered
from analysis.readers.records_table import sample_rows

PROMPT_KEYS = (
    "protocol.population",
    "protocol.prompting",
    "protocol.shots",
    "protocol.wording",
    "protocol.max_new_tokens",
    "protocol.unanswerable",
    "protocol.upstream",
    *("protocol.thinking", "backend.thinking", "backend.chat.thinking", "backend.chat.thoughts"),
    *("decoding", "backend.sampling"),
)
"""Keys of `cell.json` that a prompt setting sets (`thinking` and `cot` set thoughts, `sampled` the
decoding); two settings may differ in these alone."""


class CommonClusters:
    """Common items of two settings with their clusters; most pairs have the same ones.

    Computing them once for all pairs saves most of the time of the comparison.
    """

    def __init__(self) -> None:
        self._by_digests: dict[tuple[str, ...], dict[str, str]] = {}

    def of(self, first: AlignedPair, second: AlignedPair) -> Mapping[str, str]:
        """Item to cluster; items that are dependent under either setting are in one cluster.

        Raises:
            PairingError: there is no common item, or the references of an item differ.
        """
        cells = (first.match.base, first.match.tuned, second.match.base, second.match.tuned)
        digests = tuple(cell.columns.items_sha256 for cell in cells)
        if digests not in self._by_digests:
            self._by_digests[digests] = _clusters(first, second)
        return self._by_digests[digests]


def on_common_items(
    first: AlignedPair, second: AlignedPair, allowed: Sequence[str], clusters: CommonClusters
) -> tuple[AlignedPair, AlignedPair]:
    """Restricts a pair under two prompt settings to the items that both have, by sample id.

    Args:
        first: the pair on one task under the first setting.
        second: the same pair and task under the second setting.
        allowed: keys of `cell.json` in which cells may differ in addition to those of the prompts.
        clusters: of the items that were compared before; receives new ones.

    Returns:
        Both, with the same items and the same clusters.

    Raises:
        PairingError: there is no common item, the references of an item differ, or the cells of a
            model differ in more than the prompts.
    """
    for problem in _problems(first, second, allowed):
        raise PairingError(problem)
    common = clusters.of(first, second)
    return first.on_items(common), second.on_items(common)


def _clusters(first: AlignedPair, second: AlignedPair) -> dict[str, str]:
    common = set(first.alignment.ids) & set(second.alignment.ids)
    if not common:
        raise PairingError("the two settings scored no item in common")
    rows = [
        [row for row in sample_rows(one.match.base.columns.over_draws) if row.sample_id in common]
        for one in (first, second)
    ]
    joint = align(*rows, allowed=("prompt",), format_ids=first.alignment.format_ids)
    return dict(zip(joint.ids, joint.clusters, strict=True))


def _problems(first: AlignedPair, second: AlignedPair, allowed: Sequence[str]) -> Iterator[str]:
    """Differences of the two settings that are not differences of prompts."""
    cells = ((first.match.base, second.match.base), (first.match.tuned, second.match.tuned))
    for one, other in cells:
        values = [
            f"{difference.key}: {difference.base} ({one.facts['prompt']}), "
            f"{difference.tuned} ({other.facts['prompt']})"
            for difference in all_differences(one, other)
            if not is_covered(difference.key, [*PROMPT_KEYS, *allowed])
        ]
        if values:
            yield (
                f"the cells of {one.facts['model']} differ in more than the prompts: "
                f"{'; '.join(values)}. Evaluate one of them again with the settings of the other"
            )
        metrics = _changed_metrics(first.score, one, other)
        if metrics:
            yield (
                f"{', '.join(metrics)} of {one.facts['model']} was scored with another signature. "
                "Score one of the cells again with backend=replay"
            )


def _changed_metrics(score: Sequence[str], one: StoredCell, other: StoredCell) -> list[str]:
    incomparable = incomparable_metrics(one, other)
    return [name for name in score if name in incomparable]
