"""A record as a CloudEvent (CloudEvents 1.0.2, JSON, structured mode)."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from decision_service.ledger.entry import Recorded, canonical
from decision_service.outbox.reading import Said
from decision_service.outbox.types import type_of
from decision_service.outbox.views import View, told_of

MEDIA_TYPE: Final = "application/cloudevents+json"
SCHEMA_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it goes out. `event_id` is the same however often it is sent."""

    event_id: str
    body: bytes = field(repr=False)


def event_of(said: Said, view: View) -> Event | None:
    """The event of a record for one subscriber; None where the record is none of his."""
    recorded = said.recorded
    if not view.is_for(recorded, said.decision):
        return None
    entry = recorded.entry
    event_id = event_id_of(recorded)
    told: dict[str, object] = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"urn:miaopi:log:{quote(recorded.log, safe='')}",
        "type": type_of(entry.kind, said.answer),
        "time": entry.at,
        "datacontenttype": "application/json",
        "dataschema": f"urn:miaopi:event:{view.name}:{SCHEMA_VERSION}",
        "data": told_of(said, view),
    }
    if entry.decision_id:
        told["subject"] = entry.decision_id
    return Event(event_id, canonical(told))


def event_id_of(recorded: Recorded) -> str:
    """The log, the place in it, and the beginning of the leaf: a log that was put back to an earlier state and went on
    otherwise can't give two events one id. Without a full stop, which Standard Webhooks forbids in ids."""
    log = quote(recorded.log, safe="").replace(".", "%2E")
    return f"{log}:{recorded.index}:{recorded.leaf[:8].hex()}"
