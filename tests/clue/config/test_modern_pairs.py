"""Pairs that are newer than the paper: their model files and `study=modern`."""

import pytest

from clue.config import model_files
from clue.config.files import config_files
from clue.config.schema import ModelConf
from clue.study.declaration import declare, load
from clue.study.problems import declaration_problems

MODERN = {
    "EPFLiGHT/Apertus-8B-MeditronFO": "swiss-ai/Apertus-8B-Instruct-2509",
    "EPFLiGHT/Apertus-70B-MeditronFO": "swiss-ai/Apertus-70B-Instruct-2509",
    "EPFLiGHT/Gemma-3-27B-MeditronFO": "google/gemma-3-27b-it",
    "google/medgemma-27b-text-it": "google/gemma-3-27b-it",
    "google/medgemma-4b-it": "google/gemma-3-4b-it",
    "google/medgemma-1.5-4b-it": "google/gemma-3-4b-it",
    "microsoft/MediPhi": "microsoft/Phi-3.5-mini-instruct",
    "microsoft/MediPhi-Instruct": "microsoft/Phi-3.5-mini-instruct",
    "HPAI-BSC/Llama3.1-Aloe-Beta-8B": "meta-llama/Llama-3.1-8B",
    "HPAI-BSC/Llama3.1-Aloe-Beta-70B": "meta-llama/Llama-3.1-70B",
    "HPAI-BSC/Qwen2.5-Aloe-Beta-7B": "Qwen/Qwen2.5-7B",
    "HPAI-BSC/Qwen2.5-Aloe-Beta-72B": "Qwen/Qwen2.5-72B",
    "FreedomIntelligence/HuatuoGPT-o1-7B": "Qwen/Qwen2.5-7B-Instruct",
    "FreedomIntelligence/HuatuoGPT-o1-8B": "meta-llama/Llama-3.1-8B-Instruct",
    "FreedomIntelligence/HuatuoGPT-o1-70B": "meta-llama/Llama-3.1-70B-Instruct",
    "FreedomIntelligence/HuatuoGPT-o1-72B": "Qwen/Qwen2.5-72B-Instruct",
    "Intelligent-Internet/II-Medical-8B": "Qwen/Qwen3-8B",
    "Intelligent-Internet/II-Medical-8B-1706": "Qwen/Qwen3-8B",
    "baichuan-inc/Baichuan-M2-32B": "Qwen/Qwen2.5-32B",
    "BioMistral/BioMistral-7B-SLERP": "mistralai/Mistral-7B-Instruct-v0.1",
    "BioMistral/BioMistral-7B-TIES": "mistralai/Mistral-7B-Instruct-v0.1",
    "EPFLiGHT/Meditron3-Gemma2-2B": "google/gemma-2-2b-it",
    "EPFLiGHT/Meditron3-Gemma2-9B": "google/gemma-2-9b-it",
    "TsinghuaC3I/Llama-3.1-8B-UltraMedical": "meta-llama/Llama-3.1-8B",
    "Henrychur/MMed-Llama-3-8B": "meta-llama/Meta-Llama-3-8B",
    "starmpcc/Asclepius-Llama3-8B": "meta-llama/Meta-Llama-3-8B",
    "dmis-lab/llama-3-meerkat-8b-v1.0": "meta-llama/Meta-Llama-3-8B-Instruct",
    "UCSC-VLAA/m1-7B-23K": "Qwen/Qwen2.5-7B-Instruct",
    "UbiquantAI/Fleming-R1-7B": "Qwen/Qwen2.5-7B",
    "axiong/PMC_LLaMA_13B": "huggyllama/llama-13b",
    "FreedomIntelligence/Apollo2-7B": "Qwen/Qwen2-7B",
}
"""Biomedical model to the model that it is compared with."""
THINKING = (
    *(f"huatuogpt_o1_{size}b" for size in (7, 8, 70, 72)),
    *("ii_medical_8b", "ii_medical_8b_1706", "baichuan_m2_32b", "m1_7b_23k", "fleming_r1_7b"),
)
UNVERIFIED_BASES = (
    *("ultramedical_llama31_8b", "mmed_llama3_8b", "asclepius_llama3_8b", "fleming_r1_7b"),
    *("pmc_llama_13b", "apollo2_7b"),
)
GPU = 80e9
"""Bytes of the GPU that each pair of `study=modern` fits."""
CACHE = 12e9
"""Bytes of it that are left for the cache of prompts."""
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


