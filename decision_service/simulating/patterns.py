"""Patterns of a policy's texts, as the regular expressions of Java, which Spark has, would read them."""

import re
from collections.abc import Iterator, Sequence

import ibis
from ibis.backends import BaseBackend

from decision_service.policy.shape import Policy
from decision_service.readings.bulk.columns import columns_of
from decision_service.readings.bulk.fitting import matches
from decision_service.readings.bulk.refused import NotInBulkError
from verifiers.kinds import Kind

OTHERWISE = re.compile(r"(?<!\\)(?:\\\\)*(?:\\[bBv]|\(\?[a-zA-Z]|\[\^?\]|\[(?:\\.|[^\]\\])*?(?:&&|\[))")
"""What Java takes otherwise: ends of words, vertical blanks, flags and names, brackets and `&&` within brackets."""


def check_patterns(connection: BaseBackend, policies: Sequence[Policy]) -> None:
    """Raises NotInBulkError, with the column and the pattern, for one that Java does not know or reads otherwise."""
    from pyspark.errors import PySparkException

    for name, pattern in {(name, one) for name, kind in columns_of(policies) if kind for one in _patterns(kind)}:
        try:
            if not OTHERWISE.search(pattern):
                connection.raw_sql(connection.compile(matches(ibis.literal(""), pattern))).collect()
                continue
        except PySparkException:
            pass
        raise NotInBulkError(
            f"列 `{name}` 的 pattern 在 Spark 上不能用，或意思不同：{pattern}",
            f"the pattern of the column `{name}` can't be used on Spark, or means another thing there: {pattern}",
        )


def _patterns(kind: Kind) -> Iterator[str]:
    if kind.pattern is not None:
        yield kind.pattern
    if kind.item is not None:
        yield from _patterns(kind.item)
    for _, part in kind.fields:
        yield from _patterns(part)
