"""A study: what is declared, which stored cells count, and when the declaration was frozen.

    declaration.py   models, pairs, tasks and levels of `conf/study/<name>.yaml`, checked
    selection.py     a part of a study, or a study of one's own, from a command line
    expected.py      what declared cells must be, resolved with the settings, data, scorers of now
    mismatch.py      the differences between a stored cell and a declared one, in words
    membership.py    the stored cells that count, those between which a person must choose, trials
    ambiguity.py     the differences between stored cells that fit the same declared one
    stored_studies.py  the cells of a store that count in each study file
    freeze.py        the declaration as it was before its cells were generated

A cell counts by what it is, never by its name or its time.
"""
