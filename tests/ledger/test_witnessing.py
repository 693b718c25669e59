"""P5: who holds the key can't write the log anew unnoticed. A real witness in a process of its own, a real ledger, and
every way in which one of them stops, comes back, or lies."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import cycle
from pathlib import Path

import pytest

from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.sqlite import SqliteStore
from decision_service.ledger.store import StoredCheckpoint
from decision_service.ledger.witnesses import WitnessAddress, WitnessesRefusedError, read_witnesses
from decision_service.ledger.witnessing import MAX_ANSWER_BYTES, Round, Witnesses
from decision_service.proof.merkle import Growth, ProofError, verify_consistency
from decision_service.proof.note import Checkpoint, SignatureType, VerifierKey, cosign, open_note, split_note
from decision_service.proof.submission import Submission
from tests.ledger.making import LOG, SIGNER, entry, sqlite_store
from tests.sizes import size
from tests.witness.logs import signer
from tests.witness.process import Running, witnessing

KEY = VerifierKey(LOG, SIGNER.public_key)
PATIENCE = 20.0


@dataclass
class Operator:
    """The log's side: a store, its checkpoints, its witnesses, and what is told of them."""

    store: SqliteStore
    checkpoints: Checkpoints
    witnesses: Witnesses
    rounds: list[Round] = field(default_factory=list)
    numbers: int = 0

    def decide(self, count: int, by: str = "") -> StoredCheckpoint:
        """Records more, and publishes the checkpoint over them."""
        self.numbers += count
        self.store.append([entry(f"{by}{self.numbers - one}") for one in range(count)])
        made = self.checkpoints.advance()
        assert made is not None
        self.witnesses.published(made)
        return made

    def until(self, seen: Callable[[], bool]) -> None:
        """Waits for what the threads do."""
        deadline = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < deadline, self.rounds
            time.sleep(0.01)

    def is_cosigned(self, *keys: VerifierKey) -> bool:
        """Whether the newest checkpoint has the lines of `keys`, once each."""
        newest = self.checkpoints.newest()
        if newest is None or not newest.cosignatures:
            return False
        opened = open_note(newest.text, [KEY, *keys])
        return sorted(one.key.name for one in opened.signatures) == sorted(one.name for one in [KEY, *keys])


@contextmanager
def operating(path: Path, *witnesses: WitnessAddress) -> Iterator[Operator]:
    store = sqlite_store(path)
    checkpoints, rounds = Checkpoints(store, LOG, SIGNER), []
    found = Operator(store, checkpoints, Witnesses(witnesses, checkpoints, store, rounds.append), rounds, store.size())
    try:
        yield found
    finally:
        found.witnesses.close()
        store.close()


def address(running: Running) -> WitnessAddress:
    return WitnessAddress(running.key, running.url)


def port(running: Running) -> int:
    return int(running.url.rsplit(":", 1)[1])


def refused(why: str) -> Callable[[Round], bool]:
    return lambda one: (one.result, one.why) == ("refused", why)


def test_a_log_that_grows_is_cosigned_across_restarts_of_both(tmp_path: Path) -> None:
    with witnessing(tmp_path / "w", KEY) as running:
        place = port(running)
        with operating(tmp_path / "ledger.sqlite3", address(running)) as operator:
            for more in (1, 1, 30, 7):
                operator.decide(more)
                operator.until(lambda: operator.is_cosigned(running.key))
        with operating(tmp_path / "ledger.sqlite3", address(running)) as operator:
            operator.decide(5)
            operator.until(lambda: operator.is_cosigned(running.key))
            assert {one.result for one in operator.rounds} == {"cosigned"}
    with operating(tmp_path / "ledger.sqlite3", address(running)) as operator:
        operator.decide(5)  # nobody is there; the record goes on
        operator.until(lambda: any(one.result == "missing" for one in operator.rounds))
        assert operator.decide(5).cosignatures == ""
        with witnessing(tmp_path / "w", KEY, port=place):
            operator.until(lambda: operator.is_cosigned(running.key))
        assert {one.result for one in operator.rounds} == {"missing", "cosigned"}


