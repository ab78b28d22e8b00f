"""Prompts and references of a task, built again from the data as a run builds them.

A store has only their digests. A text is used where its digest is that of the stored record, so
that a page never shows a prompt that a model did not get.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from analysis.paired_study.cells_of_study import TRIAL, StudyCells
from analysis.settings import AnalysisConf
from clue.errors import ClueError, DataMissing
from clue.records import Prompt, Sample, SampleKey, sha256
from clue.study.resolution import resolve
from clue.task.task import Task

log = logging.getLogger(__name__)


class AskedSample(NamedTuple):
    """A sample and the prompt that asks it."""

    sample: Sample
    prompt: Prompt


class AskedSamples(NamedTuple):
    """Samples of a task with their prompts."""

    by_key: Mapping[SampleKey, AskedSample]
    note: str = ""
    """Reason why some or all are absent; empty if none is."""


def asked_samples(study: StudyCells, conf: AnalysisConf, task: str, prompt: str) -> AskedSamples:
    """Returns the samples of a task under a prompt setting; none where the data are not here.

    Args:
        study: its declaration.
        conf: paths of the data.
        task: its name.
        prompt: name of the setting; that of a trial is the setting's own.
    """
    setting = prompt.partition(TRIAL)[0]
    try:
        config = resolve(study.declaration, conf.paths).resolver.config(setting)
        resolved = Task.of(config, task).unlimited
        split = resolved.split()
        prompts = resolved.prompts(split)
    except DataMissing:
        return AskedSamples({}, "Prompts and references are absent: the data are not here.")
    except ClueError as error:
        log.warning("no prompts of %s: %s", task, error)
        return AskedSamples({}, "Prompts and references are absent: the data cannot be read.")
    pairs = zip(split.scored, prompts, strict=True)
    return AskedSamples({one.key: AskedSample(sample, one) for sample, one in pairs})


def verified(
    asked: AskedSamples, keys: Sequence[SampleKey], prompts: Sequence[str], targets: Sequence[str]
) -> AskedSamples:
    """Returns the samples whose prompt and reference are those of stored records.

    Args:
        asked: samples of the data.
        keys: of the records, shape (n,).
        prompts: digests of the prompts, shape (n,).
        targets: digests of the references, shape (n,).
    """
    same = {
        key: one
        for key, prompt, target in zip(keys, prompts, targets, strict=True)
        if (one := asked.by_key.get(key))
        and (one.prompt.sha256, sha256(one.sample.target)) == (prompt, target)
    }
    absent = len(keys) - len(same)
    if asked.by_key and absent:
        answers = f"{absent:,} of {len(keys):,} answers"
        return AskedSamples(same, f"Prompts of {answers} are absent: the data here give others.")
    return AskedSamples(same, asked.note)
