"""Extraction of UMLS concepts from text: find mentions, link each to the most similar name.

    mentions.py                           interface of mention finders; abbreviations
      spacy_model.py, word_ngrams.py      finders: a trained spaCy model, or every run of words
    linking.py                            scispaCy's linker, called once per distinct mention
      umls.py, hpo.py                     knowledge bases: UMLS, the Human Phenotype Ontology
      exact_index.py                      exact search for the most similar names
    extraction.py                         mentions and links as a feature of a text

    ConceptExtractor(UmlsConf(mentions="words", knowledge_base="hpo"), cache).compute([text])

spaCy and scispaCy are imported inside functions: they take seconds.
"""
