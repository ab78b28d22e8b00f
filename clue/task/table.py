"""A file of one's own as a task: `reader: table` in a task file.

An object of a class below has the functions that the module of another task has.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from clue import icd
from clue.common.paths import expanded
from clue.config.schema import TaskConf
from clue.data.left_out import LeftOut, Samples
from clue.data.readers import unique_samples
from clue.data.registry import Dataset
from clue.data.table_file import table_rows
from clue.errors import ConfigError, DataError, DataMissing
from clue.records import Sample
from clue.task import labels, medisumcode
from clue.task.answers.thoughts import free_text


@dataclass(frozen=True)
class Table:
    """Reader of a table; a subclass per kind of answer reads targets and answers."""

    conf: TaskConf
    VERSIONS: ClassVar[dict[str, int]] = {"read": 1}
    """Version of each function that reads data or answers; part of the id of every cell."""

    def read(self, path: Path) -> Samples:
        """Reads the samples of the file in its order; ignores and counts rows that are all blank.

        Raises:
            DataError: the file is malformed, a target is not as the kind of answer requires, an id
                occurs twice; names file, row and column, quotes no cell.
        """
        left_out = LeftOut()
        samples = self._samples(path, left_out)
        return unique_samples(path, samples, self.conf.columns.id, left_out)

    def target(self, cell: str, where: str) -> str:
        """Returns the reference answer of a cell.

        Raises:
            DataError: the kind of answer does not allow it.
        """
        return cell

    def _samples(self, path: Path, left_out: LeftOut) -> Iterator[tuple[int, Sample]]:
        columns, target = self.conf.columns, str(self.conf.columns.target)
        fields = columns.of_fields(self.conf.user, self.conf.assistant)
        own = [name for name in (columns.id, columns.cluster) if name]
        for number, row in table_rows(path, [*own, target, *fields.values()], left_out):
            name = row[columns.id] if columns.id else str(number)
            yield (
                number,
                Sample(
                    id=name,
                    fields={field: row[column] for field, column in fields.items()},
                    target=self.target(row[target], f"{path}: row {number}, column {target}"),
                    cluster=row[columns.cluster] if columns.cluster else name,
                ),
            )


class TextTable(Table):
    """The answer is any text."""

    VERSIONS: ClassVar[dict[str, int]] = {"read": 1, "parse": 2}

    def parse(self, text: str, sample: Sample) -> str | None:
        """Returns the text without thoughts as the answer; None if it is blank."""
        return free_text(text)


class ChoiceTable(Table):
    """The answer is one of the labels."""

    VERSIONS: ClassVar[dict[str, int]] = {"read": 1, "parse": 2, "answer_flags": 2}

    def target(self, cell: str, where: str) -> str:
        """Returns the cell, which must be a label to the letter."""
        if cell not in self.conf.labels:
            raise DataError(f"{where} is none of the labels {', '.join(self.conf.labels)}")
        return cell

    def parse(self, text: str, sample: Sample) -> str | None:
        """Returns the label that the text is, else the one that its answer decides for."""
        return self._rule.read(text)

    def answer_flags(self, text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
        """Returns `format_followed`: the text is one label and nothing else."""
        return {"format_followed": self._rule.alone(text) is not None}

    def choices(self, sample: Sample) -> dict[str, str]:
        """Returns reference to answer."""
        return {label: label for label in self.conf.labels}

    @property
    def _rule(self) -> labels.LabelRule:
        return labels.guarded(tuple(self.conf.labels))


class CodesTable(Table):
    """The answer is a list of ICD-10-CM codes."""

    VERSIONS: ClassVar[dict[str, int]] = {
        "read": 1,
        "parse": medisumcode.VERSIONS["parse"],
        "answer_flags": medisumcode.VERSIONS["answer_flags"],
        "icd": icd.VERSION,
    }
    parse = staticmethod(medisumcode.parse)
    answer_flags = staticmethod(medisumcode.answer_flags)

    def target(self, cell: str, where: str) -> str:
        """Returns the codes of the cell, dotted; commas or semicolons separate them."""
        codes: list[str] = []
        for number, entry in enumerate(cell.replace(";", ",").split(","), start=1):
            if not icd.is_code(entry.strip()):
                raise DataError(f"{where}: entry {number} is no ICD-10-CM code")
            code = icd.dotted(entry.strip())
            if code in codes:
                raise DataError(f"{where}: entries {codes.index(code) + 1} and {number} are equal")
            codes.append(code)
        return medisumcode.SEPARATOR.join(codes)


KINDS = {"choice": ChoiceTable, "text": TextTable, "codes": CodesTable}


def of_answer(conf: TaskConf) -> Table:
    """Returns the reader of a table by its kind of answer.

    Raises:
        ConfigError: the kind is not set or unknown.
    """
    if conf.answer not in KINDS:
        kinds = ", ".join(KINDS)
        raise ConfigError(f"tasks.{conf.name}.answer={conf.answer} is none of {kinds}")
    return KINDS[conf.answer](conf)


def dataset(conf: TaskConf) -> Dataset:
    """Returns the description of a table in the form of a release."""
    return Dataset(
        name=conf.dataset,
        files={"test": conf.file or "FILE"} | ({"train": conf.train} if conf.train else {}),
        rows={},
        access="open" if conf.access == "open" else "credentialed",
        licence="",
        page="",
        version="own file",
    )


def locate(conf: TaskConf, split: str, data: Path) -> Path:
    """Returns the path of a split's file: as it is named, else below `<data>/<task>/`.

    Raises:
        DataMissing: there is no such file; names both places and the setting.
    """
    setting = f"tasks.{conf.name}.{'file' if split == 'test' else split}"
    name = dataset(conf).files.get(split)
    if name is None:
        raise DataMissing(
            f"{conf.name} has no {split} split: set {setting}=<file>, or use prompt.source=test"
        )
    paths = (expanded(name).absolute(), data / conf.name / name)
    for path in paths:
        if path.is_file():
            return path
    tried = " nor at ".join(dict.fromkeys(map(str, paths)))
    raise DataMissing(
        f"the file of {conf.name} is not at {tried}: correct {setting}={name}, in the task file or "
        "in the command. A relative path starts at the working directory, else at "
        f"<paths.data>/{conf.name}/"
    )


def protocol(conf: TaskConf) -> dict[str, Any]:
    """Returns what a table adds to the protocol of its task."""
    return {
        "table": {
            "columns": asdict(conf.columns),
            "answer": conf.answer,
            "labels": list(conf.labels),
        }
    }
