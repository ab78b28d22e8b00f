"""What can go wrong in an analysis, by cause.

    ClueError
    ├── ResultsError   a file of results cannot be read as what it seems to be
    ├── PairingError   two sets of results are not of the same items
    └── EstimatesError  a file of estimates cannot be used (`analysis.meta.csv_rows`)

Every message names the file, what was found there and what to do; never a text of an item.
"""

from clue.errors import ClueError


class ResultsError(ClueError):
    """A file of per-sample results cannot be read as what it seems to be."""


class PairingError(ClueError):
    """Two sets of results are not of the same items, so that nothing paired can be said."""
