"""Tools independent of the study: files, caches, retries, progress, command lines."""