def pairs_outside_of(*studies: str) -> dict[str, ModelConf]:
    older = {name for study in studies for name in load(study).models}
    loaded = {name: model_files.load(name) for name in model_files.names() if name not in older}
    return {name: model for name, model in loaded.items() if model.base}


def first_comment(name: str) -> str:
    lines = config_files("model")[name].read_text().splitlines()
    end = next(index for index, line in enumerate(lines) if not line.startswith("#"))
    return " ".join(line.removeprefix("#").strip() for line in lines[:end])


NEWER = pairs_outside_of("paper", "demo")


def weights(model: ModelConf) -> float:
    """Bytes of the weights."""
    assert model.parameters
    return 1e9 * model.parameters * BYTES[model.dtype]


def fits(name: str) -> bool:
    pair = (NEWER[name], model_files.load(str(NEWER[name].base)))
    return max(map(weights, pair)) <= GPU - CACHE


def test_every_newer_model_has_the_base_of_its_authors() -> None:
    bases = {model.repo: model_files.load(str(model.base)).repo for model in NEWER.values()}
    assert bases == MODERN


@pytest.mark.parametrize("name", NEWER)
def test_a_newer_pair_is_one_family_with_the_source_of_its_facts(name: str) -> None:
    base = model_files.load(str(NEWER[name].base))
    assert model_files.family(NEWER[name]) == model_files.family(base) == base.family
    assert base.label.startswith(str(base.family))
    comment = first_comment(name)
    assert any(word in comment for word in ("The card", "repository", "report"))
    assert "nverified" in comment  # none of these files was checked in full
    says_so = str(NEWER[name].chat).startswith("Thinks before it answers")
    assert says_so is (name in THINKING)
    assert NEWER[name].adaptation


@pytest.mark.parametrize("name", UNVERIFIED_BASES)
def test_an_unverified_base_is_marked(name: str) -> None:
    comment = first_comment(name)
    assert "Base: unverified" in comment or "Unverified: base" in comment


def test_models_of_one_recipe_have_different_bases() -> None:
    recipes = {name: model.recipe for name, model in NEWER.items() if model.recipe}
    assert set(recipes.values()) == {
        *("meditronfo", "medgemma", "aloe_beta", "huatuogpt_o1", "biomistral", "meditron3")
    }
    for recipe in set(recipes.values()) - {"biomistral"}:  # merges of one training with its base
        bases = [NEWER[name].base for name in recipes if recipes[name] == recipe]
        assert len(bases) == len(set(bases)) > 1


def test_the_modern_study_has_every_newer_pair_that_fits_one_gpu() -> None:
    conf = load("modern")
    assert sorted(conf.models) == sorted(filter(fits, NEWER))
    assert set(NEWER) - set(conf.models) == {
        *("meditronfo_apertus_70b", "aloe_beta_llama31_70b", "aloe_beta_qwen25_72b"),
        *("huatuogpt_o1_70b", "huatuogpt_o1_72b"),
    }


def test_the_modern_study_asks_what_the_papers_study_asks() -> None:
    modern, paper = load("modern"), load("paper")
    known = {name: model_files.load(name) for name in model_files.names()}
    assert list(declaration_problems(modern, known)) == []
    assert (modern.levels, modern.overall) == (paper.levels, paper.overall)
    assert (modern.references, modern.margins) == (paper.references, paper.margins)
    declared = declare(modern)
    assert len(declared.pairs) == len(modern.models) == 26
    assert declared.hypotheses() == {"overall": 26, "levels": 52, "tasks": 156}
