import numpy as np
import pytest

from analysis.meta.gls import Gls, intercept
from tests.analysis.meta.published import bcg, shared_controls


def test_treatments_that_share_a_control_have_the_published_effects_and_covariance() -> None:
    data, design = shared_controls()
    fit = Gls(data.y, design, data.sampling)
    assert fit.beta == pytest.approx([0.020016, 0.004280, 0.021142], abs=5e-7)
    expected = [[24.612, 19.954, 13.323], [19.954, 28.538, 13.255], [13.323, 13.255, 69.806]]
    assert fit.cov * 1e6 == pytest.approx(np.array(expected), abs=5e-4)
    assert fit.q == pytest.approx(7.1907, abs=5e-5)


def test_cochran_q_of_bcg() -> None:
    data = bcg()
    fit = Gls(data.y, intercept(13), np.diag(data.sampling))
    assert fit.q == pytest.approx(152.2330, abs=5e-5)


def test_a_fit_agrees_with_ordinary_matrix_algebra() -> None:
    data, design = shared_controls()
    inverse = np.linalg.inv(data.sampling)
    cov = np.linalg.inv(design.T @ inverse @ design)
    fit = Gls(data.y, design, data.sampling)
    assert fit.beta == pytest.approx(cov @ design.T @ inverse @ data.y)
    expected = inverse - inverse @ design @ cov @ design.T @ inverse
    assert fit.projection == pytest.approx(expected, rel=1e-9, abs=1e-9)
