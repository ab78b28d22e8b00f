"""Meta-analysis of differences: pairs within families of base models, correlated errors.

    python -m analysis meta estimates.csv [--covariance matrix.csv] [--json]

`random_effects` estimates the mean of a population of pairs, `fixed_set` the mean of exactly the
given pairs, and `meta_analysis` runs these and the analyses for comparison.
"""

from analysis.meta.classical import (
    PooledMean,
    cochran_q,
    dersimonian_laird,
    fixed_effect,
    hartung_knapp,
    i2,
    wald,
)
from analysis.meta.meta_analysis import MetaAnalysis, meta_analysis
from analysis.meta.meta_regression import MetaRegression, meta_regression
from analysis.meta.random_effects import RandomEffects, random_effects
from analysis.meta.sensitivity import (
    family_mean,
    fixed_set,
    leave_one_family_out,
    off_diagonal_share,
)

__all__ = [
    "MetaAnalysis",
    "MetaRegression",
    "PooledMean",
    "RandomEffects",
    "cochran_q",
    "dersimonian_laird",
    "family_mean",
    "fixed_effect",
    "fixed_set",
    "hartung_knapp",
    "i2",
    "leave_one_family_out",
    "meta_analysis",
    "meta_regression",
    "off_diagonal_share",
    "random_effects",
    "wald",
]
