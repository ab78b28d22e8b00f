"""The report, part by part, in the order in which it is read."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from analysis.names import display_name, display_order
from analysis.paired_study.pairs import suggested_comparisons
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.summary import LIMITS, summary
from analysis.report import design, methods, selectors
from analysis.report.document import Document, Group, Section, Table
from analysis.report.figures import FIGURES, Drawn, draw
from analysis.report.tables import literature, models, pairs, pooled, quality
from analysis.sentences.pooled import answer, tally
from analysis.sentences.verdict import CHANGES
from analysis.settings import AnalysisConf
from clue.task.levels import Tree

FEW = 3
"""Changes on the highest level that the answer spells out."""
TITLE = "Does biomedical training lead to better medical performance?"


def document(results: StudyResults, conf: AnalysisConf, tree: Tree) -> Document:
    """The report of a study; says of each part that is not there what would make it."""
    setting = selectors.declared(results)
    drawn = {name: draw(name, results, conf) for name in FIGURES}
    if setting is None:
        found = [
            _scores(results, conf, drawn),
            _literature(results, conf.prompt, drawn),
            _missing(results),
        ]
        return Document(TITLE, ["No pair could be compared yet."], list(filter(_says, found)))
    said = summary(results, conf, tree)
    sections = [
        design.section(results, setting, conf, said),
        _section("Every pair", "pairs", drawn, ("forest",), [pairs.pairs(setting)]),
        _section("Tasks", "tasks", drawn, ("heatmap",), [pairs.tasks(setting)]),
        _sentences(setting),
        _scores(results, conf, drawn),
        _section(
            "Within the margins?",
            "equivalence",
            drawn,
            ("power",),
            [pairs.equivalence(setting)],
        ),
        _section("Replicability", "replicability", drawn, (), [pairs.replicability(setting)]),
        _section(
            "Other analyses, kinds of pairs",
            "sensitivity",
            drawn,
            (),
            [pooled.sensitivity(setting, said["analyses"]), pooled.moderators(setting)],
        ),
        _section("Items", "items", drawn, ("distributions", "patients")),
        _section(
            "How answers fail",
            "failures",
            drawn,
            ("failures",),
            [quality.failures(results, setting)],
        ),
        _literature(results, setting.prompt, drawn),
        _section("Data quality", "ledger", drawn, (), [quality.ledger(results, setting)]),
        _missing(results),
        Section("Methods", "methods", methods.paragraphs(setting, conf), methods.REFERENCES),
        Section("Limits", "limits", points=LIMITS),
    ]
    return Document(TITLE, list(_answer(setting, conf)), [each for each in sections if _says(each)])


def _answer(setting: PromptResults, conf: AnalysisConf) -> Iterator[str]:
    """Of the most comprehensive level that some pair has; else what the tasks say."""
    answers = setting.answers.get(PRIMARY, {})
    level, rows = selectors.highest(setting)
    if level not in answers:
        yield "No pair has all tasks of a level yet; what its tasks say:"
        yield from (row.judgement.sentence for row in selectors.primary(setting, "task"))
        return
    if len(rows) == 1:
        yield rows[0].judgement.sentence
        yield "One pair: nothing is said beyond it."
        return
    yield from answer(level, answers[level])
    yield tally(level, rows, conf.margins.level)
    claims = [row.judgement.sentence for row in rows if row.judgement.verdict in CHANGES]
    yield from claims[:FEW]


def _sentences(setting: PromptResults) -> Section:
    """What every comparison of the confirmatory families says: changes first, then by pair."""
    rows = selectors.primary(setting, "level", "task")
    ordered = sorted(rows, key=lambda row: (row.key.pair, display_order(row.key.task)))
    changes = [row.judgement.sentence for row in ordered if row.judgement.verdict in CHANGES]
    sentences = [row.judgement.sentence for row in ordered]
    if len({row.key.pair for row in rows}) == 1:
        return Section("In words", "words", points=sentences)
    groups = [
        Group(pair, [row.judgement.sentence for row in of])
        for pair, of in groupby(ordered, key=lambda row: row.key.pair)
    ]
    said = "Changes that were detected, after Holm's correction:"
    if not changes:
        said = "After Holm's correction no change was detected; what each comparison allows to say:"
    return Section("In words", "words", [said], changes, groups)


def _scores(
    results: StudyResults, conf: AnalysisConf, drawn: Mapping[str, Drawn | None]
) -> Section:
    """Every model on its own."""
    table = models.scores(selectors.standings(results, conf))
    return _section("Every model", "levels", drawn, ("levels",), [table])


def _literature(results: StudyResults, prompt: str, drawn: Mapping[str, Drawn | None]) -> Section:
    table = literature.beside(results, prompt)
    made = _section("Beside the literature", "literature", drawn, ("literature",), [table])
    return replace(made, paragraphs=[figure.alt for figure in made.figures])


def _missing(results: StudyResults) -> Section:
    lacking = [*results.missing, *results.unevaluated]
    if not results.settings and not lacking:
        lacking = suggested_comparisons(results.cells)
    points = [
        f"{each.model} on {', '.join(map(display_name, each.tasks))} ({each.prompt}): "
        f"`{each.command}`"
        for each in lacking
    ]
    points += [
        f"{each.pair}, {' '.join(filter(None, (display_name(each.task), each.metric)))} "
        f"({each.prompt}): not compared, {each.reason}"
        for each in results.refused
    ]
    return Section("What is missing", "missing", points=points)


def _section(
    title: str,
    anchor: str,
    drawn: Mapping[str, Drawn | None],
    names: tuple[str, ...],
    made: list[Table] | None = None,
) -> Section:
    """Figures and tables; a figure that could not be drawn is told in words."""
    lacking = [f"{FIGURES[name].title}: {FIGURES[name].lacks}" for name in names if not drawn[name]]
    figures = [figure for name in names if (figure := drawn[name])]
    full = [table for table in made or [] if table.rows]
    return Section(title, anchor, lacking, figures=figures, tables=full)


def _says(section: Section) -> bool:
    return bool(
        section.paragraphs or section.points or section.figures or section.tables or section.groups
    )
