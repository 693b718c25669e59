"""The checks after a grant that are on record, against the calls that they rest on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from decision_service.ledger.entry import Recorded
from decision_service.reconciling.findings import Difference, Tally
from decision_service.reconciling.material import Look
from decision_service.reconciling.purposes import is_post_check
from verifiers.journal.records import CallRecord

KIND: Final = "post_check"


@dataclass(frozen=True, slots=True)
class Checked:
    """One answer that a check on record rests on."""

    decision_id: str
    application_id: str
    at: int
    register: str
    request_id: str
    digest: str | None


def checked(recorded: Recorded, at: int) -> Iterator[Checked]:
    """The answers of the check in a record of `at` (ms since 1970). Raises KeyError, TypeError or ValueError."""
    entry = recorded.entry
    for one in orjson.loads(entry.answer)["verifications"]:
        digest = one["digest"]
        yield Checked(
            decision_id=entry.decision_id,
            application_id=entry.application_id,
            at=at,
            register=str(one["register"]),
            request_id=str(one["request_id"]),
            digest=None if digest is None else str(digest).removeprefix("sha256:"),
        )


def match_checks(answers: Sequence[Checked], calls: Sequence[CallRecord], look: Look, tally: Tally) -> None:
    """Match each answer of the day with its call, its own or, where others asked the same just then, theirs."""
    for answer in answers:
        if not look.has(answer.at):
            continue
        own = [one for one in calls if is_post_check(one) and _is_of(one, answer)]
        digests = [one.ended.digest for one in own if one.ended] or look.elsewhere(answer.register, answer.request_id)
        if answer.digest in digests:
            tally.explain("checked")
        else:
            kind = "digest_differs" if digests else "lost_call"
            tally.differ(Difference(kind, answer.application_id, answer.decision_id, answer.register))


def _is_of(call: CallRecord, answer: Checked) -> bool:
    same = call.sent.register == answer.register
    return same and call.ended is not None and call.ended.request_id == answer.request_id
