"""Exceptions by cause.

    ClueError                 shown as its message, without a traceback; exit code 1
    ├── ConfigError           a setting is unknown, out of range or contradicts another
    ├── DataError             a data set differs from its official release
    │   └── DataMissing       the file is missing: the message gives its path and its source
    ├── ModelError            weights, tokenizer or server cannot be used
    │   ├── ModelUnavailable  unavailable: gated, offline, misspelt, its server down
    │   └── PromptTooLong     prompt plus answer exceeds the model's context
    ├── PrivacyError          text of credentialed data would leave this machine or be printed
    ├── StoreError            a file cannot be written, or the store cannot be read
    └── TrackingError         the MLflow store does not answer
    Terminated                SIGTERM; a BaseException, so that no handler hides it; exit code 143

Every message gives the value, the place and the next command.
"""

import errno

UNWRITABLE = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some of your quota",
    errno.EROFS: "mount the disk for writing",
    errno.EACCES: "let this user write there",
    errno.EPERM: "let this user write there",
}
"""Number of an error of a write that a person can mend, with the remedy."""
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""Errors of disks alone; a permission is also missing for processes and connections."""


class ClueError(Exception):
    """Error for the user; its text is the complete message."""


class ConfigError(ClueError):
    """A setting is unknown, out of range or contradicts another."""


class PrivacyError(ClueError):
    """Text of credentialed data would leave this machine or be printed."""


class DataError(ClueError):
    """A data file differs from its official release."""


class DataMissing(DataError):
    """A data file is missing."""


class ModelError(ClueError):
    """Weights, tokenizer or server cannot be used."""


class ModelUnavailable(ModelError):
    """A checkpoint is not on this machine and cannot be downloaded."""


class PromptTooLong(ModelError):
    """A prompt plus its answer exceeds the model's context."""


class StoreError(ClueError):
    """A file cannot be written, or the store cannot be read."""


class TrackingError(ClueError):
    """The MLflow store does not answer or refuses a request."""


def explain_os_error(error: OSError) -> str:
    """Returns the path and the reason of a file error that no message of its own explains."""
    reason = error.strerror or type(error).__name__
    if error.errno in DISK:
        place = f" {error.filename}" if error.filename else ""
        remedy = UNWRITABLE[error.errno].capitalize()
        return f"cannot write{place}: {reason}. {remedy}, then run the same command again"
    return f"cannot use {error.filename or 'a file'}: {reason}. Change this, or name another one"


def remedy_of_failed_write(error: OSError) -> str:
    """Returns what lets a write succeed, in words that other words can follow."""
    other = "choose another folder (paths.mlruns=<folder>, paths.data=<folder>)"
    remedy = UNWRITABLE.get(error.errno or 0)
    return f"{remedy} or {other}" if remedy else other


class Terminated(BaseException):
    """SIGTERM arrived: the process shuts down and keeps all stored results."""
