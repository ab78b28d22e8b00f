import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from clue.checkpoints.locate import ADAPTER
from clue.cli.models.context_needs import ContextNeed, context_needs
from clue.cli.models.model_table import NAMES, NUMBERS
from clue.cli.models.overview import model_overviews
from clue.cli.models.parser import main
from clue.config import model_files
from clue.config.files import config_files
from clue.config.folders import ROOT
from clue.config.schema import ModelConf
from clue.errors import ConfigError
from clue.study.declaration import load
from tests import tiny

CHECKPOINTS = [name for name in model_files.names() if name != "hf" and model_files.load(name).repo]

PAIRS = {
    "epfl-llm/meditron-7b": "meta-llama/Llama-2-7b-hf",
    "epfl-llm/meditron-70b": "meta-llama/Llama-2-70b-hf",
    "BioMistral/BioMistral-7B": "mistralai/Mistral-7B-Instruct-v0.1",
    "BioMistral/BioMistral-7B-DARE": "mistralai/Mistral-7B-Instruct-v0.1",
    "internistai/base-7b-v0.2": "mistralai/Mistral-7B-Instruct-v0.1",
    "aaditya/Llama3-OpenBioLLM-8B": "meta-llama/Meta-Llama-3-8B-Instruct",
    "m42-health/Llama3-Med42-8B": "meta-llama/Meta-Llama-3-8B-Instruct",
    "HPAI-BSC/Llama3-Aloe-8B-Alpha": "meta-llama/Meta-Llama-3-8B-Instruct",
    "aaditya/Llama3-OpenBioLLM-70B": "meta-llama/Meta-Llama-3-70B-Instruct",
    "m42-health/Llama3-Med42-70B": "meta-llama/Meta-Llama-3-70B-Instruct",
    "EPFLiGHT/Meditron3-8B": "meta-llama/Llama-3.1-8B-Instruct",
    "EPFLiGHT/Meditron3-70B": "meta-llama/Llama-3.1-70B-Instruct",
}
"""Biomedical model to base in the study (Dada et al. 2025, table 3)."""
OTHER_DTYPE = ("meditron7b", "meditron70b")
"""Released in bfloat16, their bases in float16; the study of the paper allows this difference."""
TEXT_ONLY = ("medgemma_27b_text",)
"""Without the image encoder of the base, whose parameters are counted."""


def loaded() -> dict[str, ModelConf]:
    return {name: model_files.load(name) for name in CHECKPOINTS}


def test_the_pairs_are_those_of_the_study_and_the_demo() -> None:
    known = loaded()
    models = [known[name] for study in ("paper", "demo") for name in load(study).models]
    found = {model.repo: known[str(model.base)].repo for model in models}
    small = known["smollm2_135m"].repo
    assert found == PAIRS | {small: small}


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_model_file_says_what_a_reader_needs(name: str) -> None:
    model = model_files.load(name)
    assert model.context
    assert model.parameters
    assert model.licence
    said = OmegaConf.load(config_files("model")[name])
    assert {"revision", "adaptation"} <= set(said)  # null and [] say that nothing is known


@pytest.mark.parametrize("name", [name for name in CHECKPOINTS if model_files.load(name).base])
def test_a_pair_differs_in_nothing_but_its_training(name: str) -> None:
    tuned = model_files.load(name)
    base = model_files.load(str(tuned.base))
    assert (tuned.domain, base.domain) == ("biomedical", "general")
    assert tuned.quantization == base.quantization
    assert (tuned.dtype != base.dtype) is (name in OTHER_DTYPE)
    assert (tuned.parameters != base.parameters) is (name in TEXT_ONLY)
    assert model_files.family(tuned) == model_files.family(base)
    if tuned.ancestor:
        assert model_files.family(model_files.load(tuned.ancestor)) == model_files.family(tuned)


def test_a_base_or_an_ancestor_without_a_file_is_named() -> None:
    for role in ("base", "ancestor"):
        lost = replace(model_files.load("aloe8b"), **{role: "nobody"})
        with pytest.raises(ConfigError, match=f"model.{role}=nobody: there is no model"):
            model_files.family(lost)


def tuned(base_repo: str) -> ModelConf:
    return ModelConf(repo="org/tuned", base_repo=base_repo)


