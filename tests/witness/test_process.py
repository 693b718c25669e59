"""The witness as a process of its own, over HTTP: the statuses of c2sp.org/tlog-witness, bounds, kills."""

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from decision_service.proof.note import open_note
from decision_service.proof.submission import MAX_BYTES
from decision_service.witness import server
from tests.sizes import size
from tests.witness.logs import Log, signer
from tests.witness.process import Running, witnessing


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with witnessing(tmp_path_factory.mktemp("witness"), *(Log(origin=f"o{one}").key for one in range(9))) as found:
        yield found


def say(running: Running, *parts: bytes, wait: float = 0.0) -> bytes:
    """Sends raw bytes, answers all that comes back until the witness hangs up."""
    address = urlsplit(running.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(wait)
        received = b""
        while chunk := connection.recv(4096):
            received += chunk
        return received


def test_each_status_of_the_standard(running: Running) -> None:
    log = Log(origin="o0").grow(9)
    status, _, line = running.add(log.submission(0, 5))
    assert status == 200
    assert open_note(log.note(5) + line, [log.key, running.key]).is_signed_by(running.key)
    assert running.add(log.submission(0)) == (409, "text/x.tlog.size", "5\n")
    assert running.add(log.submission(5))[0] == 200
    assert running.add(Log(origin="o0").grow(9, "anew").submission(9))[:2] == (409, "text/x.tlog.size")
    assert running.add(Log(origin="o0").grow(12, "anew").submission(9))[0] == 422
    assert running.add(Log(origin="o0", keys=signer(4)).grow(12).submission(9))[0] == 403
    assert running.add(Log(origin="unknown").grow(12).submission(0))[0] == 404
    assert running.add(b"old nothing\n")[0] == 400
    assert running.add(Log(origin="o0").grow(12).submission(9))[0] == 200


def test_one_path_one_method_one_size(running: Running) -> None:
    end = b" HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n"
    assert say(running, b"GET /add-checkpoint" + end).startswith(b"HTTP/1.1 405 ")
    assert say(running, b"POST /" + end).startswith(b"HTTP/1.1 404 ")
    assert say(running, b"\x16\x03\x01\x00\n\n\n").startswith(b"HTTP/1.1 400 ")
    assert say(running, b"GET /" + b"x" * 70_000 + end).startswith(b"HTTP/1.1 4")
    assert running.add(b"x" * MAX_BYTES)[0] == 400
    head = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: %d\r\n\r\n" % (MAX_BYTES + 1)
    assert say(running, head, b"x" * (MAX_BYTES + 1)).startswith(b"HTTP/1.1 413 ")
    chunked = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert say(running, chunked, b"%x\r\n" % (MAX_BYTES + 1), b"x" * (MAX_BYTES + 1)).startswith(b"HTTP/1.1 413 ")


def test_a_connection_serves_several_submissions(running: Running) -> None:
    log = Log(origin="o1").grow(9)
    first, second = log.submission(0, 4).to_bytes(), log.submission(4).to_bytes()
    head = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n%bContent-Length: %d\r\n\r\n"
    received = say(running, head % (b"", len(first)) + first, head % (b"Connection: close\r\n", len(second)) + second)
    assert received.count(b"HTTP/1.1 200") == 2


def test_a_sender_that_drips_is_hung_up_on(running: Running) -> None:
    began = time.monotonic()
    assert say(running, b"POST /add-checkpoint HTTP/1.1\r\nHost: ") == b""
    assert time.monotonic() - began < server.EXCHANGE_SECONDS + 3


def test_many_idle_connections_do_not_stop_it_for_good(running: Running) -> None:
    address = urlsplit(running.url)
    idle = [socket.create_connection((address.hostname, address.port)) for _ in range(server.MAX_CONNECTIONS + 9)]
    try:
        for one in idle[-5:]:
            one.settimeout(5)
            assert one.recv(1) == b""
    finally:
        for one in idle:
            one.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            assert running.add(Log(origin="o2").grow(1).submission(0))[0] == 200
        except (ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    pytest.fail("still full")


def test_a_witness_killed_at_any_moment_has_not_forgotten(tmp_path: Path) -> None:
    """Submissions are on their way when it is killed: what it acknowledged it knows, and the rest it knows or not."""
    log, acknowledged, dice = Log(), 0, random.Random(9)
    for _ in range(size("witness_kills", quick=4, full=100)):
        with witnessing(tmp_path / "w", log.key) as running:
            status, _, text = running.add(log.submission(0)) if log.leaves else (409, "", "0\n")
            assert status == 409
            known = int(text)
            assert acknowledged <= known <= len(log.leaves)
            if known:
                assert running.add(Log().grow(known + 1, "other").submission(known))[0] == 422
            killing = threading.Timer(dice.uniform(0.01, 0.15), running.process.kill)
            killing.start()
            with suppress(OSError, HTTPException):
                while True:
                    new = log.grow(3).submission(known)
                    assert running.add(new)[0] == 200
                    acknowledged = known = len(log.leaves)
            killing.join()
    assert acknowledged > 10
    with witnessing(tmp_path / "w", log.key) as running:
        running.process.terminate()
        assert running.process.wait(10) == 0


def test_wrong_options_are_told(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from decision_service.cli.app import build

    good = ["--state", tmp_path / "s", "--key", tmp_path / "k", "--log", Log().key, "--listen", "127.0.0.1:0"]
    (tmp_path / "text").write_text("no key")
    for more in (
        ["--listen", "nowhere"],
        ["--listen", "127.0.0.1:99999"],
        ["--log", "not a key"],
        ["--name", "a b"],
        ["--key", tmp_path / "text"],
        ["--state", tmp_path],
    ):
        got = CliRunner().invoke(build(), ["ledger", "witness", *map(str, [*good, *more])])
        assert got.exit_code == 2, more
