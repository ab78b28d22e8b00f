"""Schema of the scoring settings: encoder of BERTScore, concepts of UMLS F1, likelihood."""

from dataclasses import dataclass, field

from clue.config.ranges import AtLeast, Between, setting


@dataclass
class BertscoreConf:
    """The encoder of BERTScore."""

    model: str = "allenai/scibert_scivocab_uncased"
    """Hugging Face id, a folder, or the name of the encoder in `package`."""
    revision: str | None = None
    package: str | None = None
    """Installed Python package that contains the encoder; none = folder, cache or hub."""
    num_layers: int = setting(8, AtLeast(1))
    """The layer whose output is compared, counted from 1."""
    batch_tokens: int = setting(16384, AtLeast(1))
    """Upper bound of one batch, padding included."""


@dataclass
class UmlsConf:
    """Mentions in a text and the concepts that they are linked to."""

    mentions: str = "en_core_sci_sm"
    """spaCy model that finds mentions (a package or a folder); `words` = runs of words, without a
    trained model."""
    knowledge_base: str = "umls"
    """`umls`, scispaCy's; `hpo`, the Human Phenotype Ontology's UMLS cross-references."""
    folder: str | None = None
    """Folder with the files of scispaCy's UMLS linker; none = scispaCy's own cache."""
    threshold: float = setting(0.7, Between(0, 1))
    """Similarity that a mention and a name must exceed."""


@dataclass
class ScoringConf:
    """Settings of the metrics."""

    name: str = "paper"
    rouge_stemmer: bool = False
    bertscore: BertscoreConf = field(default_factory=BertscoreConf)
    umls: UmlsConf = field(default_factory=UmlsConf)
    choice: bool = False
    """Score closed tasks by the log-probability of each option too (`accuracy_choice`); open tasks
    ignore it."""
