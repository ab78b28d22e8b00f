"""The built wheel works away from the checkout: its commands, its configuration, its templates."""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from clue.config.folders import ROOT

PARTS = ("clue", "analysis", "conf")
FILES = ("pyproject.toml", "README.md", "LICENSE")
FAKE = "task=[mednli,meqsum] backend=fake limit=6 paths.data=demo prompt=zero_shot"
COMMANDS = (
    f"clue run -m model=meditron7b,llama2_7b {FAKE}",
    "clue models",
    "clue data status --data demo",
    "clue store list",
    "clue store verify paths.mlruns=mlruns",
    "clue analysis --mlruns mlruns include_trials=true",
    "python -m analysis prompt=zero_shot include_trials=true report=false output=zero_shot",
    "clue compare base.csv tuned.csv",
    "clue power --items 100 --sd 0.1",
    "clue meta pairs.csv",
)
"""In the order in which a reader would give them: later ones read what earlier ones wrote."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the checkout, where building leaves its folders."""
    copy = tmp_path_factory.mktemp("source")
    for name in PARTS:
        shutil.copytree(
            ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in FILES:
        shutil.copy2(ROOT / name, copy)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", copy / "dist", copy], check=True, timeout=300)
    (path,) = (copy / "dist").glob("*.whl")
    return path


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment with the wheel and this environment's dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    install = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install"]
    subprocess.run([*install, "--quiet", "--no-deps", wheel], check=True, timeout=300)
    # a path file of another environment adds its packages and does not run its own path files,
    # among which is the one of the checkout
    (libraries / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elsewhere")
    for name, shift in {"base.csv": 0, "tuned.csv": 1}.items():
        rows = "".join(f"s{number},{(number + shift) % 3 // 2}\n" for number in range(40))
        (folder / name).write_text(f"sample_id,score\n{rows}")
    rows = "".join(f"{number - 2.5},{1 + number / 9},f{number // 2}\n" for number in range(6))
    (folder / "pairs.csv").write_text(f"estimate,variance,family\n{rows}")
    return folder


def run(command: str, scripts: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    program, *arguments = shlex.split(command)
    environment = {key: text for key, text in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [scripts / program, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_commands_of_the_wheel_work_in_another_folder(scripts: Path, folder: Path) -> None:
    for command in COMMANDS:
        ended = run(command, scripts, folder)
        assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
        assert ended.stdout, command
    assert "<html" in (folder / "mlruns" / "analysis" / "report.html").read_text()
    assert "llama2_7b" in run("clue models", scripts, folder).stdout
    again = run(f"clue run model=meditron7b {FAKE}", scripts, folder)
    assert "is finished" in again.stdout + again.stderr


def test_the_code_that_ran_is_the_wheel_s(scripts: Path, folder: Path) -> None:
    code = "import clue, analysis; print(clue.__file__, analysis.__file__)"
    ended = run(f"python -c '{code}'", scripts, folder)
    assert str(ROOT) not in ended.stdout
    assert ended.stdout.count(str(scripts.parent)) == 2
