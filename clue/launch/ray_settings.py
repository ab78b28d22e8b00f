"""Settings of the launcher on Ray."""

from dataclasses import dataclass, field

TARGET = "hydra_plugins.clue.RayLauncher"
"""Name of the class in Hydra's settings, which accepts launchers of this package only."""


@dataclass
class RayConf:
    """Settings of `hydra.launcher`; `conf/hydra/launcher/ray.yaml` explains them."""

    _target_: str = TARGET
    address: str | None = None
    num_gpus: float | None = None
    num_cpus: float = 1
    memory_gb: float | None = None
    resources: dict[str, float] = field(default_factory=dict)
    max_retries: int = 3
    n_jobs: int | None = None
