"""Twelve pairs in seven families, pairs of a family sharing a base run."""

import numpy as np

MEMBERS = np.repeat(np.arange(7), [3, 3, 2, 1, 1, 1, 1])
FAMILIES = tuple(f"family {number}" for number in MEMBERS)
RECIPES = (
    *("bio", "bio", "intern"),
    *("open", "med", "aloe"),
    *("open", "med", "tron", "tron", "t3", "t3"),
)
"""Training recipe of each pair; families and recipes form four groups that share neither."""
SHARED = 0.6
"""Correlation of the errors of two pairs with one base run."""
ERRORS = np.array([1.2, 1.5, 1.8, 1.4, 1.1, 1.6, 1.3, 1.7, 1.5, 1.2, 1.9, 1.4])
"""Standard errors of the pairs, in points."""
CORRELATION = np.where(MEMBERS[:, None] == MEMBERS, SHARED, 0.0) + (1 - SHARED) * np.eye(12)
SAMPLING = CORRELATION * np.outer(ERRORS, ERRORS)
