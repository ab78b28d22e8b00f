import numpy as np
import pytest

from analysis.meta.few_clusters import few_clusters_covariance

TWO_DATA_SETS = np.array(
    [[4.0, 1.2, 0.0, 0.0], [1.2, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.02], [0.0, 0.0, 0.02, 1.0]]
)


def test_many_degrees_of_freedom_leave_the_covariance_as_it_is() -> None:
    stable = few_clusters_covariance(TWO_DATA_SETS, np.full(4, 1e9))
    assert stable == pytest.approx(TWO_DATA_SETS, abs=1e-4)


def test_each_data_set_is_judged_by_its_own_clusters() -> None:
    """A correlation of .6 with 20 patients stays mostly, one of .02 goes completely."""
    stable = few_clusters_covariance(TWO_DATA_SETS, [19, 19, 200, 200])
    factors = np.array([19 / 17, 19 / 17, 200 / 198, 200 / 198])
    assert np.diag(stable) == pytest.approx(np.diag(TWO_DATA_SETS) * factors)
    chance = (1 - 0.6**2) ** 2 / 19 / 0.6**2
    assert stable[0, 1] == pytest.approx(1.2 * (1 - chance) * 19 / 17)
    assert stable[2, 3] == 0.0
    assert np.all(stable[:2, 2:] == 0)


def test_few_degrees_of_freedom_have_a_finite_variance() -> None:
    assert few_clusters_covariance(np.eye(2), [1.5, 3.0]) == pytest.approx(3 * np.eye(2))
