"""The tables of what the comparisons rest on, and of how answers fail."""

from analysis.names import display_name, display_order
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.series import AlignedPair
from analysis.report.document import Table
from analysis.report.figures.failures import KINDS, share
from analysis.report.tables.pairs import NONE


def ledger(results: StudyResults, setting: PromptResults) -> Table:
    """What the comparisons rest on."""
    body: list[list[str]] = []
    for each in results.aligned:
        if each.match.pair.prompt == setting.prompt:
            matched = each.alignment
            unread = [
                f"{100 * float(cell.columns.flags['unparsed'].mean()):.1f}"
                for cell in (each.match.base, each.match.tuned)
            ]
            notes = "; ".join([*each.notes(), *(each.incomparable.values())])
            size = f"{len(matched.ids)} ({len(set(matched.clusters))})"
            verified = ", ".join(each.ledger.verified)
            names = [each.match.pair.tuned, display_name(each.match.task)]
            body.append([*names, size, *unread, verified, notes or NONE])
    return Table(
        "ledger",
        "What the comparisons rest on",
        ["model", "task", "n (clusters)", "unread % base", "unread % bio.", "verified", "notes"],
        sorted(body),
        "Unread: answers in which no answer was found; they score 0. Verified: digests that are "
        "equal for both models on every item.",
    )


def failures(results: StudyResults, setting: PromptResults) -> Table:
    """How often answers fail in each way, base and biomedical model, by task."""
    of_setting = [e for e in results.aligned if e.match.pair.prompt == setting.prompt]
    flags = [e.match.base.columns.flags for e in of_setting]
    kinds = {flag: title for flag, title in KINDS.items() if any(flag in f for f in flags)}
    body = []
    for each in sorted(of_setting, key=lambda e: (e.match.pair.name, display_order(e.match.task))):
        size = f"{len(each.alignment.ids)} ({len(set(each.alignment.clusters))})"
        shown = [_both(each, flag) for flag in kinds]
        body.append([each.match.pair.tuned, display_name(each.match.task), size, *shown])
    return Table(
        "failures",
        "How answers fail, by task",
        ["model", "task", "n (clusters)", *kinds.values()],
        body,
        "Percent of all answers, base / biomedical model. They are in the scores: an answer that "
        "is blank or cannot be read scores 0.",
    )


def _both(each: AlignedPair, flag: str) -> str:
    shares = [share([cell], flag) for cell in (each.match.base, each.match.tuned)]
    known = [f"{found:.1f}" for found in shares if found is not None]
    return " / ".join(known) if len(known) == len(shares) else NONE