def test_a_base_without_a_file_has_the_name_of_its_own_run(tmp_path: Path) -> None:
    for repo in ("org/base", "/data/some base/", str(tmp_path)):
        assert model_files.base(tuned(repo)) == ModelConf(repo=repo).label
        assert model_files.family(tuned(repo)) == model_files.family(ModelConf(repo=repo))
    assert model_files.base(ModelConf(repo="org/tuned")) is None


def test_a_base_with_one_file_has_its_name_and_family() -> None:
    assert model_files.base(tuned("meta-llama/Llama-2-7b-hf")) == "llama2_7b"
    small = tuned("HuggingFaceTB/SmolLM2-135M-Instruct")  # also the repo of an adapter's file
    assert (model_files.base(small), model_files.family(small)) == ("smollm2_135m", "smollm2")


def own_models(folder: Path, monkeypatch: pytest.MonkeyPatch, **repos: str) -> None:
    (folder / "model").mkdir(exist_ok=True)
    for name, facts in repos.items():
        (folder / "model" / f"{name}.yaml").write_text(f"name: {name}\nrepo: {facts}\n")
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(folder))


def test_of_two_files_of_the_base_none_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_models(tmp_path, monkeypatch, one="org/base", int4="org/base\nquantization: int4")
    assert model_files.base(tuned("org/base")) == "one"
    own_models(tmp_path, monkeypatch, two="org/base\ndtype: float16")
    assert model_files.base(tuned("org/base")) == "org--base"


def test_a_base_never_takes_the_name_of_another_checkpoints_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        ConfigError, match=r"model.base_repo=llama2_7b would have the name llama2_7b"
    ):
        model_files.base(tuned("llama2_7b"))


def test_a_model_file_with_a_base_repo_shows_its_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_models(tmp_path, monkeypatch, mine="org/mine\nbase_repo: meta-llama/Llama-2-7b-hf")
    (row,) = model_overviews(["mine"], [], tmp_path)
    assert (row.base, row.family, row.facts()["base"]) == ("llama2_7b", "llama2_7b", "llama2_7b")


def test_a_sweep_over_all_models_leaves_out_what_needs_a_name() -> None:
    (override,) = OverridesParser.create().parse_overrides(["model=glob(*,exclude=hf)"])
    chosen: Any = override.value()
    assert set(chosen.filter(model_files.names())) == {*model_files.names()} - {"hf"}


def test_a_setting_that_is_not_used_changes_no_fingerprint() -> None:
    model = ModelConf(repo="org/m", dtype="float16")
    keys = {"repo", "revision", "adapter", "gguf_file", "dtype"}
    assert set(model_files.identity(model)) == keys
    facts = replace(model, licence="MIT", chat="odd", adaptation=["merge"], context=5, access="ask")
    assert model_files.identity(facts) == model_files.identity(model)
    assert model_files.identity(replace(model, quantization="int4"))["quantization"] == "int4"


@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({"repo": "org/m"}, True),
        ({"repo": "org/m", "revision": "main"}, True),
        ({"repo": "org/m", "revision": 40 * "a"}, False),
        ({"repo": str(ROOT)}, False),
        ({"repo": "org/m", "gguf_package": "package", "gguf_file": "f"}, False),
        ({"baseline": "copy"}, False),
    ],
)
def test_only_a_branch_of_the_hub_leaves_the_weights_open(
    fields: dict[str, str], *, is_open: bool
) -> None:
    assert model_files.is_open(ModelConf(**fields)) is is_open  # type: ignore[arg-type]


def test_the_facts_of_the_cards_are_in_the_files() -> None:
    known = loaded()
    assert known["internist7b"].context == 4096
    assert {known[f"meditron{size}b"].dtype for size in (7, 70)} == {"bfloat16"}
    for size in (8, 70):
        assert known[f"meditron3_{size}b"].adaptation == ["continued pre-training"]
    templates = {name: model.chat_template for name, model in known.items() if model.chat_template}
    plain = ("llama3_8b", "mmed_llama3_8b", "qwen2_7b", "qwen25_7b", "qwen25_32b", "qwen25_72b")
    assert templates == {"openbiollm8b": "llama3_8b_instruct"} | dict.fromkeys(plain, "none")


@pytest.mark.parametrize(
    ("line", "reason"),
    [("contxt: 5", "contxt"), ("context: lots", "lots"), ("  - x: [", "mapping values")],
)
def test_a_malformed_file_is_named_with_its_fields(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, reason: str
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "odd.yaml").write_text(f"name: odd\nrepo: org/odd\n{line}\n")
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(tmp_path))
    with pytest.raises(ConfigError, match=rf"odd\.yaml is malformed: .*{reason}|{reason}.*context"):
        model_files.load("odd")


