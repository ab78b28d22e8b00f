"""Download of released files over HTTP: login, retries, resumption, checksums."""
