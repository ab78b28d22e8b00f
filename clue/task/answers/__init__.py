"""Readers of answers: the part of a text that is the answer, and the grammar of its kind.

`answer_text` finds the part, for every task. `denial` tests if a text denies a word. `letters`
reads the option of a multiple-choice question, `clue.task.labels` one of a few labels, `clue.icd`
codes.
docs/protocol.md lists the rules in their order.
"""
