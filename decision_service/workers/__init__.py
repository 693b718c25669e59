"""Several processes that decide as one service: a keeper has the record, workers serve (docs/workers.md).

The keeper opens everything that a service of one process opens, but for the platforms' listener: that is each worker's.
What a worker may not know alone goes through the keeper: which applications are in work, the record, what is suspended,
the version of the rules, the clock, what callers have used up of their limits.
"""
