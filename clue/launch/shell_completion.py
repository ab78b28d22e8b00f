"""Answer of `run.py` to a shell that completes its command line.

Nothing is evaluated, so none of the modules that evaluate is imported: a key press waits for this.
"""

import os
import sys
from collections.abc import Sequence

from clue.errors import ClueError

WORDS = frozenset({"-sc", "--shell-completion"})
"""Options of Hydra that ask for it."""


def asks_completion(arguments: Sequence[str]) -> bool:
    """True if a command line asks for the completion of another one, or for its installation.

    >>> asks_completion(["-sc", "install=bash"]), asks_completion(["task=meqsum"])
    (True, False)
    """
    return bool(WORDS & set(arguments))


def complete(arguments: Sequence[str]) -> None:
    """Print what Hydra knows as continuations of the line in the environment's `COMP_LINE`.

    Args:
        arguments: the option and what it asks for, e.g. `-sc query=bash`.

    Raises:
        ClueError: an own file or folder cannot be used, or no shell asks.
    """
    import hydra
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from clue.config.composition import register
    from clue.config.folders import CONF
    from clue.config.hydra_search_path import search_own_folders

    register()
    search_own_folders()
    sys.argv[1:] = arguments  # Hydra reads sys.argv
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra raises, so that errors have one format
    try:
        hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")(_no_job)()
    except (HydraException, OmegaConfBaseException, ValueError, KeyError) as error:
        raise ClueError(
            f"no completion of {' '.join(arguments)}: {error}; in a shell: "
            'eval "$(python run.py -sc install=bash)"'
        ) from error


def _no_job(_: object) -> None: ...
