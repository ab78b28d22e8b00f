"""Peak arithmetic of the device that would run a job, found without loading anything heavy.

It bounds the speed of a model that was never measured: a token costs two operations per parameter.
"""

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clue.backends import uses_gpus
from clue.common.processes import cores
from clue.config.schema import BackendConf, ModelConf

TERAFLOPS = {
    **{"GB200": 2500, "B200": 2250, "H200": 989, "H100": 989, "H800": 989, "GH200": 989},
    **{"A100": 312, "A800": 312, "A6000": 155, "A40": 150, "A30": 165, "A10": 125},
    **{"L40S": 362, "L40": 181, "L4": 121, "V100": 125, "T4": 65},
    **{"5090": 419, "4090": 330, "4080": 195, "3090": 142, "3080": 119},
}
"""Dense operations per second in 16 bits by a part of the GPU's name, as data sheets give them;
where these give several values the largest, so that the bound holds. Unverified: from memory."""
CYCLE = {"amx_bf16": 2048, "avx512f": 64, "avx2": 32}
"""Operations of a core in a cycle by its best instruction set; otherwise `CYCLE_ELSEWHERE`."""
CYCLE_ELSEWHERE = 16
HERTZ = 5e9
"""Clock of a core: a virtual machine does not tell its own, and none is faster for long."""


@dataclass(frozen=True)
class DevicePeak:
    """A device and its peak."""

    name: str
    """As people call it; empty = the backend runs elsewhere."""
    flops: float | None
    """Operations per second; None = unknown."""

    def tokens_per_second(self, model: ModelConf) -> float | None:
        """Returns the most tokens per second that a model can read or write; None = unknown."""
        if self.flops is None or not model.parameters:
            return None
        return self.flops / (2 * model.parameters * 1e9)


def device_peak(backend: BackendConf) -> DevicePeak:
    """Returns the device that a backend would use here."""
    if not uses_gpus(backend.name):
        return DevicePeak("", None)
    gpus = () if backend.device == "cpu" else _gpus()
    return _gpu(gpus[0]) if gpus else _cpu()


def _gpu(name: str) -> DevicePeak:
    """One GPU: a model on several of them computes on one at a time."""
    words = name.replace("-", " ").split()
    teraflops = next((peak for part, peak in TERAFLOPS.items() if part in words), None)
    return DevicePeak(name, None if teraflops is None else teraflops * 1e12)


@cache
def _gpus() -> tuple[str, ...]:
    """Names of the visible GPUs; an empty CUDA_VISIBLE_DEVICES hides all."""
    if shutil.which("nvidia-smi") is None or os.environ.get("CUDA_VISIBLE_DEVICES") == "":
        return ()
    command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)
    return tuple(line.strip() for line in listing.stdout.splitlines() if line.strip())


@cache
def _cpu() -> DevicePeak:
    info = Path("/proc/cpuinfo")
    flags = set(info.read_text().split()) if info.exists() else {platform.machine()}
    cycle = next((count for flag, count in CYCLE.items() if flag in flags), CYCLE_ELSEWHERE)
    return DevicePeak(f"CPU, {cores()} cores", cores() * HERTZ * cycle)
