"""Which samples are no evidence of their own: those of a cluster, and the same item twice."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.errors import PairingError
from analysis.pairing.ledger import Naming
from analysis.readers.per_sample import Row
from clue.common.plural import counted


def clusters(ids: Sequence[str], rows: Sequence[Sequence[Row]], naming: Naming) -> tuple[str, ...]:
    """The cluster that each sample's rows name, else the sample itself.

    Args:
        ids: of the samples.
        rows: those of each sample, of both models.
        naming: of samples in the message.

    Raises:
        PairingError: rows of one sample name different clusters.
    """
    named = [{row.cluster for row in found if row.cluster is not None} for found in rows]
    wrong = [sample for sample, names in zip(ids, named, strict=True) if len(names) > 1]
    if wrong:
        raise PairingError(
            f"{counted(len(wrong), 'sample is', 'samples are')} in more than one cluster"
            f"{naming(wrong)}: repeats of a sample, and the same sample in the two files, must "
            "name the same one"
        )
    return tuple(min(names, default=sample) for sample, names in zip(ids, named, strict=True))


def join(names: Sequence[str], rows: Sequence[Sequence[Row]]) -> tuple[tuple[str, ...], int]:
    """Put samples with the same content into one cluster, with all that is in theirs.

    Args:
        names: cluster of each sample.
        rows: those of each sample, of both models.

    Returns:
        the cluster of each sample, and how many samples have the content of another.
    """
    contents = [{row.content for row in found if row.content is not None} for found in rows]
    pairs = [(place, content) for place, found in enumerate(contents) for content in found]
    if len({content for _, content in pairs}) == len(pairs):
        return tuple(names), 0
    places = np.array([place for place, _ in pairs])
    _, content, counts = np.unique(
        [content for _, content in pairs], return_inverse=True, return_counts=True
    )
    distinct, cluster = np.unique(names, return_inverse=True)
    size = len(distinct) + len(counts)
    edges = (np.ones(len(pairs)), (cluster[places], len(distinct) + content))
    _, labels = connected_components(coo_array(edges, shape=(size, size)), directed=False)
    first: dict[int, str] = {}
    for name, label in zip(distinct, labels, strict=False):
        first.setdefault(int(label), str(name))
    joined = tuple(first[int(labels[code])] for code in cluster)
    return joined, len(set(places[counts[content] > 1].tolist()))
