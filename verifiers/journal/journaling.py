"""The link of the chain that takes down every call: before it goes out, and when it has ended, however it ends."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.frozen import maker
from verifiers.journal.errors import JournalBusyError, JournalError
from verifiers.journal.journal import Journal
from verifiers.journal.marks import Marks
from verifiers.journal.records import CANCELLED, Ended, Sent, new_number
from verifiers.verifier import Question, Verifier

UNRECORDED: Final = "journal"
"""The fault of a question that was not put since the journal could not take it: no decision may rest on it."""

_MOST_TEXT: Final = 512

_sent, _ended = maker(Sent), maker(Ended)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the platform where a question names none, and the process."""

    caller: str
    instance: str


class JournalingVerifier:
    """Puts questions to `next_` and leaves a record of each call, hedges and cancelled ones included.

    `now` is the clock of the record (with an offset); `reached` says by which way a register is asked.
    """

    def __init__(
        self,
        next_: Verifier,
        journal: Journal,
        marks: Marks,
        asker: Asker,
        now: Callable[[], datetime],
        reached: Callable[[str], str],
    ) -> None:
        self._next = next_
        self._journal = journal
        self._marks = marks
        self._asker = asker
        self._now = now
        self._reached = reached

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What `next_` answers, without the answer's bytes, which stay in the journal. What can't be taken down is not
        asked: an error with the fault UNRECORDED."""
        sent = self._sent(question)
        try:
            self._journal.note_sent(sent)
        except JournalError:
            return Evidence(question.register.name, "error", fault=UNRECORDED)
        started = deadline.clock()
        evidence: Evidence | None = None
        try:
            evidence = await self._next.ask(question, deadline)
        finally:
            # Also when the call was cancelled, or raised against the protocol: whoever waits sees that, not us.
            elapsed = round((deadline.clock() - started) * 1000)
            wire = None if evidence is None else evidence.wire
            self._journal.note_ended(_end_of(sent, evidence, elapsed), wire)
        return evidence.without_wire()

    def _sent(self, question: Question) -> Sent:
        name = question.register.name
        texts = _texts(question.matter, question.application_id, question.purpose, *sorted(question.params))
        matter, application_id, purpose = texts[:3]
        sent: Sent = _sent(
            new_number(),
            name,
            matter,
            application_id,
            purpose,
            texts[3:],
            self._marks.of(question.subject),
            self._reached(name),
            question.caller or self._asker.caller,
            self._asker.instance,
            milliseconds(self._now()),
        )
        return sent


def _end_of(sent: Sent, evidence: Evidence | None, elapsed_ms: int) -> Ended:
    """How a call ended, so long after it went out."""
    at = sent.asked_at + elapsed_ms
    if evidence is None:
        return Ended(sent.call_id, at, CANCELLED, elapsed_ms=elapsed_ms)
    said: tuple[str | None, ...] = (evidence.fault, evidence.request_id, evidence.data_as_of, evidence.digest)
    if not _fits("".join(filter(None, said))):
        said = tuple(None if one is None else _fitted(one) for one in said)
    fault, request_id, data_as_of, digest = said
    ended: Ended = _ended(sent.call_id, at, evidence.status, fault, request_id, data_as_of, digest, elapsed_ms)
    return ended


async def taken_down(journal: Journal | None, evidence: Collection[Evidence]) -> None:
    """Returns when the calls that brought `evidence`, and all others so far, are on disk; at once without a journal.

    Raises JournalFaultError, and JournalBusyError where a question was not put since its call could not be taken down.
    """
    if journal is not None:
        await journal.flush()
    if any(one.fault == UNRECORDED for one in evidence):
        raise JournalBusyError("journal: a question was not put, since its call could not be taken down")


def milliseconds(instant: datetime) -> int:
    """`instant` as the journal writes it: whole milliseconds since 1970."""
    return int(instant.timestamp() * 1000)


def _texts(*texts: str) -> tuple[str, ...]:
    return texts if _fits("".join(texts)) else tuple(map(_fitted, texts))


def _fits(text: str) -> bool:
    """Whether the file can hold `text`, and each of its parts, as it is."""
    return len(text) <= _MOST_TEXT and text.isascii()


def _fitted(text: str) -> str:
    """`text` as the file can hold it, whatever a stranger wrote: half a surrogate pair has no UTF-8."""
    return text[:_MOST_TEXT].encode("utf-8", "replace").decode()
