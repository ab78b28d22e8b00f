"""`python -m clue data build medisumqa`: a model writes questions on discharge letters."""

import argparse
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from clue import backends
from clue.common.console import print_lines
from clue.config import model_files
from clue.config.folders import CONF, ROOT
from clue.config.schema import BackendConf, Config, ModelConf, PrivacyConf
from clue.config.validation import validate
from clue.data.locate import data_root, locate
from clue.data.mimic.discharge_instructions import Letter, draw_letters
from clue.data.mimic.medisumqa import (
    QuestionAnswer,
    least_revealing,
    question_prompt,
    read_question,
    read_statements,
    statement_prompt,
    without_repeats,
)
from clue.data.mimic.output import destination, positive_integer, write_dataset
from clue.data.registry import DATASETS, DEMO
from clue.errors import ConfigError, DataError
from clue.evaluation.generation import complete_prompts
from clue.evaluation.progress import CellProgress
from clue.privacy import check_endpoint
from clue.records import Completion, Prompt, sha256
from clue.store.completions import CellStore
from clue.task.task_files import load as load_task


@dataclass
class Settings:
    """Settings that `<group>.<setting>=value` may change."""

    model: ModelConf = field(default_factory=ModelConf)
    backend: BackendConf = field(default_factory=BackendConf)
    privacy: PrivacyConf = field(default_factory=PrivacyConf)


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    out = "<data>/medisumqa/MeDiSumQA.json"
    checkpoints = os.environ.get("CLUE_MODELS", ROOT / "models")
    parser.add_argument("--out", type=Path, help=f"file to write (default: {out})")
    parser.add_argument(
        "--size", type=positive_integer, default=416, help="pairs to keep (default: 416)"
    )
    parser.add_argument(
        "--letters", type=positive_integer, default=400, help="letters (default: 400)"
    )
    parser.add_argument(
        "--per-letter", type=positive_integer, default=5, help="questions (default: 5)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the draw (default: 1)")
    parser.add_argument("--model", default="smollm2_135m", help="a name in conf/model")
    parser.add_argument("--backend", default="transformers", help="a name in conf/backend")
    parser.add_argument("--models", type=Path, default=checkpoints, help="folder of checkpoints")
    parser.add_argument("--mlruns", type=Path, default=ROOT / "mlruns", help="for cached weights")
    parser.add_argument(
        "settings", nargs="*", help="model.<setting>=value, backend.<...>=..., privacy.<...>=..."
    )


def run(arguments: argparse.Namespace) -> int:
    """Builds the file; prints counts, and no clinical text.

    Completions are stored in the file's folder as they finish; the same command continues there.

    Raises:
        ClueError: letters, model or settings cannot be used, the file exists or cannot be written.
    """
    root = data_root(arguments.data)
    out = destination(arguments.out, root, "medisumqa")
    settings = _settings(arguments)
    cache = arguments.mlruns / "cache"
    setup = backends.Setup(settings.model, settings.backend, Path(arguments.models), cache)
    backend = backends.create_backend(setup)
    access = "open" if root == DEMO else DATASETS["mimic"].access
    check_endpoint(backend.endpoint(), access, "mimic", settings.privacy)
    counts: Counter[str] = Counter()
    path = locate(DATASETS["mimic"], "notes", root)
    drawn = draw_letters(path, arguments.letters, arguments.seed, counts)
    generation = {
        "model": {"label": settings.model.label, **model_files.identity(settings.model)},
        "backend": backend.identity(),
        "decoding": "greedy",
    }
    store = CellStore(out.parent / f".{out.stem}-{sha256(generation)[:16]}")
    with store.locked():
        store.describe(generation)
        pairs = _pairs(
            _fitting(drawn, backend, counts), arguments.per_letter, store, backend, counts
        )
    selected = least_revealing(without_repeats(pairs, counts), arguments.size)
    counts["pairs written"] = len(selected)
    if not selected:
        raise DataError(f"no pair passed the filters ({_summary(counts)}); try a larger model")
    print_lines(write_dataset(out, [pair.row() for pair in selected], arguments.size, counts))
    print_lines(
        f"completions are in {store.folder}; they repeat clinical text: delete them when done"
    )
    return 0


def _pairs(
    letters: Sequence[Letter],
    per_letter: int,
    store: CellStore,
    backend: backends.Backend,
    counts: Counter[str],
) -> list[QuestionAnswer]:
    prompts = [statement_prompt(letter) for letter in letters]
    completions = _answers("statements", prompts, store, backend)
    statements = [
        (letter, number, statement)
        for letter, completion in zip(letters, completions, strict=True)
        for number, statement in enumerate(read_statements(letter, completion, per_letter, counts))
    ]
    counts["statements asked about"] = len(statements)
    prompts = [question_prompt(*statement) for statement in statements]
    completions = _answers("questions", prompts, store, backend)
    pairs = [
        QuestionAnswer(letter, question, statement)
        for (letter, _, statement), completion in zip(statements, completions, strict=True)
        if (question := read_question(completion.text))
    ]
    counts["answers that are no question, left out"] = len(statements) - len(pairs)
    return pairs


def _fitting(
    letters: Sequence[Letter], backend: backends.Backend, counts: Counter[str]
) -> list[Letter]:
    """Drops letters whose instructions exceed the model's context; a cut one states half a fact."""
    context = backend.context()
    if context is None:
        return list(letters)
    prompts = [statement_prompt(letter) for letter in letters]
    fits = [backend.count(prompt) + prompt.max_new_tokens <= context for prompt in prompts]
    counts["letters too long for the model, left out"] = fits.count(False)
    return [letter for letter, fit in zip(letters, fits, strict=True) if fit]


def _answers(
    name: str, prompts: Sequence[Prompt], store: CellStore, backend: backends.Backend
) -> list[Completion]:
    return complete_prompts(store, prompts, backend, CellProgress(name)) if prompts else []


def _summary(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {description}" for description, number in counts.items())


def _settings(arguments: argparse.Namespace) -> Settings:
    file = CONF / "backend" / f"{arguments.backend}.yaml"
    if not file.is_file():
        names = ", ".join(sorted(path.stem for path in file.parent.glob("*.yaml")))
        raise ConfigError(f"there is no backend {arguments.backend!r}; there are {names}")
    defaults = {"model": model_files.load(arguments.model), "backend": OmegaConf.load(file)}
    try:
        overrides = OmegaConf.from_dotlist(arguments.settings)
        settings: Any = OmegaConf.to_object(
            OmegaConf.merge(OmegaConf.structured(Settings), OmegaConf.create(defaults), overrides)
        )
    except Exception as error:  # OmegaConf's errors share no useful base class
        text = str(error).partition("\n")[0]
        raise ConfigError(f"{' '.join(arguments.settings)}: {text}") from error
    assert isinstance(settings, Settings)
    if settings.model.baseline:
        raise ConfigError(f"{arguments.model} is a baseline and writes no questions; name a model")
    config = Config(model=settings.model, backend=settings.backend, privacy=settings.privacy)
    config.tasks["medisumqa"] = load_task("medisumqa")  # a configuration without a task is refused
    validate(config, backends.setting_problems(config))
    return settings