def test_what_lacks_a_cosignature_gets_it_when_the_service_starts_again(tmp_path: Path) -> None:
    with operating(tmp_path / "ledger.sqlite3") as operator:
        operator.decide(9)
    with witnessing(tmp_path / "w", KEY) as running:
        with operating(tmp_path / "ledger.sqlite3", address(running)) as operator:
            operator.until(lambda: operator.is_cosigned(running.key))
        with operating(tmp_path / "ledger.sqlite3", address(running)) as operator:
            operator.witnesses.close()
            assert operator.rounds == []  # it stands already


def test_the_last_checkpoint_is_given_out_before_the_service_ends(tmp_path: Path) -> None:
    with witnessing(tmp_path / "w", KEY) as running:
        with operating(tmp_path / "ledger.sqlite3", address(running)) as operator:
            operator.decide(9)
        with operating(tmp_path / "ledger.sqlite3") as operator:
            assert operator.is_cosigned(running.key)


def test_several_witnesses_and_one_of_them_down(tmp_path: Path) -> None:
    gone = VerifierKey("gone", signer(5).public_key, SignatureType.COSIGNATURE_V1)
    with witnessing(tmp_path / "w", KEY) as running:
        nobody = WitnessAddress(gone, "http://127.0.0.1:9")
        with operating(tmp_path / "ledger.sqlite3", nobody, address(running)) as operator:
            operator.decide(3)
            operator.until(lambda: operator.is_cosigned(running.key))
            operator.until(lambda: any(one.witness == "gone" for one in operator.rounds))
            assert {(one.witness, one.result) for one in operator.rounds} == {
                ("gone", "missing"),
                (running.key.name, "cosigned"),
            }


def all_of(path: Path) -> list[Checkpoint]:
    """The log as it was at each size, by whoever kept its checkpoints."""
    with operating(path) as operator:
        count, store = operator.store.size(), operator.store
        leaves = [one.leaf for at in range(0, count, 900) for one in store.read(at, 900)]
    growth, found = Growth(0, []), []
    for leaf in leaves:
        growth.append(leaf)
        found.append(Checkpoint(LOG, growth.size, growth.root))
    return found