def test_needs_are_measured_where_the_data_are_and_else_estimated(tmp_path: Path) -> None:
    here = {
        need.task: need
        for need in context_needs(tiny.meqsum(tmp_path / "data"), tmp_path / "cache")
    }
    assert here["meqsum"].longest
    assert not here["medisumqa"].longest
    assert here["meqsum"].tokens
    assert here["meqsum"].tokens > 512
    nowhere = {need.task: need for need in context_needs(tmp_path, tmp_path / "cache")}
    assert not nowhere["meqsum"].longest
    assert nowhere["longhealth1"].tokens in range(5000, 6000)


def test_a_longer_prompt_is_measured_again_and_not_remembered(tmp_path: Path) -> None:
    measured = []
    for words in (30, 600):
        tiny.longhealth(tmp_path / "data", words=words)
        found = {need.task: need for need in context_needs(tmp_path / "data", tmp_path / "cache")}
        measured.append(found["longhealth1"].tokens or 0)
    assert measured[0] < measured[1]


def test_models_of_short_context_fit_level_1_only() -> None:
    asked = [
        ContextNeed("short", "1", 900, True),
        ContextNeed("long", "2", 5000, True),
        ContextNeed("new", None, None, False),
    ]
    fits = {
        row.model.name: row.fits for row in model_overviews(["llama2_7b", "aloe8b"], asked, Path())
    }
    assert fits == {"llama2_7b": ("short", "new"), "aloe8b": ("short", "long", "new")}


def test_the_table_shows_pairs_together_and_what_is_here(
    capsys: pytest.CaptureFixture[str], models: Path, tmp_path: Path
) -> None:
    places = ["--models", str(models), "--data", str(tmp_path), "--mlruns", str(tmp_path)]
    assert main(places) == 0
    lines = capsys.readouterr().out.splitlines()
    order = [line.split()[0] for line in lines if line.strip()]
    assert order.index("llama2_7b") + 2 == order.index("meditron7b")
    rowed = {line.split()[0]: line for line in lines if line.strip()}
    assert rowed["meditron7b"].split() == [
        *("meditron7b", "llama2_7b", "llama2_7b", "6.74", "2,048"),
        *("exam,", "level1,", "medec,", "mts_dialog", "folder"),
    ]
    assert rowed["llama3_8b_instruct"].split()[-1] == "gated"
    assert rowed["meditron7b"].index("meditron7b") > rowed["llama2_7b_chat"].index("llama2_7b")
    assert "family llama3_8b: 11 models" in "\n".join(lines)
    legend = "\n".join(lines[lines.index("") :])
    assert all(f"\n{name}  " in legend for name in (*NAMES, *NUMBERS, "fits", "weights"))
    assert main(["openbiollm8b", *places]) == 0
    facts = capsys.readouterr().out
    assert "128009" in facts
    assert "chat_template: llama3_8b_instruct" in facts
    assert "not pinned:    a branch of the hub decides" in facts


def test_programs_get_the_same_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--json", "--data", str(tmp_path), "--mlruns", str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [model["name"] for model in said["models"]].count("med42_8b") == 1
    assert {model["name"] for model in said["models"]} == set(CHECKPOINTS)
    assert {task["task"] for task in said["tasks"]} >= {"mednli", "medisumcode"}


def test_an_unknown_name_is_answered_with_similar_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["med43"]) == 1
    assert "there is no model 'med43'; did you mean med42_8b" in capsys.readouterr().err


def test_the_table_loads_no_model_library() -> None:
    code = (
        "import sys; from clue.cli.models.parser import main; main(['--data', '/nowhere']);"
        "print([name for name in ('torch', 'transformers', 'mlflow') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_adapter_of_the_demo_is_committed_and_small() -> None:
    folder = ROOT / str(model_files.load("smollm2_135m_hpo").adapter)
    size = sum(path.stat().st_size for name in ADAPTER for path in folder.glob(name))
    assert 0.5e6 < size < 2.5e6
    record = json.loads((folder / "training.json").read_text())
    assert record["held_out"]["loss_after"] < record["held_out"]["loss_before"]
    named = json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"]
    assert named == model_files.load("smollm2_135m").repo
