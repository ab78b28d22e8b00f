"""Seconds to score a first and a second model on 997 MeQSum answers, against plain loops.

    python run.py model=smollm2_135m task=meqsum paths.data=<data>
    python -m benchmarks.scoring --data <data> [--mlruns mlruns]

All metrics of Problem Summary with `scoring=embedded` (ROUGE, BERTScore by MiniLM, UMLS concepts by
the Human Phenotype Ontology). The first model's answers are the stored ones of SmolLM2, the
second's are those of the fake backend (12 words of each question); the references are the same.
Caches start empty, and models are released between the two, as between the jobs of a sweep.

Two plain loops compute the same scores without the project's reuse, with the same linker and
libraries:

* `objects per pair`: a ROUGE scorer and a BERTScore call per pair, and the concepts of one text at
  a time; nothing is cached.
* `one BERTScore call`: the same, but BERTScore gets all pairs in one call, as in the authors' code.

Their scores are compared with the project's.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from bert_score import score as bert_score
from omegaconf import OmegaConf
from rouge_score.rouge_scorer import RougeScorer
from transformers.utils.logging import disable_progress_bar

from clue.backends import Setup
from clue.backends.fake import FakeBackend
from clue.checkpoints.locate import package_folder
from clue.config.folders import CONF, ROOT
from clue.config.model_files import load
from clue.config.schema import BackendConf, PromptConf
from clue.config.scoring_schema import ScoringConf
from clue.data.locate import data_root
from clue.metrics.concepts.hpo import Hpo
from clue.metrics.concepts.linking import Linker, resolve_overlaps
from clue.metrics.concepts.mentions import MentionReader
from clue.metrics.concepts.word_ngrams import WordNgrams
from clue.metrics.registry import METRICS, release_scorers
from clue.metrics.scorer import Scoring
from clue.records import Prompt, Sample
from clue.task.task import Task
from clue.task.task_files import load as load_task

ROUGE = ("rouge1", "rouge2", "rougeL")
NAMES = (*ROUGE, "bertscore_f1", "umls_f1")
Columns = dict[str, list[float | None]]


def ours(answers: Sequence[str], references: Sequence[str], scoring: Scoring) -> Columns:
    """Score as the project scores a cell."""
    release_scorers()
    columns: Columns = {}
    for scorer in dict.fromkeys(METRICS[name].scorer for name in NAMES):
        names = [name for name in NAMES if METRICS[name].scorer is scorer]
        scores = scorer.score(names, answers, references, scoring)
        columns |= {name: list(values) for name, values in scores.items()}
    return columns


def plain(
    answers: Sequence[str], references: Sequence[str], conf: ScoringConf, *, one_call: bool
) -> Columns:
    """Score without reuse; BERTScore once for all pairs or once per pair."""
    pairs = list(zip(answers, references, strict=True))
    columns: Columns = {name: [] for name in NAMES}
    for answer, reference in pairs:
        scores = RougeScorer(list(ROUGE)).score(reference, answer)
        for name in ROUGE:
            columns[name].append(scores[name].fmeasure)
    encoder = package_folder(str(conf.bertscore.package), "MiniLM") / "model"
    options = {"model_type": str(encoder), "num_layers": conf.bertscore.num_layers}
    for group in [pairs] if one_call else [[pair] for pair in pairs]:
        f1 = bert_score([a for a, _ in group], [r for _, r in group], **options)[2]
        columns["bertscore_f1"] += f1.tolist()
    reader = MentionReader(WordNgrams())
    generator = Hpo().generator(conf.umls.threshold)
    for answer, reference in pairs:
        predicted, target = (
            _concepts(text, reader, generator, conf) for text in (answer, reference)
        )
        size = len(predicted) + len(target)
        columns["umls_f1"].append(2 * len(predicted & target) / size if target else None)
    return columns


def _concepts(text: str, reader: MentionReader, generator: object, conf: ScoringConf) -> set[str]:
    (mentions,) = reader.read([text])
    linker = Linker(generator, conf.umls.threshold)  # a new linker has an empty cache
    links = linker.link(mention.meaning for mention in mentions)
    return {
        link.concept
        for link in resolve_overlaps({m: links[m.meaning] for m in mentions if m.meaning in links})
    }


def timed(name: str, work: Callable[[], Columns]) -> tuple[float, Columns]:
    """Seconds and scores; prints the seconds."""
    started = time.perf_counter()
    columns = work()
    seconds = time.perf_counter() - started
    print(f"{name:34} {seconds:8.1f} s", flush=True)
    return seconds, columns


def check_equal(columns: Columns, expected: Columns) -> None:
    """Stop unless ROUGE and UMLS agree; print how far BERTScore differs.

    For a token that resembles no other, bert-score counts a negative similarity in an unpadded pair
    and 0 in a padded one; the project always counts 0.
    """
    for name in NAMES:
        project, other = (np.array(scores[name], dtype=float) for scores in (columns, expected))
        assert (np.isnan(project) == np.isnan(other)).all(), name
        differences = np.abs(project - other)[~np.isnan(project)]
        if name.startswith("bert"):
            more = (differences > 1e-6).sum()
            print(
                f"  {name}: {more} of {len(differences)} differ by over 1e-6, "
                f"at most {differences.max():.2g}"
            )
        else:
            assert differences.max() < 1e-9, (name, differences.max())


def stored(mlruns: Path, samples: Sequence[Sample], prompts: Sequence[Prompt]) -> list[str]:
    """SmolLM2's answers to these prompts, in their order."""
    digests = {prompt.sha256 for prompt in prompts}
    for path in sorted(mlruns.glob("cells/meqsum/smollm2_135m/*/completions.jsonl")):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        texts = {row["sample_id"]: row["text"] for row in rows if row["prompt_sha256"] in digests}
        if len(texts) == len(samples):
            return [texts[sample.id] for sample in samples]
    raise SystemExit(
        f"no complete answers in {mlruns}; run the first command of this module's docstring"
    )


