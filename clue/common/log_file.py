"""The log file of a job, which a full disk cuts short without ending or hiding anything."""

import logging
import sys


class LogFile(logging.FileHandler):
    """File handler without a traceback for each line that the disk does not take.

    The answers and scores that cannot be written are reported by their own messages.
    """

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop a line that cannot be written; other errors are those of a call in the code."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)
