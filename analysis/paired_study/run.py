"""The paired study: its steps in their order."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from analysis.cells import StoredCell
from analysis.paired_study.cells_of_study import StudyCells
from analysis.paired_study.contrasts import requested_pairs
from analysis.paired_study.matching import align_all, undecided
from analysis.paired_study.missing import missing_tasks, unevaluated_tasks
from analysis.paired_study.prompt_factor import with_one_prompt
from analysis.paired_study.prompt_settings import compare_prompt_settings
from analysis.paired_study.prompt_study import PromptStudy
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.standings import standings
from analysis.settings import AnalysisConf
from clue.common.processes import in_processes
from clue.errors import StoreError

log = logging.getLogger(__name__)


def run(study: StudyCells, conf: AnalysisConf) -> StudyResults:
    """Compare every pair of a study.

    Args:
        study: `analysis.paired_study.cells_of_study`.
        conf: validated settings.
    """
    cells, tree = study.cells, study.declaration.tree
    requested = requested_pairs(conf.contrasts, sorted({pair.name for pair in study.pairs}))
    aligned, refused = align_all(study, conf)
    refused += undecided(study)
    by_prompt: dict[str, list[AlignedPair]] = defaultdict(list)
    for task in aligned:
        by_prompt[task.match.pair.prompt].append(task)
    readable = {key: cell for key, cell in cells.items() if _is_readable(cell)}
    prompt_studies = [
        PromptStudy(prompt, tasks, study, conf, readable, requested)
        for prompt, tasks in sorted(by_prompt.items())
    ]
    settings = in_processes(PromptStudy.results, prompt_studies, per_core=2)
    settings = _with_one_prompt(settings, study.declaration.prompts)
    families = {row.key.pair: row.key.family for setting in settings for row in setting.rows}
    return StudyResults(
        settings,
        aligned,
        missing_tasks(study, conf),
        unevaluated_tasks(study, conf),
        refused,
        readable,
        {
            prompt: standings(readable, tree, prompt, conf.study.alpha)
            for prompt in {key.prompt for key in readable}
        },
        study,
        compare_prompt_settings(
            [one for one in aligned if one.match.pair.prompt in study.declaration.prompts],
            families,
            tree,
            conf,
        ),
    )


def _with_one_prompt(
    settings: Sequence[PromptResults], declared: Sequence[str]
) -> list[PromptResults]:
    """Adds the difference under the paper's prompt to settings that have a population of prompts.

    Without the setting `paper` it is the first declared one that has one prompt.
    """
    with_one = {one.prompt: one for one in settings if not one.prompt_factor.rows}
    name = next((prompt for prompt in ("paper", *declared) if prompt in with_one), None)
    if name is None:
        return list(settings)
    rows = with_one[name].rows
    return [
        replace(one, prompt_factor=with_one_prompt(one.prompt_factor, name, rows))
        if one.prompt_factor.rows
        else one
        for one in settings
    ]


def _is_readable(cell: StoredCell) -> bool:
    """Tests if a table can be read; a damaged one costs its own comparisons, not the study."""
    try:
        return bool(cell.columns)
    except StoreError as error:
        log.warning("%s", error)
        return False
