"""Items kept in the file: put there as they change, and found again for lists."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

import orjson

from decision_service.casework.items import Item, ItemKind
from decision_service.casework.working_days import Calendar

_NAMES: Final = tuple(one.name for one in fields(Item))
_COLUMNS: Final = ", ".join(_NAMES)
_PUT: Final = f"INSERT OR REPLACE INTO item ({_COLUMNS}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608 - see below
_SELECT: Final = f"SELECT {_COLUMNS} FROM item"  # noqa: S608 - names of our own fields
_LAST: Final = "9999"
"""Where an item stands in the order by day whose due day is not known."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open items are listed: empty for any. `claimed_by` is a name; `overdue_on` lists what was due before that
    day."""

    matter: str = ""
    kind: str = ""
    city: str = ""
    claimed_by: str = ""
    overdue_on: date | None = None


def put(connection: sqlite3.Connection, items: Iterable[Item]) -> None:
    """Keep these as they are now."""
    connection.executemany(_PUT, [_row(one) for one in items])


def of_case(connection: sqlite3.Connection, decision_id: str) -> dict[str, Item]:
    """The items of a case, in the order in which they were opened."""
    rows = connection.execute(f"{_SELECT} WHERE decision_id = ? ORDER BY opened_at, item_id", (decision_id,))
    return {item.item_id: item for item in map(_item, rows)}


def find(connection: sqlite3.Connection, item_id: str) -> Item | None:
    """The item of that id."""
    row = connection.execute(f"{_SELECT} WHERE item_id = ?", (item_id,)).fetchone()
    return None if row is None else _item(row)


def waiting(connection: sqlite3.Connection, wanted: Wanted, after: tuple[str, str], most: int) -> Iterator[Item]:
    """Open items, those due first first, from the place `after` on (the due day and id of the last one seen)."""
    where = ["closed_as = ''", f"(coalesce(due, '{_LAST}'), item_id) > (?, ?)"]
    values: list[object] = [*after]
    for name in ("matter", "kind", "city", "claimed_by"):
        if value := getattr(wanted, name):
            where.append(f"{name} = ?")
            values.append(value)
    if wanted.overdue_on is not None:
        where.append("due < ?")
        values.append(wanted.overdue_on.isoformat())
    # Only names of columns are put into the text; every value is bound.
    text = f"{_SELECT} WHERE {' AND '.join(where)} ORDER BY coalesce(due, '{_LAST}'), item_id LIMIT ?"
    yield from map(_item, connection.execute(text, (*values, most)))


def place_of(item: Item) -> tuple[str, str]:
    """Where an item stands in the order of `waiting`."""
    return (_LAST if item.due is None else item.due.isoformat(), item.item_id)


def overdue(connection: sqlite3.Connection, day: date, most: int) -> list[Item]:
    """Open items whose due day is over and of which no alarm was raised."""
    text = f"{_SELECT} WHERE closed_as = '' AND due < ? AND is_alarmed = 0 ORDER BY due, item_id LIMIT ?"
    return [_item(row) for row in connection.execute(text, (day.isoformat(), most))]


def without_due(connection: sqlite3.Connection, calendar: Calendar, most: int) -> list[Item]:
    """Items without a due day that have one by this calendar: the year was published since."""
    text = f"{_SELECT} WHERE due IS NULL AND unknown_year IN ({', '.join('?' * len(calendar))}) LIMIT ?"
    return [_item(row).with_due(calendar) for row in connection.execute(text, (*calendar, most))]


def _row(item: Item) -> tuple[object, ...]:
    values: Mapping[str, object] = {
        name: getattr(item, name) for name in _NAMES
    } | {
        "reasons": orjson.dumps(item.reasons).decode(),
        "due": None if item.due is None else item.due.isoformat(),
        "start": None if item.start is None else item.start.isoformat(),
        "is_alarmed": int(item.is_alarmed),
    }  # fmt: skip
    return tuple(values[name] for name in _NAMES)


def _item(row: tuple[object, ...]) -> Item:
    values: dict[str, object] = dict(zip(_NAMES, row, strict=True))
    values["kind"] = ItemKind(str(values["kind"]))
    values["reasons"] = tuple(orjson.loads(str(values["reasons"])))
    for name in ("due", "start"):
        values[name] = None if values[name] is None else date.fromisoformat(str(values[name]))
    values["is_alarmed"] = bool(values["is_alarmed"])
    return Item(**values)  # type: ignore[arg-type]  # columns are the fields, by name and type
