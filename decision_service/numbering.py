"""The number and the keys of one decision, made once when it is recorded."""

import time
from datetime import datetime

from decision_service.decision import Occasion
from verifiers.nonces import random_block


def new_occasion(application_id: str, channel: str, now: datetime, elapsed_ms: int) -> Occasion:
    """What is fixed about a decision made `now`. The complaint key names the decision, so that whoever is shown the key
    can find it; its second half is what makes it a key."""
    decision_id = new_decision_id()
    return Occasion(
        decision_id=decision_id,
        application_id=application_id,
        channel=channel,
        decided_at=now.isoformat(timespec="milliseconds"),
        human_review_key=f"HR-{_random()}",
        elapsed_ms=elapsed_ms,
        rating_key=new_rating_key(),
        complaint_key=f"CP-{decision_id.replace('-', '').upper()}-{_random()}",
    )


def new_rating_key() -> str:
    """The key with which a closed case is rated, once."""
    return f"RT-{_random()}"


def new_decision_id() -> str:
    """A UUID of version 7 (RFC 9562 section 5.7): ordered by time, 74 bits of it random."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(random_block()[:10])
    value = value & ~(0xF << 76) | (7 << 76)
    value = value & ~(0b11 << 62) | (0b10 << 62)
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _random() -> str:
    return random_block()[:8].hex().upper()
