"""Values that stand nowhere else, put into every personal field; and where they came out again."""

import json
import random
import re
import socketserver
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_connection
from typing import Any
from urllib.parse import quote, urlsplit

from tests.http.staging import CASES
from verifiers.identifiers.citizen_id import make_citizen_id

MARK = "CNRY{:08x}"
MARKED = re.compile(rb"CNRY[0-9a-f]{8}|219999(?:19|20)\d{9}[\dX]", re.IGNORECASE)
"""A mark in any field of text, and any number of a person of a region that is in no other data."""

NUMBERED = re.compile(rb"SYNR[0-9a-f]{8}")
"""The platform's number of an application, and its key: record and journal go by them, no other sink holds them."""

OF_PEOPLE = frozenset({"spouse_id", "legal_rep_id", "address", "name"})
"""Facts of registers that are about people and hold text."""


def mark(number: int) -> str:
    """What is put into each field of text of request `number`."""
    return MARK.format(number)


def numbered(number: int) -> str:
    """The platform's own number of request `number`, which is no personal value."""
    return f"SYNR{number:08x}"


def person(number: int) -> str:
    """A citizen's number of this request alone, with a right check character."""
    body = f"219999{1930 + number % 70}0{1 + number // 70 % 9}{1 + number // 630 % 28:02}{number // 17640 % 1000:03}"
    found = make_citizen_id(body)
    assert found is not None
    return found


def applied(number: int) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """An application with its marks, and what registers say of the person."""
    dice = random.Random(number)
    case = dice.choice(CASES)
    form = {**case["form"], "applicant_name": f"{mark(number)}甲"}
    if case["matter"] in ("elderly_allowance", "senior_card", "unemployment_registration", "housing_fund_rent"):
        form["id_no"] = person(number)
    if dice.random() < 0.3:  # every field: most such forms go back for correction
        form = {name: mark(number) if isinstance(value, str) else value for name, value in form.items()}
    sent: dict[str, Any] = {
        "application_id": numbered(number),
        "matter": case["matter"],
        "channel": "mobile",
        "form": form,
    }
    if dice.random() < 0.2:
        mandate = {"number": mark(number), "given_on": "2026-01-01", "ends_on": "2026-12-31", "scope": [case["matter"]]}
        sent["agent"] = {"name": mark(number), "id_type": "111", "id_no": person(number + 1), "mandate": mandate}
    if dice.random() < 0.2:
        token = ".".join([quote(mark(number))] * 3)
        sent["credentials"] = [{"register": dice.choice(("population", "deaths")), "token": token}]
    return sent, _said(case["facts"], number, dice)


def _said(facts: Mapping[str, Any], number: int, dice: random.Random) -> Mapping[str, Any]:
    told = json.loads(json.dumps(facts))
    for answer in told.values():
        for name in OF_PEOPLE & answer.keys():
            value = person(number) if name.endswith("_id") else mark(number)
            answer[name] = value if answer[name] is not None else None
    if told and dice.random() < 0.15:
        told[dice.choice(sorted(told))] = {"status": dice.choice(("error", "no_record"))}
    return told


def in_tables(path: Path) -> set[tuple[str, str]]:
    """Table and column of everything in a SQLite file that holds a mark."""
    found = set()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the file's own names
            names = [column[0] for column in cursor.description]
            for row in cursor:
                found |= {(table, name) for name, value in zip(names, row, strict=True) if MARKED.search(_bytes(value))}
    return found


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


class Heads:
    """What went over a relay to a server: the heads, which a proxy or an access log would keep, and the bodies."""

    def __init__(self) -> None:
        self._streams: list[bytearray] = []

    def stream(self) -> bytearray:
        """Takes what one connection sends."""
        self._streams.append(bytearray())
        return self._streams[-1]

    def all(self) -> bytes:
        """Every head."""
        heads = (re.findall(rb"(?:GET|POST) \S+ HTTP/1\.1\r\n.*?\r\n\r\n", one, re.DOTALL) for one in self._streams)
        return b"".join(head for found in heads for head in found)

    def bodies(self) -> list[dict[str, Any]]:
        """Every body, read as JSON."""
        bodies = (re.findall(rb"\r\n\r\n(\{.*?\})(?=POST |$)", one, re.DOTALL) for one in self._streams)
        return [json.loads(body) for found in bodies for body in found]


@contextmanager
def relayed(url: str) -> Iterator[tuple[str, Heads]]:
    """A relay before `url`: its own address, and what it saw."""
    target, heads = urlsplit(url), Heads()

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            stream = heads.stream()
            with create_connection((target.hostname or "", target.port or 0), 30) as far:
                back = threading.Thread(target=_copy, args=(far, self.request, None), daemon=True)
                back.start()
                _copy(self.request, far, stream)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads, allow_reuse_address = True, True

    with Server(("127.0.0.1", 0), Relay) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", heads
        finally:
            server.shutdown()


def _copy(source: Any, sink: Any, kept: bytearray | None) -> None:
    try:
        while chunk := source.recv(65536):
            if kept is not None:
                kept += chunk
            sink.sendall(chunk)
        sink.shutdown(1)
    except OSError:
        pass
