"""Completions on disk: appended as they finish, read back after a crash, one writer.

    <mlruns>/store.json      format of the store (`clue.store.format`)
    <mlruns>/cells/<task>/<model>/<fingerprint>/
        cell.json            the settings that the fingerprint is the digest of
        completions.jsonl    a line per completion, each with its checksum
        likelihoods.jsonl    a line per prompt with the log-probabilities of its options
                             (`clue.store.likelihoods`), if they were asked for
        records-<id>.parquet the scored table of one finished cell (`clue.store.records_table`)
        *-2of4.jsonl         lines of one shard, until they are merged (`clue.store.shards`)
        lock, lock-2of4      held by the process that writes the cell or a shard

A line, and a row of a table, is identified by its key: sample, repeat, wording and draw
(`clue.records.SampleKey`). Lines and rows of format 1 have no wording and no draw, and read as 0.

A line is written with one call, so a kill loses at most the completions in flight. The next start
removes a line that a power cut left incomplete. New lines are flushed to the disk at most once a
second, so a power cut can also lose the newest batch.
"""
