"""Schema of a task on a file of one's own (`reader: table`), and its default metrics."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from string import Formatter

TABLE = "table"
"""Value of a task's `reader` for a file of one's own."""
ANSWERS = ("choice", "text", "codes")
DEFAULT_METRICS = {
    "choice": ("accuracy",),
    "text": ("rouge1", "rouge2", "rougeL"),
    "codes": ("icd_em_f1", "icd_ap_f1", "icd_valid"),
}
"""Metrics by kind of answer; the score is their mean. They need no model, and unlike BERTScore they
are the same numbers under `scoring=embedded` and `scoring=paper`."""


@dataclass
class ColumnsConf:
    """Columns of a table of one's own."""

    id: str | None = None
    """Name of the sample, unique; none = the number of the row."""
    target: str | None = None
    """The reference answer."""
    cluster: str | None = None
    """What samples share that are not independent, such as the patient; none = the id."""
    fields: dict[str, str] = field(default_factory=dict)
    """Field of the templates to column; a field that is not listed is the column of its name."""

    def of_fields(self, *templates: str) -> dict[str, str]:
        """Returns the column of each field that the templates name, but for `{target}`.

        >>> ColumnsConf(fields={"note": "text"}).of_fields("{note} {age}", "{target}")
        {'note': 'text', 'age': 'age'}

        Raises:
            ValueError: a template is malformed: a brace is not closed.
        """
        names = dict.fromkeys(name for template in templates for name in template_fields(template))
        return {name: self.fields.get(name, name) for name in names if name != "target"}


def template_fields(template: str) -> list[str]:
    """Returns the names of the fields of a template, each once, in order.

    >>> template_fields("Note: {note} of {patient}, {{literal}}. {note}")
    ['note', 'patient']

    Raises:
        ValueError: the template is malformed: a brace is not closed.
    """
    return list(dict.fromkeys(_names(template)))


def _names(template: str) -> Iterator[str]:
    for _, name, _, _ in Formatter().parse(template):
        if name is not None:
            yield name.partition(".")[0].partition("[")[0]
