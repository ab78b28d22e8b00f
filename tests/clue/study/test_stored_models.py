"""Models without a file in conf/model, as the cells of a store describe them."""

from dataclasses import replace

from clue.config import model_files
from clue.study.stored_models import stored_models
from tests.clue.study.conftest import Evaluated


def test_a_model_without_a_file_is_described_by_its_cells(evaluated: Evaluated) -> None:
    (tuned,) = (one for one in evaluated.tables["three_shot"] if one.facts["model"] == "meditron7b")
    assert stored_models([tuned]) == {}
    identity = {**tuned.facts["generation"]["model"], "repo": "org/mine", "revision": "v2"}
    generation = {**tuned.facts["generation"], "model": identity}
    facts = {**tuned.facts, "model": "org--mine", "generation": generation}
    mine = replace(tuned, facts=facts)
    (model,) = stored_models([mine, tuned]).values()
    assert model_files.identity(model) == identity
    assert (model.label, model.base, model.domain) == ("org--mine", "llama2_7b", "biomedical")
    assert (model.family, model.parameters) == ("llama2_7b", tuned.facts["parameters"])
    assert model.adaptation == ["continued pre-training"]


def test_of_different_descriptions_the_first_by_fingerprint_counts(evaluated: Evaluated) -> None:
    (tuned,) = (one for one in evaluated.tables["three_shot"] if one.facts["model"] == "meditron7b")
    tables = [
        replace(tuned, facts={**tuned.facts, "model": "mine", "fingerprint": digit, "base": base})
        for digit, base in (("2", "llama2_7b"), ("1", "llama31_8b"))
    ]
    for order in (tables, tables[::-1]):
        assert stored_models(order)["mine"].base == "llama31_8b"
