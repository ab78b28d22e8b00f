"""Completions on disk: appended as they finish, read back after a crash, one writer.

    <mlruns>/cells/<task>/<model>/<fingerprint>/
        cell.json            what the fingerprint is the digest of
        completions.jsonl    a line per completion, each with its checksum
        records-<id>.parquet the scored table of one finished cell (`clue.store.records_table`)
        lock                 held by the one process that writes

A line is written with one call, so a kill loses at most the completions in flight; a line that a
power cut left half-written is cut off at the next start. What is appended is forced to the disk at
most once a second, so a power cut can lose the newest batch besides.
"""
