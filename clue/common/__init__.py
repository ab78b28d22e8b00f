"""Tools that know nothing of the study: files, retries, progress, command lines."""
