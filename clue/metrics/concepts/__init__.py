"""From text to concepts of a knowledge base: find mentions, link each to its nearest name.

    mentions.py                 where a text may name a concept
      trained.py, words.py      ... as a trained spaCy model finds it, or every run of words
    linking.py                  scispaCy's linker, asked once per distinct mention
      umls.py, hpo.py           ... with scispaCy's UMLS, or with the Human Phenotype Ontology
      exact.py                  the nearest names without an index to build
    reading.py                  the whole way, as a feature of a text; `release()` frees the memory

    reading.ConceptsOf(UmlsConf(mentions="words", knowledge_base="hpo"), cache).compute([text])

spaCy and scispaCy are imported late: they take seconds.
"""
