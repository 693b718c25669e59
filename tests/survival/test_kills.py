"""P1: killed at any moment, the service loses no decision that it answered and makes none twice, on a file or in a
database, and the database server itself may be killed too."""

import random
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from decision_service.ledger.copying import copy_ledger
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.verify import verify_ledger
from tests.http.process import serving
from tests.http.staging import RULES
from tests.ledger.conformance.stores import PostgresPlace
from tests.sizes import size
from tests.survival.persisting import Clients
from tests.verifiers.connections.postgres_server import Server, postgres

DECISIONS = size("kills", quick=80, full=10_000)
MOST, LATEST = 20, 0.02
"""A life ends after so many answers at most, and within so many seconds after the last of them."""


def check(clients: Clients, ledger: Path) -> None:
    """Nothing lost, nothing doubled, everything as it was answered first, and the record sound."""
    assert clients.wrong == []
    assert len(clients.answers) == clients.count
    report = verify_ledger(ledger)
    assert report.is_sound, report.first
    with reading(LedgerFiles.beside(ledger)) as found:
        recorded = list(found.decisions())
    by_application = Counter(one.entry.application_id for one in recorded)
    by_key = Counter(one.entry.key for one in recorded)
    assert set(by_application.values()) == {1}
    assert by_key == dict.fromkeys(clients.answers, 1)
    assert report.records == clients.count


def answered_again(clients: Clients) -> None:
    """Every request once more: byte for byte what it was answered first."""
    for one in clients.sent:
        got = clients.until_answered(one)
        assert got.body == clients.answers[one.key], one.key
        assert got.headers["idempotent-replayed"] == "true"


def told(clients: Clients, deaths: int, what: str) -> None:
    """For whoever looks at the figures (pytest -s)."""
    cut = f"{clients.broken_off} requests cut off"
    sys.stdout.write(f"\nP1 {what}: {clients.count} decisions, {deaths} kills, {cut}; lost 0, doubled 0\n")


@pytest.mark.timeout(14_400)
def test_nothing_answered_is_lost_or_doubled_on_a_file(registers: str, tmp_path: Path) -> None:
    ledger, dice, clients, deaths = tmp_path / "ledger.sqlite3", random.Random(1), Clients(DECISIONS), 0
    clients.begin()
    while not clients.are_done:
        with serving(registers, RULES, ledger) as (stage, child):
            clients.up(stage)
            clients.wait_for_more(dice.randint(1, MOST))
            time.sleep(dice.uniform(0, LATEST))
            child.kill()
            child.wait(30)
            deaths += 1
    with serving(registers, RULES, ledger) as (stage, _):
        clients.up(stage)
        answered_again(clients)
    check(clients, ledger)
    assert deaths > 2
    told(clients, deaths, "on a file")


@pytest.mark.timeout(14_400)
def test_nothing_answered_is_lost_or_doubled_in_a_database(registers: str, tmp_path: Path) -> None:
    """The service is killed, the database server is killed, or both at once."""
    dice, clients, deaths = random.Random(2), Clients(DECISIONS), 0
    with postgres(fsync="on") as server:
        more = in_database(server, tmp_path)
        clients.begin()
        while not clients.are_done:
            with serving(registers, RULES, None, folder=tmp_path, **more) as (stage, child):
                clients.up(stage)
                for _ in range(dice.randint(1, 4)):
                    clients.wait_for_more(dice.randint(1, MOST))
                    time.sleep(dice.uniform(0, LATEST))
                    server.crash()
                    deaths += 1
                    if dice.random() < 0.3:
                        break  # the service dies while its database is gone
                    server.recover()
                clients.wait_for_more(0)
                child.kill()
                child.wait(30)
                deaths += 1
            if server.process.poll() is not None:
                server.recover()
        with serving(registers, RULES, None, folder=tmp_path, **more) as (stage, _):
            clients.up(stage)
            answered_again(clients)
        copy_ledger(PostgresPlace.address_of(server), tmp_path / "ledger.sqlite3", lambda *_: None)
    check(clients, tmp_path / "ledger.sqlite3")
    told(clients, deaths, "in a database")


def in_database(server: Server, folder: Path) -> dict[str, str]:
    """Settings of a service whose record is in that database, and whose other files lie in `folder`."""
    beside = LedgerFiles.beside(folder / "ledger.sqlite3")
    files = {"KEY": beside.key, "SUBJECTS": beside.ring, "MASTER_KEY": beside.master}
    others = {"JOURNAL": folder / "journal.sqlite3"}
    return {
        "MIAOPI_LEDGER": PostgresPlace.address_of(server).get_secret_value(),
        **{f"MIAOPI_{name}": str(path) for name, path in {**files, **others}.items()},
    }
