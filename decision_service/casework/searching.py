"""Decisions found again by whoever audits them: rows in which nobody is named, the newest first, a bounded stretch of
the log at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Protocol

from decision_service.archive import read_archive
from decision_service.casework.records import said
from decision_service.ledger.entry import Recorded
from decision_service.ledger.queries import first_since
from decision_service.ledger.store import ByDecision, Decisions, Last, OfApplication, Query

STRETCH: Final = 200
"""Records looked at in one query: whoever decides meanwhile waits for no longer."""

MOST_SEEN: Final = 4000
"""Records that one search looks at; who wants to go on comes back with where it ended."""


class Log(Protocol):
    """The ledger as it is searched."""

    def find(self, query: Query) -> tuple[Recorded, ...]:
        """The records on disk that `query` describes, oldest first. Raises LedgerFaultError."""

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:
        """At most `count` records from index `start`, in order. Raises LedgerFaultError."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which decisions are looked for; what is empty or None asks for nothing. `code` is of a reason, advice or note;
    `since` and `until` are days, both included. The two numbers are found at once, the rest by looking through."""

    matter: str = ""
    outcome: str = ""
    code: str = ""
    since: date | None = None
    until: date | None = None
    application_id: str = ""
    decision_id: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Decisions, the newest first. `next` is the index before which a search goes on, None where nothing is left.
    `is_whole`: so many were found as were asked for, or all there are; else the search ended where it may look no
    further at once. `back_to` is the instant of the oldest record that was looked at, "" where none was."""

    decisions: tuple[Recorded, ...]
    next: int | None
    is_whole: bool
    back_to: str


def search(log: Log, sought: Sought, before: int | None, most: int) -> Found:
    """The newest `most` decisions that are sought, of those before the index `before`. Raises LedgerFaultError."""
    if sought.decision_id or sought.application_id:
        return _named(log, sought, before, most)
    last = log.find(Last())
    size = last[0].index + 1 if last else 0
    start = 0 if sought.since is None else _first(log, size, sought.since)
    end = size if sought.until is None else _first(log, size, sought.until + timedelta(days=1))
    end = end if before is None else min(end, before)
    return _looked_through(log, sought, range(start, end), most)


def masked(recorded: Recorded) -> dict[str, object]:
    """A decision as a row: nothing in it tells whose it is. Of one whose facts were erased only that it stood.
    Raises ArchiveError."""
    entry = recorded.entry
    told: dict[str, object] = {
        "decision_id": entry.decision_id,
        "application_id": entry.application_id,
        "matter": entry.matter,
        "day": entry.at[:10],
        "decided_at": entry.at,
        "caller": entry.caller,
        "index": recorded.index,
        "erased": entry.is_erased,
    }
    if entry.is_erased:
        return told | {"outcome": None, "reasons": [], "engines_agree": None, "channel": None, "replaces": None}
    answer = said(recorded)
    return told | {
        "outcome": answer["outcome"],
        "reasons": [one["code"] for one in answer["reasons"]],
        "engines_agree": answer["engines"]["agree"],
        "channel": read_archive(entry.archive).occasion.channel,
        "replaces": answer.get("replaces"),
    }


def _named(log: Log, sought: Sought, before: int | None, most: int) -> Found:
    query = ByDecision(sought.decision_id) if sought.decision_id else OfApplication(sought.application_id)
    found = [
        one
        for one in reversed(log.find(query))
        if (before is None or one.index < before)
        and sought.application_id in ("", one.entry.application_id)
        and sought.matter in ("", one.entry.matter)
        and (sought.since is None or one.entry.at[:10] >= sought.since.isoformat())
        and (sought.until is None or one.entry.at[:10] <= sought.until.isoformat())
        and _answers(one, sought)
    ]
    following = found[most - 1].index if len(found) > most else None
    return Found(tuple(found[:most]), following, is_whole=True, back_to="")


def _looked_through(log: Log, sought: Sought, among: range, most: int) -> Found:
    """`among` are indices; it is looked through from its end."""
    found: list[Recorded] = []
    lowest = max(among.start, among.stop - MOST_SEEN)
    end = among.stop
    while end > lowest:
        start = max(lowest, end - STRETCH)
        for one in reversed(log.find(Decisions(start, end - start, sought.matter))):
            if not _answers(one, sought):
                continue
            if len(found) == most:
                return Found(tuple(found), found[-1].index, is_whole=True, back_to=found[-1].entry.at)
            found.append(one)
        end = start
    looked = log.read(lowest, 1) if among else ()
    is_over = lowest <= among.start
    back_to = looked[0].entry.at if looked else ""
    return Found(tuple(found), None if is_over else lowest, is_whole=is_over, back_to=back_to)


def _answers(recorded: Recorded, sought: Sought) -> bool:
    """Whether it is one of those, as far as its answer says."""
    if not (sought.outcome or sought.code):
        return True
    if recorded.entry.is_erased:
        return False
    answer = said(recorded)
    return sought.outcome in ("", answer["outcome"]) and (not sought.code or sought.code in set(_codes(answer)))


def _codes(answer: Mapping[str, Any]) -> Iterator[str]:
    lists: Iterable[list[Mapping[str, str]]] = (answer[name] for name in ("reasons", "advice", "notes"))
    for one in lists:
        yield from (reason["code"] for reason in one)


def _first(log: Log, size: int, day: date) -> int:
    return first_since(lambda index: log.read(index, 1)[0].entry.at, size, day.isoformat())
