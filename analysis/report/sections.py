"""The report, part by part, in the order in which it is read."""

from collections.abc import Iterator, Mapping

from analysis.report import choose, literature, methods, tables
from analysis.report.document import Document, Section, Table
from analysis.report.figures import FIGURES, Drawn, draw
from analysis.settings import AnalysisConf
from analysis.study.results import Results, Setting
from analysis.study.sentences import answer
from analysis.study.summary import LIMITS, summary
from analysis.study.variants import PRIMARY
from clue.levels import Tree

TITLE = "Does biomedical training lead to better medical performance?"


def document(results: Results, conf: AnalysisConf, tree: Tree) -> Document:
    """The report of a study; says of each part that is not there what would make it."""
    setting = choose.declared(results)
    drawn = {name: draw(name, results, conf) for name in FIGURES}
    if setting is None:
        return Document(TITLE, ["No pair could be compared yet."], [_missing(results)])
    said = summary(results, conf, tree)
    sections = [
        _design(setting, conf, said),
        _section("Every pair", "pairs", drawn, ("forest",), [tables.pairs(setting)]),
        _section("Tasks", "tasks", drawn, ("heatmap",), [tables.tasks(setting)]),
        _sentences(setting),
        _section("Levels", "levels", drawn, ("levels",)),
        _section(
            "Within the margins?",
            "equivalence",
            drawn,
            ("power",),
            [tables.equivalence(setting)],
        ),
        _section("Replicability", "replicability", drawn, (), [tables.replicability(setting)]),
        _section(
            "Other analyses, kinds of pairs",
            "sensitivity",
            drawn,
            (),
            [tables.sensitivity(setting, said["analyses"]), tables.moderators(setting)],
        ),
        _section("Items", "items", drawn, ("distributions", "patients")),
        _section("How answers fail", "failures", drawn, ("failures",)),
        _section(
            "Beside the literature",
            "literature",
            drawn,
            ("literature",),
            [literature.beside(results)],
        ),
        _section("Data quality", "ledger", drawn, (), [tables.ledger(results, setting)]),
        _missing(results),
        Section("Methods", "methods", methods.paragraphs(setting, conf), methods.REFERENCES),
        Section("Limits", "limits", points=LIMITS),
    ]
    return Document(TITLE, list(_answer(setting)), [each for each in sections if _says(each)])


def _answer(setting: Setting) -> Iterator[str]:
    """Of the most comprehensive level that some pair has; else what the tasks say."""
    answers = setting.answers.get(PRIMARY, {})
    level = choose.highest(setting)[0]
    if level in answers:
        yield from answer(level, answers[level])
    else:
        yield "No pair has all tasks of a level yet; what its tasks say:"
        yield from (row.judgement.sentence for row in choose.primary(setting, "task"))
    found = [each.sentence for each in setting.replications if each.at_least]
    yield from (sentence for sentence in found if "of" in sentence and len(found) <= 3)


def _design(setting: Setting, conf: AnalysisConf, said: Mapping[str, object]) -> Section:
    rows = choose.primary(setting, "task")
    body = []
    for task in sorted({row.key.task for row in rows}, key=choose.order):
        of = [row.comparison for row in rows if row.key.task == task]
        body.append(
            [
                choose.named(task),
                str(len(of)),
                _span([found.n for found in of], 0),
                _span([found.n_clusters for found in of], 0),
                _span([found.df for found in of], 1),
                _span([found.icc for found in of], 3),
                _span([found.design_effect for found in of], 2),
            ]
        )
    columns = ["task", "pairs", "n", "clusters", "df", "ICC", "design effect"]
    note = "From the smallest to the largest of the pairs. ICC and design effect: of differences."
    declared = "confirmatory" if setting.confirmatory else "exploratory: not the declared one"
    return Section(
        "Design",
        "design",
        [
            f"Prompt setting {setting.prompt} ({declared}); compared with the model named as "
            f"{conf.comparator}; alpha {conf.alpha:g}; seed {conf.seed}; digest of the design "
            f"{str(said['design_sha256'])[:16]}."
        ],
        tables=[Table("design", "What was compared", columns, body, note)],
    )


def _sentences(setting: Setting) -> Section:
    """What every comparison of the confirmatory families says."""
    rows = choose.primary(setting, "level", "task")
    ordered = sorted(rows, key=lambda row: (row.key.pair, choose.order(row.key.task)))
    return Section("In words", "words", points=[row.judgement.sentence for row in ordered])


def _missing(results: Results) -> Section:
    points = [
        f"{each.model} on {', '.join(each.tasks)} ({each.prompt}): `{each.command}`"
        for each in (*results.missing, *results.unevaluated)
    ]
    points += [
        f"{each.pair}, {each.task} {each.metric} ({each.prompt}): not compared, {each.reason}"
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
    return bool(section.paragraphs or section.points or section.figures or section.tables)


def _span(values: list[int | float | None] | list[float | None] | list[int], places: int) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    low, high = min(known), max(known)
    if f"{low:.{places}f}" == f"{high:.{places}f}":
        return f"{low:.{places}f}"
    return f"{low:.{places}f} to {high:.{places}f}"
