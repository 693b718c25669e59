"""What a store is asked, as SQL that every store speaks."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Final, assert_never

from decision_service.ledger.store import (
    READ_LIMIT,
    About,
    Before,
    ByApplication,
    ByDecision,
    ByKey,
    ByKind,
    BySubject,
    Decisions,
    Last,
    OfApplication,
    Query,
)

_CALLERS: Final = """WITH RECURSIVE known(name) AS (
  SELECT min(caller) FROM record WHERE kind = 'decision'
  UNION ALL
  SELECT (SELECT min(caller) FROM record WHERE kind = 'decision' AND caller > known.name) FROM known
  WHERE known.name IS NOT NULL
) SELECT name FROM known WHERE name IS NOT NULL"""
"""Every caller that has decisions, one step in the index of applications for each."""


def first_since(at_of: Callable[[int], str], size: int, instant: str) -> int:
    """The index of the first record of `instant` or later, records lying in the order of time; `size` where there is
    none. `at_of` looks up the instant of a record."""
    return bisect_left(range(size), instant, key=at_of)


def clause_of(query: Query, mark: str) -> tuple[str, tuple[int | str | bytes, ...]]:
    """The part behind `SELECT … FROM record` that finds what `query` describes, oldest first, and its parameters;
    `mark` stands for a parameter in the store's dialect."""
    match query:
        case ByKey(caller, key):
            return f"WHERE caller = {mark} AND key = {mark}", (caller, key)
        case ByDecision(decision_id, None):
            return f"WHERE record_id = {mark} AND kind = 'decision'", (decision_id,)
        case ByDecision(decision_id, caller):
            return f"WHERE record_id = {mark} AND kind = 'decision' AND caller = {mark}", (decision_id, caller or "")
        case About(decision_id):
            either = f"record_id = {mark} OR (decision_id = {mark} AND kind <> 'decision')"
            return f"WHERE {either} ORDER BY position", (decision_id, decision_id)
        case ByKind(kind):
            return f"WHERE kind = {mark} AND kind <> 'decision' ORDER BY position", (kind,)
        case BySubject(subject):
            some = "''" if mark == "%s" else "x''"
            return f"WHERE subject = {mark} AND subject <> {some} ORDER BY position", (subject,)
        case ByApplication(caller, application_id):
            of = f"caller = {mark} AND application_id = {mark} AND kind = 'decision'"
            return f"WHERE {of} ORDER BY position", (caller, application_id)
        case OfApplication(application_id):
            of = f"application_id = {mark} AND caller IN ({_CALLERS}) AND kind = 'decision'"
            return f"WHERE {of} ORDER BY position", (application_id,)
        case Decisions():
            return _among(query, mark)
        case Before(caller, key, application_id):
            of = f"(caller = {mark} AND application_id = {mark} AND kind = 'decision')"
            found = (caller, key, caller, application_id)
            return f"WHERE (caller = {mark} AND key = {mark}) OR {of} ORDER BY position", found
        case Last():
            return "ORDER BY position DESC LIMIT 1", ()
        case _:
            assert_never(query)


def _among(asked: Decisions, mark: str) -> tuple[str, tuple[int | str | bytes, ...]]:
    stretch = (asked.start, asked.start + max(0, min(asked.count, READ_LIMIT)))
    among = f"position >= {mark} AND position < {mark} AND kind = 'decision'"
    if not asked.matter:
        return f"WHERE {among} ORDER BY position", stretch
    return f"WHERE {among} AND matter = {mark} ORDER BY position", (*stretch, asked.matter)
