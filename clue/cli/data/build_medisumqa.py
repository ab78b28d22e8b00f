"""`python -m clue data build medisumqa`: run a model over discharge letters, resumably."""

import argparse
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from clue import backends
from clue.config import model_files
from clue.config.folders import CONF, ROOT
from clue.config.schema import BackendConf, Config, ModelConf, PrivacyConf
from clue.config.validation import validate
from clue.data.locate import data_root, locate
from clue.data.mimic.discharge_instructions import Letter, letters
from clue.data.mimic.medisumqa import Pair, ask, distinct, question, selected, state
from clue.data.mimic.medisumqa import statements as read_statements
from clue.data.mimic.output import count, destination, write
from clue.data.registry import DATASETS, DEMO
from clue.errors import ConfigError, DataError
from clue.evaluation.generation import answered
from clue.evaluation.progress import watch
from clue.privacy import check_endpoint
from clue.records import Completion, Prompt, sha256
from clue.store.completions import CellStore
from clue.task.task_files import load as load_task

HELP = "build MeDiSumQA from MIMIC-IV: a model asks what a letter's instructions answer"


@dataclass
class Settings:
    """What `<group>.<setting>=value` may set."""

    model: ModelConf = field(default_factory=ModelConf)
    backend: BackendConf = field(default_factory=BackendConf)
    privacy: PrivacyConf = field(default_factory=PrivacyConf)


def add(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    out = "<data>/medisumqa/MeDiSumQA.json"
    places = os.environ.get("CLUE_MODELS", ROOT / "models")
    parser.add_argument("--out", type=Path, help=f"file to write (default: {out})")
    parser.add_argument("--size", type=count, default=416, help="pairs to keep (default: 416)")
    parser.add_argument("--letters", type=count, default=400, help="to ask about (default: 400)")
    parser.add_argument("--per-letter", type=count, default=5, help="statements (default: 5)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw of letters (default: 1)")
    parser.add_argument("--model", default="smollm2_135m", help="a name in conf/model")
    parser.add_argument("--backend", default="transformers", help="a name in conf/backend")
    parser.add_argument("--models", type=Path, default=places, help="folder of checkpoints")
    parser.add_argument("--mlruns", type=Path, default=ROOT / "mlruns", help="for cached weights")
    parser.add_argument(
        "settings", nargs="*", help="model.<setting>=value, backend.<...>=..., privacy.<...>=..."
    )


def run(arguments: argparse.Namespace) -> int:
    """Build the file; prints what was counted, and no text.

    Completions are kept beside the file as they finish, so the same command goes on after a stop.

    Raises:
        ClueError: letters, model or settings cannot be used, the file exists or cannot be written.
    """
    root = data_root(arguments.data)
    out = destination(arguments.out, root, "medisumqa")
    settings = _settings(arguments)
    cache = arguments.mlruns / "cache"
    setup = backends.Setup(settings.model, settings.backend, Path(arguments.models), cache)
    backend = backends.make(setup)
    access = "open" if root == DEMO else DATASETS["mimic"].access
    check_endpoint(backend.endpoint(), access, "mimic", settings.privacy)
    counts: Counter[str] = Counter()
    path = locate(DATASETS["mimic"], "notes", root)
    chosen = letters(path, arguments.letters, arguments.seed, counts)
    generation = {
        "model": {"label": settings.model.label, **model_files.identity(settings.model)},
        "backend": backend.identity(),
        "decoding": "greedy",
    }
    store = CellStore(out.parent / f".{out.stem}-{sha256(generation)[:16]}")
    with store.locked():
        store.describe(generation)
        pairs = _pairs(
            _fitting(chosen, backend, counts), arguments.per_letter, store, backend, counts
        )
    found = selected(distinct(pairs, counts), arguments.size)
    counts["pairs written"] = len(found)
    if not found:
        raise DataError(
            f"no pair passed the filters ({_said(counts)}); a larger model asks better questions"
        )
    print(write(out, [pair.row() for pair in found], arguments.size, counts))
    print(f"completions are kept in {store.folder}; they restate letters, delete them when done")
    return 0


def _pairs(
    chosen: Sequence[Letter],
    per_letter: int,
    store: CellStore,
    backend: backends.Backend,
    counts: Counter[str],
) -> list[Pair]:
    told = _answers("statements", [state(letter) for letter in chosen], store, backend)
    stated = [
        (letter, number, statement)
        for letter, completion in zip(chosen, told, strict=True)
        for number, statement in enumerate(read_statements(letter, completion, per_letter, counts))
    ]
    counts["statements asked about"] = len(stated)
    asked = _answers("questions", [ask(*each) for each in stated], store, backend)
    pairs = [
        Pair(letter, found, statement)
        for (letter, _, statement), completion in zip(stated, asked, strict=True)
        if (found := question(completion.text))
    ]
    counts["answers that are no question, left out"] = len(stated) - len(pairs)
    return pairs


def _fitting(
    chosen: Sequence[Letter], backend: backends.Backend, counts: Counter[str]
) -> list[Letter]:
    """Letters whose instructions fit the model's context; a cut one would state half a fact."""
    context = backend.context()
    if context is None:
        return list(chosen)
    prompts = [state(letter) for letter in chosen]
    fits = [backend.count(prompt) + prompt.max_new_tokens <= context for prompt in prompts]
    counts["letters too long for the model, left out"] = fits.count(False)
    return [letter for letter, fit in zip(chosen, fits, strict=True) if fit]


def _answers(
    name: str, prompts: Sequence[Prompt], store: CellStore, backend: backends.Backend
) -> list[Completion]:
    return answered(store, prompts, backend, watch(name)) if prompts else []


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.items())


def _settings(arguments: argparse.Namespace) -> Settings:
    file = CONF / "backend" / f"{arguments.backend}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in file.parent.glob("*.yaml")))
        raise ConfigError(f"there is no backend {arguments.backend!r}; there are {known}")
    named = {"model": model_files.load(arguments.model), "backend": OmegaConf.load(file)}
    try:
        said = OmegaConf.from_dotlist(arguments.settings)
        made: Any = OmegaConf.to_object(
            OmegaConf.merge(OmegaConf.structured(Settings), OmegaConf.create(named), said)
        )
    except Exception as error:  # OmegaConf's errors share no useful base class
        text = str(error).partition("\n")[0]
        raise ConfigError(f"{' '.join(arguments.settings)}: {text}") from error
    assert isinstance(made, Settings)
    if made.model.baseline:
        raise ConfigError(f"{arguments.model} is a rule and asks no questions; name a model")
    # ranges are checked for a whole configuration, which has a task
    tasks = {"medisumqa": load_task("medisumqa")}
    validate(Config(model=made.model, backend=made.backend, privacy=made.privacy, tasks=tasks))
    return made
