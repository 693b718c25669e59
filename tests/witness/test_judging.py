"""A witness cosigns what follows from what it cosigned before, and nothing else, whatever it is sent."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from decision_service.proof.note import Checkpoint, SignatureType, VerifierKey, open_note
from decision_service.proof.submission import MAX_HASHES, Submission
from decision_service.witness.judging import NotCosignedError, Witness
from decision_service.witness.memory import Memory, MemoryFaultError
from tests.sizes import size
from tests.witness.logs import ORIGIN, Log, signer

OWN = signer(9)
KEY = VerifierKey("w.example", OWN.public_key, SignatureType.COSIGNATURE_V1)
NOW = 1_700_000_000


def witness_of(memory: Memory, *logs: VerifierKey) -> Witness:
    return Witness(KEY, OWN.sign, logs or [Log().key], memory, lambda: NOW)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with closing(Memory(tmp_path / "state.sqlite3")) as found:
        yield found


def status(witness: Witness, submission: Submission | bytes) -> tuple[int, int | None]:
    body = submission if isinstance(submission, bytes) else submission.to_bytes()
    try:
        line = witness.add_checkpoint(body)
    except NotCosignedError as error:
        return error.status, error.size
    note = body.decode().partition("\n\n")[2]
    opened = open_note(note + line, [KEY])
    assert [one.time for one in opened.signatures] == [NOW]
    return 200, None


def test_a_log_that_grows_is_cosigned(memory: Memory) -> None:
    witness, log, seen = witness_of(memory), Log(), 0
    for more in (0, 1, 1, 5, 0, 13, 100):
        log.grow(more)
        assert status(witness, log.submission(seen)) == (200, None)
        seen = len(log.leaves)


def test_who_does_not_know_the_last_size_is_told(memory: Memory) -> None:
    witness, log = witness_of(memory), Log().grow(20)
    assert status(witness, log.submission(3)) == (409, 0)
    assert status(witness, log.submission(0, 7)) == (200, None)
    assert status(witness, log.submission(0)) == (409, 7)
    assert status(witness, log.submission(7)) == (200, None)


def test_a_log_cut_back_is_not_cosigned(memory: Memory) -> None:
    witness, log = witness_of(memory), Log().grow(20)
    assert status(witness, log.submission(0)) == (200, None)
    assert status(witness, log.submission(0, 19)) == (409, 20)
    assert status(witness, log.submission(19, 19)) == (409, 20)
    assert status(witness, Submission(20, (), log.note(19))) == (400, None)


def test_a_log_written_anew_is_not_cosigned(memory: Memory) -> None:
    """The same key, a valid chain, another history: larger, of the same size, and with every proof it could show."""
    witness = witness_of(memory)
    assert status(witness, Log().grow(20).submission(0)) == (200, None)
    anew = Log().grow(20, "anew")
    assert status(witness, anew.submission(20)) == (409, 20)
    anew.grow(10)
    assert status(witness, anew.submission(20)) == (422, None)
    assert status(witness, anew.submission(0)) == (409, 20)
    for old in range(1, 30):
        assert status(witness, replace(anew.submission(old), old=20)) == (422, None)
    assert status(witness, Log().grow(30).submission(20)) == (200, None)


def test_two_views_of_one_log_are_not_both_cosigned(memory: Memory) -> None:
    witness, common = witness_of(memory), Log().grow(8)
    assert status(witness, common.submission(0)) == (200, None)
    one, other = Log([*common.leaves]).grow(5, "one"), Log([*common.leaves]).grow(5, "other")
    assert status(witness, one.submission(8)) == (200, None)
    assert status(witness, other.submission(8)) == (409, 13)
    assert status(witness, other.submission(13)) == (409, 13)
    assert status(witness, other.grow(1).submission(13)) == (422, None)


def test_unknown_logs_and_keys_are_refused(memory: Memory) -> None:
    witness, log = witness_of(memory), Log().grow(3)
    assert status(witness, replace(Log(origin="else.example").grow(3).submission(0))) == (404, None)
    assert status(witness, Log(keys=signer(2)).grow(3).submission(0)) == (403, None)
    spoiled = log.submission(0)
    assert status(witness, replace(spoiled, note=spoiled.note.replace("\n3\n", "\n4\n"))) == (403, None)
    with memory.turn(ORIGIN) as turn:
        assert turn.last is None


def test_a_log_may_have_a_new_key_beside_the_old_one(memory: Memory) -> None:
    witness = witness_of(memory, Log().key, Log(keys=signer(2)).key)
    assert status(witness, Log().grow(3).submission(0)) == (200, None)
    assert status(witness, Log(keys=signer(2)).grow(5).submission(3)) == (200, None)


GOOD = Log().grow(9).submission(4).to_bytes()
MALFORMED = {
    "nothing": b"",
    "no UTF-8": b"old 0\n\n\xff",
    "no old line": Log().grow(3).note().encode(),
    "leading zero": GOOD.replace(b"old 4", b"old 04"),
    "negative": GOOD.replace(b"old 4", b"old -4"),
    "two spaces": GOOD.replace(b"old 4", b"old  4"),
    "other digits": GOOD.replace(b"old 4", "old ٤".encode()),
    "carriage returns": GOOD.replace(b"\n", b"\r\n"),
    "short hash": GOOD.replace(b"old 4\n", b"old 4\nAAAA\n"),
    "no base64": GOOD.replace(b"old 4\n", b"old 4\n" + b"?" * 44 + b"\n"),
    "no canonical base64": GOOD.replace(b"old 4\n", b"old 4\n" + b"A" * 42 + b"B=\n"),
    "too many hashes": Submission(4, (bytes(32),) * (MAX_HASHES + 1), Log().grow(9).note()).to_bytes(),
    "no checkpoint": b"old 0\n\nhello\n\n" + Log().note().encode().partition(b"\n\n")[2],
    "no note": b"old 0\n\nlog.example/one\n3\n",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_submission_is_refused(memory: Memory, body: bytes) -> None:
    assert status(witness_of(memory), body) == (400, None)


def test_hostile_bytes_move_nothing(tmp_path: Path) -> None:
    """Bytes changed, put in, taken out of a submission that is good; the bytes that are cosigned are those of a log."""
    dice, taken = random.Random(7), 0
    for number in range(size("witness_bytes", quick=400, full=100_000)):
        with closing(Memory(tmp_path / f"{taken}.sqlite3")) as memory:
            witness = witness_of(memory)
            if number == 0 or taken:
                status(witness, Log().grow(4).submission(0))
            at = dice.randrange(len(GOOD))
            stop = min(len(GOOD), at + dice.randrange(4))
            answered, _ = status(witness, GOOD[:at] + dice.randbytes(dice.randrange(4)) + GOOD[stop:])
            with memory.turn(ORIGIN) as turn:
                assert turn.last == Log().grow(9 if answered == 200 else 4).checkpoint()
            taken += answered == 200


def test_whatever_is_sent_what_was_cosigned_is_one_history(tmp_path: Path) -> None:
    """Three histories that part from each other, submissions of every kind at random, restarts in between."""
    dice = random.Random(9162)
    for round_ in range(size("witness_histories", quick=6, full=300)):
        path = tmp_path / f"{round_}.sqlite3"
        common = Log().grow(dice.randrange(0, 9))
        logs = [Log([*common.leaves]).grow(dice.randrange(0, 30), str(one)) for one in range(3)]
        cosigned: list[tuple[Log, Checkpoint]] = []
        memory = Memory(path)
        for _ in range(60):
            if dice.random() < 0.1:
                memory.close()
                memory = Memory(path)
            log = dice.choice(logs)
            new = dice.randrange(0, len(log.leaves) + 1)
            last = cosigned[-1][1].size if cosigned else 0
            known = last if dice.random() < 0.7 else dice.randrange(0, 40)
            if status(witness_of(memory), log.submission(known, new))[0] == 200:
                cosigned.append((log, log.checkpoint(new)))
        memory.close()
        sizes = [checkpoint.size for _, checkpoint in cosigned]
        assert sizes == sorted(sizes)
        assert sizes
        last = cosigned[-1][0]
        assert all(last.checkpoint(checkpoint.size) == checkpoint for _, checkpoint in cosigned)


def test_what_was_cosigned_is_remembered_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    with closing(Memory(path)) as memory:
        assert status(witness_of(memory), Log().grow(20).submission(0)) == (200, None)
    with closing(Memory(path)) as memory:
        assert status(witness_of(memory), Log().grow(20, "anew").submission(0)) == (409, 20)


def test_nothing_is_cosigned_that_could_not_be_kept(memory: Memory, tmp_path: Path) -> None:
    witness, log = witness_of(memory), Log().grow(5)
    assert status(witness, log.submission(0)) == (200, None)
    with closing(sqlite3.connect(tmp_path / "state.sqlite3")) as other:
        other.execute("DROP TABLE seen")
    with pytest.raises(MemoryFaultError):
        witness.add_checkpoint(log.grow(1).submission(5).to_bytes())


def test_the_memory_refuses_to_go_back_even_for_its_owner(memory: Memory, tmp_path: Path) -> None:
    assert status(witness_of(memory), Log().grow(5).submission(0)) == (200, None)
    with closing(sqlite3.connect(tmp_path / "state.sqlite3")) as other:
        for statement in ("UPDATE seen SET size = 4", "UPDATE seen SET root = zeroblob(32)", "DELETE FROM seen"):
            with pytest.raises(sqlite3.IntegrityError):
                other.execute(statement)
    with pytest.raises(MemoryFaultError), memory.turn(ORIGIN) as turn:
        turn.keep(Log().grow(5, "anew").checkpoint())


def test_the_memory_is_on_disk_before_the_turn_ends(memory: Memory) -> None:
    with memory.turn(ORIGIN) as turn:
        connection = turn._connection
        assert connection.execute("PRAGMA synchronous").fetchone() == (3,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_state_that_someone_changed_is_a_fault(memory: Memory, tmp_path: Path) -> None:
    witness = witness_of(memory)
    assert status(witness, Log().submission(0)) == (200, None)
    with closing(sqlite3.connect(tmp_path / "state.sqlite3")) as other:
        other.execute("DROP TRIGGER seen_update")
        other.execute("UPDATE seen SET root = zeroblob(32)")
        other.commit()
    with pytest.raises(MemoryFaultError):
        witness.add_checkpoint(Log().grow(1).submission(0).to_bytes())


def test_a_file_that_is_no_state_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    path.write_bytes(b"this is not a database, but long enough to look at" * 9)
    with pytest.raises(MemoryFaultError):
        Memory(path)


def test_a_witness_signs_cosignatures_only(memory: Memory) -> None:
    with pytest.raises(ValueError, match="cosignatures"):
        Witness(replace(KEY, type=SignatureType.ED25519), OWN.sign, [], memory, lambda: NOW)
