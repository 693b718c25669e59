"""How good the machine's decisions are, as people found who looked: the blind sample with its error bound, ratings,
overrides, and the rates that have moved."""

import sqlite3
from collections.abc import Mapping

from decision_service.casework import tallies
from decision_service.casework.error_bound import CONFIDENCE, upper_bound
from decision_service.casework.folding import FOUND
from decision_service.casework.tallies import Alarm


def quality(connection: sqlite3.Connection) -> dict[str, object]:
    """All figures, by matter."""
    matters = [row[0] for row in connection.execute("SELECT DISTINCT matter FROM tally ORDER BY matter")]
    rate = connection.execute("SELECT rate FROM scanned").fetchone()[0]
    return {
        "sampled_at_rate": rate,
        "confidence": CONFIDENCE,
        "matters": [
            {
                "matter": matter,
                "sample": sample(connection, matter),
                "ratings": ratings(connection, matter),
                "overrides": overrides(connection, matter),
            }
            for matter in matters
        ],
        "alarms": [alarm_told(one) for one in tallies.alarms(connection)],
    }


def sample(connection: sqlite3.Connection, matter: str) -> dict[str, float]:
    """What officers found of approvals that they looked at blind: how many, how many of them they would have decided
    otherwise, and the rate that such errors have at most, with 95 % confidence. Other outcomes are drawn too, so that
    being drawn tells an officer nothing; they are counted apart."""
    query = "SELECT closed_as, count(*) FROM item WHERE kind = 'blind_sample' AND matter = ? GROUP BY closed_as"
    found = dict(connection.execute(query, (matter,)).fetchall())
    counts = {word: int(found.get(word, 0)) for word in (*FOUND.values(), "")}
    errors = counts[FOUND[True, False]]
    size = counts[FOUND[True, True]] + errors
    return {
        "approvals": size,
        "disagreements": errors,
        "error_rate_at_most": round(upper_bound(errors, size), 6),
        "others": counts[FOUND[False, True]] + counts[FOUND[False, False]],
        "other_disagreements": counts[FOUND[False, False]],
        "waiting": counts[""],
    }


def ratings(connection: sqlite3.Connection, matter: str) -> dict[str, int]:
    """How many ratings of each level, from 1 (very satisfied) to 5."""
    rows = connection.execute("SELECT level, count FROM rating WHERE matter = ?", (matter,))
    return {str(level): 0 for level in range(1, 6)} | {str(level): count for level, count in rows}


def overrides(connection: sqlite3.Connection, matter: str) -> dict[str, int]:
    """How many of the machine's own decisions officers looked at again, and overrode."""
    hits, total = connection.execute(
        "SELECT coalesce(sum(hits), 0), coalesce(sum(total), 0) FROM tally "
        "WHERE matter = ? AND city = '' AND rate = 'override'",
        (matter,),
    ).fetchone()
    return {"reviewed": total, "overridden": hits}


def alarm_told(alarm: Alarm) -> Mapping[str, object]:
    """An alarm as it is told and recorded."""
    one = alarm.series
    return {
        "rate": one.rate,
        "matter": one.matter,
        "city": one.city,
        "day": alarm.day.isoformat(),
        "seen": {"hits": alarm.seen.hits, "total": alarm.seen.total},
        "usual": {"hits": alarm.usual.hits, "total": alarm.usual.total},
    }
