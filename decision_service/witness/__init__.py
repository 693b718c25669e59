"""A witness: a process apart from the log that cosigns the log's checkpoints, and only ever a log that has grown."""
