"""Delivery: in order, at least once, whatever dies and whoever refuses."""

import random
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest

from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.outbox.places import Place, Places
from tests.cli.running import miaopi
from tests.http.process import serving
from tests.http.staging import BY_ID, RULES, Stage, application, sandbox_config, staged
from tests.outbox.receiving import Receiver, eventually, receiver, subscribers
from tests.sizes import size
from verifiers.sandbox.running import running

SUPERVISION = 'class = "supervision"'


@pytest.fixture(scope="module")
def registers() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


def decide(stage: Stage, case: str = "ELD-1") -> dict:
    sent = application(case)
    stage.play(sent["application_id"], BY_ID[case]["facts"])
    got = stage.decide(sent)
    assert got.status == 200, got.body
    return got.json


def place(folder: Path, name: str) -> Place:
    with closing(Places(Places.beside(folder / "ledger.sqlite3"))) as places:
        return places.of(name)


@contextmanager
def served(folder: Path, registers: str, **classes: tuple[Receiver, str]) -> Iterator[Stage]:
    path = subscribers(folder, **classes)
    with staged(folder, registers, subscribers=path) as stage:
        yield stage


def indexes(found: Receiver) -> list[int]:
    return [one["data"]["record"]["index"] for one in found.events()]


def test_a_dead_receiver_holds_up_neither_decisions_nor_others_and_gets_everything_once_it_is_back(
    tmp_path: Path, registers: str
) -> None:
    with receiver(tmp_path, "dead") as dead, receiver(tmp_path, "well") as well:
        dead.kill()
        with served(tmp_path, registers, dead=(dead, SUPERVISION), well=(well, SUPERVISION)) as stage:
            for _ in range(5):
                started = time.monotonic()
                decide(stage)
                assert time.monotonic() - started < 5
            eventually(lambda: indexes(well) == [0, 1, 2, 3, 4])
            eventually(lambda: place(tmp_path, "dead").failures > 0)
            assert place(tmp_path, "dead").error == "network"
            text = stage.send("GET", "/metrics").body.decode()
            assert 'miaopi_outbox_lag{subscriber="dead"} 5.0' in text
            assert 'miaopi_outbox_failures_total{subscriber="dead",why="network"}' in text
            assert 'miaopi_outbox_delivered_total{subscriber="well"} 5.0' in text
            dead.start()
            eventually(lambda: indexes(dead) == [0, 1, 2, 3, 4])
            assert [one.event["id"] for one in dead.got()] == [one["id"] for one in well.events()]


def test_a_refused_event_is_sent_again_under_the_same_id_and_newly_signed_and_holds_back_the_next(
    tmp_path: Path, registers: str
) -> None:
    with receiver(tmp_path) as found:
        found.answer("500")
        with served(tmp_path, registers, one=(found, SUPERVISION)) as stage:
            decide(stage)
            decide(stage)
            eventually(lambda: len(found.got()) >= 2)
            found.answer("204")
            eventually(lambda: len(found.events()) == 2)
        tries = found.got()
        assert len({one.event["id"] for one in tries[:-1]}) == 1
        assert len({one.body for one in tries[:-1]}) == 1
        assert len({one.headers["webhook-timestamp"] for one in tries[:-1]}) > 1
        assert all(one.is_signed for one in tries)


def test_a_receiver_that_is_gone_gets_nothing_more_until_an_operator_sends_again(
    tmp_path: Path, registers: str
) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    with receiver(tmp_path) as found:
        found.answer("410")
        with served(tmp_path, registers, one=(found, SUPERVISION)) as stage:
            decide(stage)
            eventually(lambda: place(tmp_path, "one").gone)
            decide(stage)
            time.sleep(1.5)
            assert len(found.got()) == 1
            assert miaopi("outbox", "status", "--ledger", ledger).code == 1
            found.answer("204")
            done = miaopi("outbox", "replay", "--subscriber", "one", "--from", "0", "--ledger", ledger, "--json")
            assert done.code == 0, done.err
            eventually(lambda: indexes(found) == [0, 1])
            eventually(lambda: miaopi("outbox", "status", "--ledger", ledger).code == 0)


def test_replay_begins_at_any_record_and_moves_nobody_else(tmp_path: Path, registers: str) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    with receiver(tmp_path, "one") as one, receiver(tmp_path, "two") as two:
        with served(tmp_path, registers, one=(one, SUPERVISION), two=(two, SUPERVISION)) as stage:
            for _ in range(4):
                decide(stage)
            eventually(lambda: len(one.got()) == len(two.got()) == 4)
            for command, code in (("2", 0), ("end", 0), ("5", 2), ("-1", 2), ("２", 2)):
                got = miaopi("outbox", "replay", "--subscriber", "one", "--from", command, "--ledger", ledger)
                assert got.code == code, got.err
                if command == "2":
                    eventually(lambda: len(one.got()) == 6)
            decide(stage)
            eventually(lambda: len(one.got()) == 7)
            eventually(lambda: len(two.got()) == 5)
        assert [found.event["data"]["record"]["index"] for found in one.got()] == [0, 1, 2, 3, 2, 3, 4]
        assert miaopi("outbox", "replay", "--subscriber", "x", "--from", "0", "--ledger", ledger).code == 2


