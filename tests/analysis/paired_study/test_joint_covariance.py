import numpy as np
import pytest

from analysis.paired_study.joint_covariance import DatasetSeries, joint_covariance, shared_patients
from analysis.stats.clusters import robust
from analysis.stats.paired import Paired


def unit(pair: str, dataset: str, clusters: list[str], seed: int) -> DatasetSeries:
    rng = np.random.default_rng(seed)
    ids = [f"{dataset}-{index}" for index in range(len(clusters))]
    n = len(ids)
    series = Paired.of(ids, clusters, rng.random(n), rng.random(n))
    return DatasetSeries(pair, dataset, dataset, series)


def test_its_diagonal_is_the_cr2_variance() -> None:
    units = [unit("p", "meqsum", list("aabbcd"), 1), unit("q", "mednli", list("aabbcd"), 2)]
    expected = [robust(member.series.sums).se_cr2 ** 2 for member in units]
    assert np.diag(joint_covariance(units)) == pytest.approx(expected)


def test_equal_names_in_two_data_sets_are_not_the_same_cluster() -> None:
    units = [unit("p", "meqsum", list("aabbcd"), 1), unit("p", "mednli", list("aabbcd"), 1)]
    covariance = joint_covariance(units)
    assert covariance[0, 1] == covariance[1, 0] == 0


def test_pairs_covary_through_the_items_of_a_data_set() -> None:
    one, two = unit("p", "meqsum", list("abcdef"), 1), unit("q", "meqsum", list("abcdef"), 2)
    a, b = (member.series.differences - member.series.differences.mean() for member in (one, two))
    covariance = joint_covariance([one, two])
    assert covariance[0, 1] == pytest.approx((a * b).sum() / 36 / (1 - 1 / 6))


def test_a_patient_in_two_data_sets_joins_them() -> None:
    letters = ["10000032-DS-1", "10000032-DS-2", "10000048-DS-1", "10000099-DS-1"]
    answers = unit("p", "medisumqa", letters, 1)
    codes = unit("p", "medisumcode", ["10000032", "20000001", "20000002"], 2)
    assert shared_patients([answers, codes]) == 1
    premises = unit("p", "mednli", ["10000032", "20000001", "x"], 3)  # names that mean others
    joint = joint_covariance([answers, codes, premises])
    assert joint[2, 0] == joint[2, 1] == 0
    covariance = joint[:2, :2]
    d, e = (
        member.series.differences - member.series.differences.mean() for member in (answers, codes)
    )
    both = (d[0] + d[1]) / 4 / np.sqrt(1 - 1 / 4) * e[0] / 3 / np.sqrt(1 - 1 / 3)
    assert covariance[0, 1] == pytest.approx(both)
    expected = [robust(member.series.sums).se_cr2 ** 2 for member in (answers, codes)]
    # within a data set letters stay the clusters
    assert np.diag(covariance) == pytest.approx(expected)


def test_nobody_is_shared_where_no_patient_is() -> None:
    answers = unit("p", "medisumqa", ["10000032-DS-1", "10000048-DS-1"], 1)
    codes = unit("p", "medisumcode", ["20000001", "20000002"], 2)
    longhealth = unit("p", "longhealth", ["20000001", "x"], 3)
    assert shared_patients([answers, codes, longhealth]) == 0
