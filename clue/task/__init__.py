"""A task: its data set read, split into worked examples and scored samples, and put into words.

What differs between tasks is in `clue/task/<name>.py` (`DATASET`, `read`, `parse`) and in
`conf/task/<name>.yaml` (the protocol); this module is what they share.
"""