def test_no_redirect_is_followed_and_a_wish_to_wait_is_heard(tmp_path: Path, registers: str) -> None:
    with receiver(tmp_path, "there") as there, receiver(tmp_path, "here") as here:
        here.answer(f"307 Location={there.url} Retry-After=60")
        with served(tmp_path, registers, here=(here, SUPERVISION)) as stage:
            decide(stage)
            eventually(lambda: place(tmp_path, "here").failures == 1)
            found = place(tmp_path, "here")
            assert found.error == "status_307"
            assert found.error_at is not None
            assert 59_000 <= found.try_at - found.error_at <= 61_000
        assert not there.got()


@contextmanager
def dripping(answer: bytes) -> Iterator[int]:
    """A server that says `answer` and then a byte now and then, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        ended = threading.Event()

        def serve() -> None:
            connection, _ = door.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
                while not ended.wait(0.1):
                    try:
                        connection.sendall(b"x" * 4096)
                    except OSError:
                        return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        ended.set()
        thread.join(5)


def test_an_answer_without_end_is_not_read_to_its_end(tmp_path: Path, registers: str) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n") as port:
        endless = Receiver(tmp_path / "endless.jsonl", port)
        with served(tmp_path, registers, endless=(endless, SUPERVISION)) as stage:
            decide(stage)
            eventually(lambda: place(tmp_path, "endless").next == 1, 10)


def test_a_ledger_that_was_put_back_goes_out_from_its_beginning(tmp_path: Path, registers: str) -> None:
    with receiver(tmp_path) as found:
        with served(tmp_path, registers, one=(found, SUPERVISION)) as stage:
            decide(stage)
            eventually(lambda: len(found.events()) == 1)
            shutil.copytree(tmp_path, tmp_path / "copy")
            decide(stage)
            eventually(lambda: len(found.events()) == 2)
        for name in ("ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"):
            (tmp_path / name).unlink(missing_ok=True)
            if (tmp_path / "copy" / name).exists():
                shutil.copy(tmp_path / "copy" / name, tmp_path / name)
        with served(tmp_path, registers, one=(found, SUPERVISION)) as stage:
            decide(stage)
            eventually(lambda: len(found.events()) == 3)
        assert [one["data"]["record"]["index"] for one in found.events()] == [0, 1, 1]


def test_what_was_erased_is_told_as_erased(tmp_path: Path, registers: str) -> None:
    with receiver(tmp_path) as found:
        with served(tmp_path, registers, one=(found, SUPERVISION)) as stage:
            decide(stage)
            eventually(lambda: len(found.got()) == 1)
            services = stage.state.services
            (record,) = services.ledger.read(0, 1)
            stage.state.record.ring.destroy([record.envelope.key_id])
            ledger = tmp_path / "ledger.sqlite3"
            assert miaopi("outbox", "replay", "--subscriber", "one", "--from", "0", "--ledger", ledger).code == 0
            eventually(lambda: len(found.got()) == 2)
        before, after = (one.event for one in found.got())
        assert before["id"] == after["id"]
        assert (before["type"], after["type"]) == ("miaopi.decision.decided", "miaopi.decision.erased")
        assert after["data"]["erased"] is True
        assert "outcome" not in after["data"]


def test_after_kills_of_service_and_receiver_nothing_is_lost_and_what_came_twice_is_the_same(
    tmp_path: Path, registers: str
) -> None:
    random.seed(size("outbox_seed", quick=1, full=1))
    ledger = tmp_path / "ledger.sqlite3"
    with receiver(tmp_path) as found:
        path = str(subscribers(tmp_path, one=(found, SUPERVISION)))
        for number in range(size("outbox_kills", quick=2, full=40)):
            if number % 2:
                found.answer("crash")
            with serving(registers, RULES, ledger, MIAOPI_SUBSCRIBERS=path) as (stage, child):
                stop = threading.Timer(random.uniform(0.3, 1.5), lambda: child.send_signal(signal.SIGKILL))
                stop.start()
                _until_it_dies(lambda: decide(stage))
                stop.join()
            if found.process is not None and found.process.poll() is not None:
                found.kill()
                found.answer("204")
                found.start()
        with serving(registers, RULES, ledger, MIAOPI_SUBSCRIBERS=path):
            with reading(LedgerFiles.beside(ledger)) as reader:
                wanted = [one.leaf.hex() for one in reader.decisions()]
            assert wanted
            eventually(lambda: place(tmp_path, "one").next >= len(wanted))
    told = found.events()
    assert [one["data"]["record"]["leaf"].removeprefix("sha256:") for one in told] == wanted
    bodies: dict[str, bytes] = {}
    for one in found.got():
        assert one.is_signed
        assert bodies.setdefault(one.event["id"], one.body) == one.body


def _until_it_dies(step: Callable[[], object]) -> None:
    try:
        for _ in range(30):
            step()
    except (OSError, HTTPException, AssertionError):
        return
