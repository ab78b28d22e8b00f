"""Builds the sections of the report in reading order."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from analysis.names import display_order
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.summary import limits, summary
from analysis.report import (
    design,
    draws,
    exams_and_format,
    gaps,
    items,
    methods,
    prompt_settings,
    prompts,
    selectors,
    thoughts,
)
from analysis.report.document import FoldedList, Report, ReportTable, Section
from analysis.report.figures import FIGURES, RenderedFigure, render
from analysis.report.first_screen import NO_PAIR, first_screen
from analysis.report.glossary import TERMS
from analysis.report.item_links import level_keys, task_keys, with_item_anchors
from analysis.report.report_marks import marks_by_model, with_marks
from analysis.report.tables import literature, models, pairs, pooled, quality, shrinkage
from analysis.report.tables.estimand import estimand
from analysis.sentences.pooled import ONE_PAIR, tally
from analysis.sentences.prompt_settings import exploratory
from analysis.sentences.verdict import CHANGES
from analysis.settings import AnalysisConf
from clue.common.processes import in_processes
from clue.marks import described, marked, union

MAX_CLAIMS = 3
"""Changes in the headline score that the answer spells out."""

Figures = Mapping[str, RenderedFigure | None]


def build_report(results: StudyResults, conf: AnalysisConf) -> Report:
    """Builds the report of a study; a missing figure is replaced by its reason."""
    setting, title = selectors.reported_setting(results), conf.study.title
    marks_of = marks_by_model(results, conf)
    marks, marks_text = union(*marks_of.values()), described(marks_of)
    declared = [name for name, spec in FIGURES.items() if spec.applies(results)]
    drawn = in_processes(lambda name: render(name, results, conf, marks_of), declared)
    figures = dict(zip(declared, drawn, strict=True))
    if setting is None:
        answers, warnings = [marked(marks, NO_PAIR)], []
        sections = [
            _model_scores(results, conf, figures),
            _literature(results, conf.declared_prompt, figures),
            gaps.missing(results),
            gaps.trials(results, conf),
        ]
    else:
        answers = [setting.headline(paragraph) for paragraph in _answer(setting, conf)]
        remarks = [*gaps.void(results), *thoughts.remarks(results.settings)]
        warnings = [marked(marks, warning) for warning in remarks]
        answers = [*warnings, *answers]
        if not setting.confirmatory:
            warning = exploratory(setting.prompt)
            title, answers = f"{warning} {title}", [warning, *answers]
        facts = summary(results, conf)
        sections = [
            design.section(results, setting, conf, str(facts["design_sha256"])),
            *_comparisons(results, setting, figures),
            exams_and_format.exam_section(setting, conf, figures),
            prompts.section(results, figures["prompts"]),
            draws.section(results),
            thoughts.section(results),
            prompt_settings.section(results, setting, figures["prompt_settings"]),
            _model_scores(results, conf, figures),
            exams_and_format.format_section(setting, conf, figures),
            *_robustness(results, setting, figures, facts["analyses"]),
            *items.sections(setting, conf),
            *_answers_and_data(results, setting, figures),
            gaps.missing(results),
            Section("Methods", "methods", methods.paragraphs(setting, conf), methods.REFERENCES),
            Section("Limitations", "limits", points=limits(results.settings)),
            gaps.trials(results, conf),
        ]
        answers += list(prompts.scope(setting))
    answers += [" ".join(results.study.statement)] * bool(results.study.statement)
    sections.append(Section("Glossary", "glossary", terms=TERMS))
    filled = [with_marks(section, marks) for section in sections if not section.is_empty]
    first = first_screen(results, conf, warnings)
    return Report(title, first, answers, filled, marks, marks_text)


def _comparisons(results: StudyResults, setting: PromptResults, figures: Figures) -> list[Section]:
    tasks = with_item_anchors(pairs.tasks(setting), task_keys(setting), results)
    levels = with_item_anchors(pairs.levels(setting), level_keys(setting), results)
    return [
        _section("All pairs", "pairs", figures, ("forest",), [levels]),
        _section(
            "Tasks",
            "tasks",
            figures,
            ("heatmap",),
            [tasks, shrinkage.shrunken(setting)],
        ),
        _sentences(setting),
    ]


def _robustness(
    results: StudyResults, setting: PromptResults, figures: Figures, analyses: Mapping[str, str]
) -> list[Section]:
    other_analyses = [
        *([pooled.sensitivity(setting, analyses)] if setting.sensitivity else []),
        estimand(setting),
        pooled.moderators(setting),
    ]
    equivalence = _section(
        "Equivalence", "equivalence", figures, ("power", "margins"), [pairs.equivalence(setting)]
    )
    floors = [setting.pooled(floor.sentence) for floor in selectors.noise(results, setting)]
    return [
        replace(equivalence, paragraphs=[*equivalence.paragraphs, *floors]),
        _section("Replicability", "replicability", figures, (), [pairs.replicability(setting)]),
        _section("Sensitivity and moderators", "sensitivity", figures, (), other_analyses),
    ]


def _answers_and_data(
    results: StudyResults, setting: PromptResults, figures: Figures
) -> list[Section]:
    failures = [quality.failures(results, setting)]
    return [
        _section("Items", "items", figures, ("distributions", "patients")),
        _section("Answer failures", "failures", figures, ("failures",), failures),
        _literature(results, setting.prompt, figures),
        _section("Data quality", "ledger", figures, (), [quality.ledger(results, setting)]),
    ]


def _answer(setting: PromptResults, conf: AnalysisConf) -> Iterator[str]:
    """Paragraphs about the most comprehensive level that some pair has; else about its tasks.

    Each begins with the marks of its results.
    """
    level, rows = selectors.headline_rows(setting)
    if level not in setting.answers:
        yield setting.pooled("No pair has all tasks of a level yet. Results by task:")
        yield from (row.judgement.sentence for row in selectors.primary_rows(setting, "task"))
        return
    if len(rows) == 1:
        yield rows[0].judgement.sentence
        yield ONE_PAIR
        return
    yield from map(setting.pooled, setting.answers[level].sentences(level))
    verdicts = [(row.key.tuned, row.judgement.verdict) for row in rows]
    yield setting.pooled(tally(level, verdicts, conf.study.margins.level))
    claims = [row.judgement.sentence for row in rows if row.judgement.verdict in CHANGES]
    yield from claims[:MAX_CLAIMS]


def _sentences(setting: PromptResults) -> Section:
    """A sentence for each confirmatory comparison: detected changes first, then by pair."""
    rows = selectors.primary_rows(setting, "level", "task")
    ordered = sorted(rows, key=lambda row: (row.key.pair, display_order(row.key.task)))
    groups = [
        FoldedList(pair, [row.judgement.sentence for row in group])
        for pair, group in groupby(ordered, key=lambda row: row.key.pair)
    ]
    if len(groups) == 1:
        return Section("Results in words", "words", points=groups[0].points)
    changes = [row.judgement.sentence for row in ordered if row.judgement.verdict in CHANGES]
    lead = "Changes detected after Holm's correction:"
    if not changes:
        lead = "No change was detected after Holm's correction. The results of each pair:"
    return Section("Results in words", "words", [lead], changes, groups)


def _model_scores(results: StudyResults, conf: AnalysisConf, figures: Figures) -> Section:
    levels = results.study.declaration.tree.of_datasets
    standings = selectors.reported_standings(results, conf)
    tables = [models.scores(standings, levels), models.ranks(standings, levels)]
    return _section("All models", "levels", figures, ("levels",), tables)


def _literature(results: StudyResults, prompt: str, figures: Figures) -> Section:
    table = literature.published_scores(results, prompt)
    section = _section("Published results", "literature", figures, ("literature",), [table])
    return replace(section, paragraphs=[figure.alt for figure in section.figures])


def _section(
    title: str,
    anchor: str,
    figures: Figures,
    names: tuple[str, ...],
    tables: list[ReportTable] | None = None,
) -> Section:
    """Section of figures and tables; a sentence replaces a figure that could not be drawn."""
    names = tuple(name for name in names if name in figures)
    absent = [
        f"{FIGURES[name].title}: {FIGURES[name].absence}" for name in names if not figures[name]
    ]
    drawn = [figure for name in names if (figure := figures[name])]
    filled = [table for table in tables or [] if table.rows]
    return Section(title, anchor, absent, figures=drawn, tables=filled)
