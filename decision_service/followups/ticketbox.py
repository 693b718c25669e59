"""The tickets on file, and what their owners answered."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from decision_service.followups.file import FollowupFile
from decision_service.followups.tickets import Ticket
from verifiers.identifiers.resembling import may_identify

MOST_NOTE: Final = 2000
MOST_NAME: Final = 100


class TicketError(Exception):
    """A ticket can't be answered; the text says why."""


@dataclass(frozen=True, slots=True)
class OnFile:
    """A ticket as it is shown: `told` is what was in doubt, in JSON; the rest is None while it is open."""

    told: Mapping[str, Any]
    answered_at: str | None
    answered_by: str | None
    note: str | None

    def as_json(self) -> dict[str, object]:
        """Its shape in lists and exports."""
        state = "open" if self.answered_at is None else "answered"
        answered = {"answered_at": self.answered_at, "answered_by": self.answered_by, "note": self.note}
        return {**self.told, "state": state, **answered}


class TicketBox:
    """The tickets in `file`; each method raises LedgerFaultError when the medium fails."""

    def __init__(self, file: FollowupFile) -> None:
        self._file = file

    def put(self, connection: sqlite3.Connection, ticket: Ticket) -> None:
        """Within a transaction: open a ticket, unless it is on file already."""
        connection.execute(
            "INSERT OR IGNORE INTO ticket (ticket_id, decision_id, opened_at, register, told) VALUES (?, ?, ?, ?, ?)",
            (ticket.ticket_id, ticket.decision_id, ticket.opened_at, ticket.register, orjson.dumps(_told(ticket))),
        )

    def open_count(self) -> int:
        """How many wait for an answer."""
        with self._file.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM ticket WHERE answered_at IS NULL").fetchone()[0])

    def tickets(self, register: str | None = None, *, only_open: bool = False) -> tuple[OnFile, ...]:
        """The tickets, of one register or all, oldest first."""
        clause = "WHERE (?1 IS NULL OR register = ?1) AND (NOT ?2 OR answered_at IS NULL)"
        with self._file.reading() as connection:
            rows = connection.execute(
                f"SELECT told, answered_at, answered_by, note FROM ticket {clause} ORDER BY opened_at, ticket_id",  # noqa: S608 - a constant
                (register, only_open),
            ).fetchall()
        return tuple(OnFile(orjson.loads(told), *answered) for told, *answered in rows)

    def answer(self, ticket_id: str, at: str, by: str, note: str) -> None:
        """Close a ticket with what its owner says; `at` is an instant of RFC 3339. Raises TicketError."""
        _require_text("--note", note, MOST_NOTE)
        _require_text("--by", by, MOST_NAME)
        with self._file.writing() as connection:
            found = connection.execute("SELECT answered_at FROM ticket WHERE ticket_id = ?", (ticket_id,)).fetchone()
            if found is None:
                raise TicketError("there is no ticket of this number; `miaopi followups tickets` lists them")
            if found[0] is not None:
                raise TicketError(f"this ticket was answered already, at {found[0]}; an answer stays as it was given")
            connection.execute(
                "UPDATE ticket SET answered_at = ?, answered_by = ?, note = ? WHERE ticket_id = ?",
                (at, by, note, ticket_id),
            )


def _require_text(option: str, text: str, most: int) -> None:
    if not 0 < len(text.strip()) <= len(text) <= most or not text.replace("\n", "").isprintable():
        raise TicketError(f"{option}: printable text of 1 to {most} characters is expected")
    if may_identify(text):
        raise TicketError(f"{option}: holds what looks like an ID number or a credit code; say it without")


def _told(ticket: Ticket) -> dict[str, object]:
    return {
        "ticket_id": ticket.ticket_id,
        "register": ticket.register,
        "register_zh": ticket.label.zh,
        "register_en": ticket.label.en,
        "owner_zh": ticket.owner.zh,
        "owner_en": ticket.owner.en,
        "facts": list(ticket.facts),
        "compared_with": list(ticket.others),
        "codes": list(ticket.codes),
        "rules": list(ticket.rules),
        "matter": ticket.matter,
        "decision_id": ticket.decision_id,
        "request_id": ticket.request_id,
        "data_as_of": ticket.data_as_of,
        "opened_at": ticket.opened_at,
    }