def test_a_ledger_built_anew_with_the_same_key_is_noticed(tmp_path: Path) -> None:
    """A valid chain, the right key, the same applications: no checkpoint given out before is consistent with it."""
    count = size("rebuilt_records", quick=40, full=3000)
    with witnessing(tmp_path / "w", KEY) as running:
        with operating(tmp_path / "ledger.sqlite3", address(running)) as operator:
            operator.decide(count)
            operator.until(lambda: operator.is_cosigned(running.key))
        given_out = all_of(tmp_path / "ledger.sqlite3")
        with operating(tmp_path / "anew.sqlite3", address(running)) as operator:
            operator.decide(count // 2)
            operator.until(lambda: any(map(refused("log_went_back"), operator.rounds)))
            operator.decide(count - count // 2)
            operator.until(lambda: any(map(refused("other_history"), operator.rounds)))
            newest = operator.decide(count)
            operator.rounds.clear()
            operator.until(lambda: any(map(refused("other_history"), operator.rounds)))
            assert not newest.cosignatures
            root = Checkpoint.parse(split_note(newest.note)[0]).root
            for one in given_out:
                proof = operator.checkpoints.consistency(one.size, newest.size)
                with pytest.raises(ProofError):
                    verify_consistency(one.size, one.root, newest.size, root, proof)
            assert not any(one.result == "cosigned" for one in operator.rounds)


def test_two_views_of_one_log_are_noticed(tmp_path: Path) -> None:
    with witnessing(tmp_path / "w", KEY) as running:
        with operating(tmp_path / "one.sqlite3", address(running)) as operator:
            operator.decide(20)
            operator.until(lambda: operator.is_cosigned(running.key))
        for file in tmp_path.glob("one*"):
            shutil.copy(file, file.with_name(file.name.replace("one", "other", 1)))
        with operating(tmp_path / "one.sqlite3", address(running)) as operator:
            operator.decide(5)
            operator.until(lambda: operator.is_cosigned(running.key))
        with operating(tmp_path / "other.sqlite3", address(running)) as operator:
            operator.decide(5, "other")
            operator.until(lambda: any(map(refused("other_history"), operator.rounds)))
            operator.decide(5, "other")
            operator.rounds.clear()
            operator.until(lambda: any(map(refused("other_history"), operator.rounds)))
            assert not operator.is_cosigned(running.key)


SIZES = cycle("12")
LIARS = {
    "a cosignature of something else": (200, lambda sign, _: sign(f"else\n3\n{'A' * 43}=\n"), "refused"),
    "another key's": (200, lambda *_: "— liar AAAAAAAAAAAAAAAAAAAA\n", "refused"),
    "nothing": (200, lambda *_: "", "refused"),
    "too much": (200, lambda sign, body: sign(body) + f"— x {'A' * MAX_ANSWER_BYTES}\n", "refused"),
    "a size that is none": (409, lambda *_: "seven\n", "refused"),
    "a huge size": (409, lambda *_: "9" * 400, "refused"),
    "another size each time": (409, lambda *_: f"{next(SIZES)}\n", "missing"),
    "somewhere else": (302, lambda *_: "", "refused"),
    "trouble": (503, lambda *_: "", "missing"),
}


@contextmanager
def lying(status: int, text: Callable[[Callable[[str], str], str], str]) -> Iterator[WitnessAddress]:
    """A witness that answers every submission so."""
    keys = signer(6)
    key = VerifierKey("liar", keys.public_key, SignatureType.COSIGNATURE_V1)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = Submission.parse(self.rfile.read(int(self.headers["Content-Length"])))
            body, _ = split_note(given.note)
            content = text(lambda said: cosign(said, key.name, keys.sign, keys.public_key, 1), body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield WitnessAddress(key, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()


@pytest.mark.parametrize(("status", "text", "result"), LIARS.values(), ids=LIARS)
def test_nothing_is_kept_that_is_no_cosignature(tmp_path: Path, status: int, text: Callable, result: str) -> None:
    with lying(status, text) as liar, operating(tmp_path / "ledger.sqlite3", liar) as operator:
        operator.decide(3)
        operator.until(lambda: bool(operator.rounds))
        assert operator.rounds[0].result == result
        newest = operator.checkpoints.newest()
        assert newest is not None
        assert newest.cosignatures == ""


def test_the_list_of_witnesses(tmp_path: Path) -> None:
    one, two = (VerifierKey(name, signer(7).public_key, SignatureType.COSIGNATURE_V1) for name in ("one", "two"))
    text = f"# ours\n{one} http://127.0.0.1:8092/\n\n{two} https://w.example/prefix\n"
    expected = (WitnessAddress(one, "http://127.0.0.1:8092"), WitnessAddress(two, "https://w.example/prefix"))
    (tmp_path / "list").write_text(text)
    assert read_witnesses(text) == read_witnesses(str(tmp_path / "list")) == expected
    assert read_witnesses("  ") == ()


@pytest.mark.parametrize(
    "line",
    [
        "nowhere.txt",
        "{key}",
        "{key} not an address",
        "{key} ftp://w.example",
        "{key} https://w.example/?q=1",
        "{key} http://[::1",
        "{log} https://w.example",
        "one+00000000+AAAA https://w.example",
        "{key} https://w.example\n{key} https://v.example",
    ],
)
def test_a_list_that_is_wrong_stops_the_start(line: str) -> None:
    key = VerifierKey("one", signer(7).public_key, SignatureType.COSIGNATURE_V1)
    with pytest.raises(WitnessesRefusedError):
        read_witnesses(line.format(key=key, log=KEY))


def test_a_submission_is_read_as_it_was_written() -> None:
    submission = Submission(7, (bytes(32), bytes(range(32))), "a\n\n— b AAAAAAAA\n")
    assert Submission.parse(submission.to_bytes()) == submission
