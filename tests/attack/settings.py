"""Mutated settings of run.py, the analysis and clue: a sentence, nothing outside of the store."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.attack.campaign import Campaign, Case
from tests.attack.forked import Ended, command, warm

RUN = (
    *("model=smollm2_135m", "task=[mednli]", "backend=fake", "limit=2", "prompt=zero_shot"),
    *("paths.data=demo", "force=false", "dry_run=false", "scoring=embedded", "study=demo"),
    *("tasks.mednli.max_new_tokens=9", "model.name=x", "model.context=2048", "model.dtype=float32"),
    *("model.parameters=1", "backend.batch_size=4", "backend.repeat_alone=1", "prompt.shots=1"),
    *("prompt.source=test", "prompt.name=p", "tracking.experiment=clue", "tracking.uri=null"),
    *(
        "logging.text=full",
        "on_overflow=error",
        "isolate=false",
        "gpus_per_job=1",
        "paths.mlruns=s",
    ),
    *("tasks.mednli.metrics=[accuracy]", "tasks.mednli.score=[accuracy]", "hydra.verbose=false"),
    *("hydra/launcher=joblib", "hydra.launcher.n_jobs=1", "hydra.job.name=clue", "model.base=null"),
    *("privacy.allow_remote=false", "privacy.trusted_endpoints=[]", "dry_run_tokens_per_second=9"),
    *("tasks.mednli.system=x", "tasks.mednli.user=x", "hydra.run.dir=s/h", "paths.models=m"),
)
ANALYSIS = (
    *("study=demo", "models=[smollm2_135m_hpo]", "tasks=[mednli]", "seed=1", "flips=999"),
    *("draws=999", "large=15", "sensitivity=false", "report=false", "text=null", "output=s/out"),
    *(
        "comparator=base",
        "prompt=paper",
        "include_trials=true",
        "paths.mlruns=s",
        "paths.data=demo",
    ),
)
STORE = (
    *("list", "list --study=demo", "list --pair=smollm2_135m_hpo", "list --task=mednli"),
    *("use 0123", "note 0123 text", "remove 0123", "export s/a.zip", "import s/a.zip"),
    *("prune", "relocate", "verify"),
)
VALUES = (
    *(
        "",
        "null",
        "''",
        "[]",
        "{}",
        "[[]]",
        "{a: 1}",
        "true",
        "-1",
        "0",
        "1.5",
        "1e400",
        "nan",
        "inf",
    ),
    *("9" * 30, "x" * 3000, "é", "\u202e", "\U0001f600", "a\tb", "a b", "..", "../x", "/", "/x/y"),
    *("/proc/x", "/dev/null", "~nobody/x", "~", "${oc.env:HOME}", "${limit}", "${nothing}", "${"),
    *(
        "${x:y}",
        "???",
        "glob(*)",
        "glob(nothing*)",
        "choice(1,2)",
        "range(3)",
        "range(0)",
        "1,2",
        ",",
    ),
    *(
        "a/b",
        "-x",
        "--x",
        "a=b",
        "\\",
        '"',
        "'",
        "[",
        "{",
        "$(touch x)",
        ";",
        "%s",
        "{0}",
        "[null]",
    ),
    *("[mednli,mednli]", "all", "none", "\x01", "\n", "@", "file:///x", "range(0)"),
)
FLAGS = (
    *(
        "-m",
        "--cfg job",
        "--cfg hydra",
        "--cfg all",
        "--resolve",
        "--info",
        "--help",
        "--hydra-help",
    ),
    *("-p hydra", "--package x", "-cn x", "-cp /x", "-cd /x", "--config-dir", "--config-dir=/x"),
    *("--version", "--", "-", "-x", "-sc install=bash", "--experimental-rerun x", "--multirun=x"),
)


@contextmanager
def shared(folder: Path) -> Iterator[Path]:
    """Imports everything."""
    store = folder / "s"
    warm(" ".join(("run.py", *RUN[:6], f"paths.mlruns={store}")))
    warm(f"clue store list paths.mlruns={store} paths.data=demo")
    command(["analysis", *ANALYSIS[:9], f"paths.mlruns={store}"])
    yield store


def attempt(case: Case) -> Iterator[str]:
    """Run a valid command with one to three mutations."""
    words = _words(case.draw)
    ended = command(words, seconds=60, folder=case.folder)
    for problem in _problems(words, ended, case.folder):
        yield f"{' '.join(word[:120] for word in words)!r}: {problem}"


def _words(draw: random.Random) -> list[str]:
    program = draw.choice(("run", "run", "run", "analysis", "store"))
    if program == "store":
        words = ["clue", "store", *draw.choice(STORE).split(), "paths.mlruns=s"]
        position = draw.randrange(2, len(words))
        words[position] = draw.choice((draw.choice(VALUES), _mutated(words[position], draw)))
        return words
    if program == "analysis":
        basis = [*ANALYSIS[:9], "paths.mlruns=s", "paths.data=demo"]
        return ["analysis", *basis, *(_mutated(draw.choice(ANALYSIS), draw) for _ in "ab")]
    mutations = [_mutated(draw.choice(RUN), draw) for _ in range(draw.randint(1, 3))]
    flags = draw.choice(FLAGS).split() if draw.random() < 0.25 else []
    return ["run.py", *flags, *RUN[:6], "paths.mlruns=s", *mutations]


def _mutated(setting: str, draw: random.Random) -> str:
    name, _, value = setting.partition("=")
    return draw.choice(
        (
            *(f"{name}={draw.choice(VALUES)}" for _ in range(6)),
            *(f"+{setting}", f"++{setting}", f"~{name}", f"~{setting}", f"{name}x={value}", name),
            *(f"{name}.x={value}", f"{name}@y={value}", f"{name.upper()}={value}", f"={value}"),
        )
    )


def _problems(words: list[str], ended: Ended, folder: Path) -> Iterator[str]:
    unforeseen = ended.unforeseen()
    if unforeseen and not any("hydra.verbose" in word for word in words):
        yield unforeseen
    elif ended.code not in (0, 1, 2):
        yield f"exit code {ended.code} after {ended.seconds:.0f} s: {ended.output[-300:]}"
    elif not ended.output.strip():
        yield f"exit code {ended.code} without a word"
    outside = {path.name for path in folder.iterdir()} - {"s", "m", "inf"}  # 1e400 reads as inf
    named = {word.partition("=")[2].split("/")[0] for word in words if word.startswith("paths.")}
    if outside - named:
        yield f"outside of the store: {sorted(outside)}"


CAMPAIGN = Campaign(250, attempt, shared, minutes=30)
