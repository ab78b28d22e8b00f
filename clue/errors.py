"""What can go wrong, by cause.

    ClueError                 said in plain words, without a traceback; exit code 1
    ├── ConfigError           a setting is unknown, out of range or contradicts another
    ├── DataError             a data set is not as its official release
    │   └── DataMissing       the file is not there: says where it was sought and where to get it
    ├── ModelError            weights, tokenizer or server cannot be used
    │   ├── ModelUnavailable  not to be had: gated, offline, misspelt, its server away
    │   └── PromptTooLong     prompt plus answer exceeds the model's context
    ├── PrivacyError          text of credentialed data would leave this machine
    ├── StoreError            something on disk cannot be written, or the store not be read
    └── TrackingError         the MLflow store does not answer
    Terminated                SIGTERM; a BaseException, so that no rescue swallows it; exit code 143

Every message names the value, the place and the next command.
"""


class ClueError(Exception):
    """An error for the user: its text is the whole message."""


class ConfigError(ClueError):
    """A setting is unknown, out of range or contradicts another."""


class PrivacyError(ClueError):
    """Text of credentialed data would leave this machine."""


class DataError(ClueError):
    """A data file is not what its official release is."""


class DataMissing(DataError):
    """A data file is not where it was sought."""


class ModelError(ClueError):
    """Weights or tokenizer cannot be used."""


class ModelUnavailable(ModelError):
    """A checkpoint is neither on this machine nor to be downloaded."""


class PromptTooLong(ModelError):
    """A prompt plus its answer does not fit the model's context."""


class StoreError(ClueError):
    """Something on disk cannot be written, or what is stored cannot be read."""


class TrackingError(ClueError):
    """The MLflow store does not answer or refuses."""


class Terminated(BaseException):
    """SIGTERM arrived: end in order, keep what is stored."""
