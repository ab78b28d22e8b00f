"""Error rates of the statistics of `analysis` on simulated data with a known truth.

    python -m benchmarks.calibration                             # print the table, two minutes
    python -m benchmarks.calibration --write docs/statistics.md  # put it between its marks

Each module simulates one situation, seeded, and measures with the functions of `analysis`
themselves how often a true null hypothesis is rejected or an interval misses. Usual methods that do
not serve are measured beside them: they prove that the simulated situation is a hard one. The tests
in tests/analysis/calibration compare every rate with its bounds.
"""

from benchmarks.calibration.rates import Rate

__all__ = ["Rate"]
