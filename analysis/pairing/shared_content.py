"""Clusters of dependent samples: those of a declared cluster, and copies of the same item."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.errors import PairingError
from analysis.pairing.missing_samples import IdFormat, hide_ids
from analysis.readers.per_sample import SampleRow
from clue.common.plural import counted


def cluster_names(
    ids: Sequence[str], rows: Sequence[Sequence[SampleRow]], format_ids: IdFormat = hide_ids
) -> tuple[str, ...]:
    """Returns the cluster that each sample's rows declare, otherwise the sample's own id.

    Args:
        ids: ids of the samples.
        rows: rows of each sample, of both models.
        format_ids: text for samples in the message.

    Raises:
        PairingError: rows of one sample declare different clusters.

    >>> cluster_names(["a", "b"], [[SampleRow("a", cluster="ward 1")], [SampleRow("b")]])
    ('ward 1', 'b')
    """
    declared = [{row.cluster for row in copies if row.cluster is not None} for copies in rows]
    ambiguous = [sample for sample, names in zip(ids, declared, strict=True) if len(names) > 1]
    if ambiguous:
        raise PairingError(
            f"{counted(len(ambiguous), 'sample is', 'samples are')} in more than one cluster"
            f"{format_ids(ambiguous)}: all repeats of a sample must have the same cluster, in both "
            "files"
        )
    return tuple(min(names, default=sample) for sample, names in zip(ids, declared, strict=True))


def join_shared_content(
    names: Sequence[str], rows: Sequence[Sequence[SampleRow]]
) -> tuple[tuple[str, ...], int]:
    """Joins the clusters of samples that have the same content.

    Args:
        names: cluster of each sample.
        rows: rows of each sample, of both models.

    Returns:
        The cluster of each sample, and the number of samples that share content with another.

    >>> rows = [[SampleRow("a", content="x")], [SampleRow("b", content="x")]]
    >>> join_shared_content(["a", "b"], rows)
    (('a', 'a'), 2)
    """
    contents = [{row.content for row in copies if row.content is not None} for copies in rows]
    pairs = [(sample, content) for sample, digests in enumerate(contents) for content in digests]
    if len({content for _, content in pairs}) == len(pairs):
        return tuple(names), 0
    samples = np.array([sample for sample, _ in pairs])
    _, content, counts = np.unique(
        [content for _, content in pairs], return_inverse=True, return_counts=True
    )
    distinct, cluster = np.unique(names, return_inverse=True)
    size = len(distinct) + len(counts)
    edges = (np.ones(len(pairs)), (cluster[samples], len(distinct) + content))
    _, labels = connected_components(coo_array(edges, shape=(size, size)), directed=False)
    first: dict[int, str] = {}
    for name, label in zip(distinct, labels, strict=False):
        first.setdefault(int(label), str(name))
    joined = tuple(first[int(labels[code])] for code in cluster)
    return joined, len(set(samples[counts[content] > 1].tolist()))
