"""Device of the weights: the setting, else the GPUs, else the CPU, with a warning if it is slow."""

import logging

from clue.backends import Setup

log = logging.getLogger(__name__)

MOST_ON_CPU = 1.0
"""Parameters in billions of which a CPU answers a task in minutes."""


def device_map(setup: Setup) -> str:
    """Returns transformers' `device_map`; warns if a large model goes to the CPU unasked."""
    import torch

    device = setup.backend.device
    if device != "auto":
        return device
    if torch.cuda.is_available():
        return "auto"
    model = setup.model
    if (model.parameters or 0) > MOST_ON_CPU:
        log.warning(
            "%s has %g billion parameters and torch %s finds no GPU: it answers on the CPU, many "
            "times slower. See `nvidia-smi`; for the hours: dry_run=true; to try the command in "
            "seconds: backend=fake",
            model.label,
            model.parameters,
            torch.__version__,
        )
    return "cpu"
