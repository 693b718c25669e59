"""The exchange's own log of questions, line by line, against the calls in the journal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from decision_service.reconciling.findings import Difference, Tally
from decision_service.reconciling.matching import USABLE
from decision_service.reconciling.material import Look
from verifiers.journal.records import CallRecord

_MOST_LINE = 64 * 1024


class ExchangeLogError(Exception):
    """The log can't be read; the text names the line and what it lacks, never a value."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question as the exchange logged it. `at` in ms since 1970; `request_id` is None where it gave no answer."""

    register: str
    application_id: str
    request_id: str | None
    at: int
    status: str


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a log of JSON objects with `register`, `application_id`, `at` (RFC 3339) or `at_ms`, `status`, and
    `request_id` where one was given. Raises ExchangeLogError, OSError."""
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(_MOST_LINE + 1):
            number += 1
            if not raw.strip():
                continue
            try:
                yield _line(orjson.loads(raw))
            except (ValueError, KeyError, TypeError, OverflowError) as error:
                raise ExchangeLogError(
                    f"register log {path}, line {number}: not a JSON object with register, application_id, at and "
                    f"status ({type(error).__name__})"
                ) from None


def _line(raw: dict[str, object]) -> Line:
    texts = [raw["register"], raw["application_id"], raw["status"]]
    request_id = raw.get("request_id")
    if not all(isinstance(one, str) for one in texts) or not isinstance(request_id, str | None):
        raise TypeError
    register, application_id, status = map(str, texts)
    return Line(register, application_id, request_id or None, _instant(raw), status)


def _instant(raw: dict[str, object]) -> int:
    if "at" not in raw:
        at = raw["at_ms"]
        if not isinstance(at, int) or isinstance(at, bool):
            raise TypeError
        return at
    instant = datetime.fromisoformat(str(raw["at"]))
    if instant.tzinfo is None:
        raise ValueError
    return int(instant.timestamp() * 1000)


def match_lines(
    application_id: str,
    lines: Sequence[Line],
    calls: Sequence[CallRecord],
    logged: frozenset[str],
    look: Look,
    tally: Tally,
) -> None:
    """Match what the exchange logged of one application with the calls made for it; `logged` are the registers that its
    log is about. First by request id; what got no answer is matched one by one within its register."""
    by_number = {(one.register, one.request_id): one for one in lines if one.request_id is not None}
    rest = list(lines)
    for call in calls:
        number = None if call.ended is None else call.ended.request_id
        line = None if number is None else by_number.get((call.sent.register, number))
        if line is not None and line in rest:
            rest.remove(line)
            if {line.status, call.status} == USABLE:
                tally.differ(Difference("status_differs", application_id, None, line.register, call.sent.call_id))
        elif number is not None and call.sent.register in logged and look.has(call.sent.asked_at):
            tally.differ(Difference("not_at_exchange", application_id, None, call.sent.register, call.sent.call_id))
    _match_unanswered(application_id, rest, calls, logged, look, tally)


def _match_unanswered(
    application_id: str, rest: list[Line], calls: Sequence[CallRecord], logged: frozenset[str], look: Look, tally: Tally
) -> None:
    """An answer that was given and never arrived, or could not be believed, has a number in the exchange's log only."""
    left = list(rest)
    for call in calls:
        if call.ended is not None and call.ended.request_id is not None:
            continue
        line = next((one for one in left if one.register == call.sent.register), None)
        if line is not None:
            left.remove(line)
        elif call.sent.register in logged and look.has(call.sent.asked_at):
            tally.explain("did_not_arrive")
    for line in left:
        tally.differ(Difference("not_in_journal", application_id, None, line.register))
