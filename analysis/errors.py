"""Errors of an analysis, by cause.

    ClueError
    ├── ResultsError    a file of per-sample results does not have the format it seems to have
    ├── PairingError    two sets of results are not of the same items
    └── EstimatesError  a file of estimates cannot be used (`analysis.meta.csv_rows`)

Every message gives the file, the problem in it and the next step. No message quotes an item.
"""

from clue.errors import ClueError


class ResultsError(ClueError):
    """A file of per-sample results does not have the format that it seems to have."""


class PairingError(ClueError):
    """Two sets of results are not of the same items, so a paired comparison is impossible."""
