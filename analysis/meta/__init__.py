"""Meta-analysis of differences: pairs within families of base models, errors correlated.

    python -m analysis meta estimates.csv [--covariance matrix.csv] [--json]

`random_effects` answers for a population of pairs, `fixed_set` for exactly the pairs at hand.
"""

from analysis.meta.classical import (
    Pooled,
    cochran_q,
    dersimonian_laird,
    fixed_effect,
    hartung_knapp,
    i2,
    wald,
)
from analysis.meta.moderators import Moderation, moderator
from analysis.meta.random_effects import Headline, random_effects
from analysis.meta.sensitivity import (
    family_mean,
    fixed_set,
    leave_one_family_out,
    off_diagonal_share,
)

__all__ = [
    "Headline",
    "Moderation",
    "Pooled",
    "cochran_q",
    "dersimonian_laird",
    "family_mean",
    "fixed_effect",
    "fixed_set",
    "hartung_knapp",
    "i2",
    "leave_one_family_out",
    "moderator",
    "off_diagonal_share",
    "random_effects",
    "wald",
]