def main() -> None:
    """Print seconds and ratios."""
    disable_progress_bar()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--mlruns", type=Path, default=ROOT / "mlruns")
    arguments = parser.parse_args()
    file = OmegaConf.load(CONF / "scoring" / "embedded.yaml")
    conf = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(ScoringConf), file))
    assert isinstance(conf, ScoringConf)
    task = Task(load_task("meqsum"), data_root(arguments.data), PromptConf())
    split = task.split()
    prompts = [task.prompt(sample, split.shots) for sample in split.scored]
    references = [sample.target for sample in split.scored]
    first = stored(arguments.mlruns, split.scored, prompts)
    fake = FakeBackend(Setup(load("smollm2_135m"), BackendConf(), Path(), Path()))
    second = [completion.text for _, completion in fake.generate(prompts)]
    words = [sum(len(text.split()) for text in texts) for texts in (references, first, second)]
    print(f"{len(references)} pairs; words of references, first, second answers: {words}")
    ours(
        first[:20], references[:20], Scoring(conf, Path(tempfile.mkdtemp()))
    )  # imports are not timed
    scoring = Scoring(conf, Path(tempfile.mkdtemp()))
    one, scores = timed("first model", lambda: ours(first, references, scoring))
    two, _ = timed("second model", lambda: ours(second, references, scoring))
    for name, one_call in (("objects per pair", False), ("one BERTScore call", True)):
        a, expected = timed(
            f"{name}, first", partial(plain, first, references, conf, one_call=one_call)
        )
        check_equal(scores, expected)
        b, _ = timed(f"{name}, second", partial(plain, second, references, conf, one_call=one_call))
        print(f"{name}: {a / one:.1f} times the first model's, {b / two:.1f} times the second's")
    print(f"the second model costs {two / one:.2f} of the first")


if __name__ == "__main__":
    main()
