"""Tasks: samples, worked examples, prompt templates and the parser of answers.

A task consists of `clue/task/<name>.py` (`DATASET`, `read`, `parse`) and of
`conf/task/<name>.yaml` (the protocol); this package contains what all tasks share.
"""
