"""The section that compares prompt settings and shows those that are not the main one."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from analysis.names import display_name, display_order
from analysis.paired_study.prompt_setting_rows import SettingComparison
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.report import selectors
from analysis.report.document import FoldedList, ReportTable, Section
from analysis.report.figures import RenderedFigure
from analysis.report.tables import prompt_settings as tables
from analysis.sentences.prompt_settings import basis, main_setting


def section(
    results: StudyResults, setting: PromptResults, figure: RenderedFigure | None
) -> Section:
    """The section; empty if the store has one prompt setting only.

    Args:
        results: of the study.
        setting: the prompt setting that the rest of the report is about.
        figure: differences under every setting.
    """
    others = selectors.other_settings(results)
    if not others:
        return Section("Prompt settings", "settings")
    compared = results.prompt_settings
    shown = selectors.setting_comparisons(compared.comparisons)
    changes, groups = _sentences(shown)
    paragraphs = [main_setting(setting.prompt, [other.prompt for other in others])]
    if compared.comparisons:
        paragraphs.append(basis(compared.hypotheses))
    return Section(
        "Prompt settings",
        "settings",
        paragraphs,
        [*changes, *_refused(results)],
        groups,
        [figure] if figure else [],
        list(_tables(results, others)),
    )


def _sentences(shown: Sequence[SettingComparison]) -> tuple[list[str], list[FoldedList]]:
    """Sentences of detected changes, and all sentences by pair; one pair needs no list of its own.

    Several comparisons of a pair are in the order of tasks.
    """
    ordered = sorted(shown, key=lambda one: (one.key.pair, display_order(one.key.task)))
    groups = [
        FoldedList(pair, [one.sentence for one in members])
        for pair, members in groupby(ordered, key=lambda one: one.key.pair)
    ]
    if len(groups) == 1:
        return [*groups[0].points], []
    return [one.sentence for one in ordered if one.is_settled], groups


def _refused(results: StudyResults) -> Iterator[str]:
    for refusal in results.prompt_settings.refused:
        yield (
            f"{refusal.pair}, {display_name(refusal.task)}: {refusal.first_prompt} and "
            f"{refusal.second_prompt} are not compared, {refusal.reason}"
        )


def _tables(results: StudyResults, others: Sequence[PromptResults]) -> Iterator[ReportTable]:
    """Comparisons of every two settings, then the results of the other settings."""
    for first, second, comparisons in results.prompt_settings.by_settings():
        if comparisons:
            yield tables.differences(first, second, comparisons)
            yield tables.models(first, second, comparisons)
    for other in others:
        yield from (table for table in tables.undeclared(other) if table.rows)
