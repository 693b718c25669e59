"""Entries and keys: what can't be written is refused before it could spoil a commit, and says nothing of its value."""

import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from decision_service.ledger.connection import connect
from decision_service.ledger.entry import TEXT_LIMIT, canonical
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.keys import load_or_create_key, load_or_create_master
from decision_service.proof.signature import signature_holds
from decision_service.proof.statement import Statement, genesis, leaf
from tests.ledger.making import LOG, entry, open_store

parts = st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]), max_size=6)] * 7)


@given(parts, parts)
def test_no_two_statements_have_the_same_bytes(one: tuple, other: tuple) -> None:
    """Text moved from one field into the next makes another statement."""
    first, second = (Statement(*each, *[bytes(32)] * 4).to_bytes() for each in (one, other))
    assert (first == second) == (one == other)


def test_a_leaf_is_what_the_document_says(tmp_path: Path) -> None:
    """The head of proof/statement.py followed by hand, from the bytes in the file to the leaf."""
    path = tmp_path / "ledger.sqlite3"
    with open_store(path) as store:
        (one,) = store.append([entry(1, subject=b"")])
    with closing(connect(path)) as shell:
        salt, sealed = shell.execute("SELECT salt, sealed FROM record").fetchone()

    def field(content: bytes) -> bytes:
        return len(content).to_bytes(8, "big") + content

    def digest(*parts: bytes) -> bytes:
        return hashlib.sha256(b"".join(parts)).digest()

    held = one.entry
    inside = [field(part) for part in (held.fingerprint.encode(), held.answer, held.archive)]
    assert sealed[32:] == b"".join(inside)
    digests = (
        digest(b"\x02", sealed[:16], inside[1]),
        digest(b"\x03", sealed[16:32], inside[0], inside[2]),
        digest(b"\x04", salt, field(b"hall"), field(b"key 1"), field(b""), field(b"")),
        digest(b"\x05", sealed),
    )
    texts = ("miaopi record v2", "decision", "decision 1", "decision 1", "application 1", "elderly_allowance")
    texts = (*texts, held.at, held.policy_digest)
    statement = b"".join([*(field(text.encode()) for text in texts), *map(field, digests)])
    start = digest(b"\x06", field(b"miaopi ledger v2"), field(LOG.encode()))
    assert genesis(LOG) == start == one.previous
    assert leaf(statement, start) == digest(b"\x00", start, statement) == one.leaf


def test_equal_values_have_equal_bytes() -> None:
    assert canonical({"b": 1, "a": {"d": "名", "c": []}}) == '{"a":{"c":[],"d":"名"},"b":1}'.encode()
    assert canonical({"b": 1, "a": 2}) == canonical({"a": 2, "b": 1})


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": ""},
        {"key": "k" * (TEXT_LIMIT + 1)},
        {"key": "名" * (TEXT_LIMIT // 3 + 1)},
        {"matter": "private\x00"},
        {"caller": "\ud800 private"},
        {"application_id": "private \udfff"},
        {"kind": ""},
        {"kind": "Decision"},
        {"kind": "a" * 33},
        {"record_id": ""},
        {"matter": "private \udfff"},
        {"subject": b"private"},
        {"fingerprint": "AB" * 32},
        {"fingerprint": "ab" * 31},
        {"fingerprint": "ab" * 32 + "\n"},
        {"answer": b""},
        {"answer": b"{}"},
        {"answer": b"[1]"},
        {"answer": b'{"private":1'},
        {"answer": b'{"private":1,"record":{}}'},
    ],
)
def test_an_entry_that_cannot_be_recorded_is_refused(wrong: dict[str, object]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=rf"entry\.{name}: ") as caught:
        entry(1, **wrong)
    assert "private" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_an_answer_may_speak_of_a_record() -> None:
    assert entry(1, answer=b'{"advice":[{"record":"record"}],"title":"record"}')


def test_a_master_key_gives_each_purpose_a_key_of_its_own(tmp_path: Path) -> None:
    master = load_or_create_master(tmp_path / "master.key")
    assert load_or_create_master(tmp_path / "master.key") == master
    assert "secret" not in repr(master)
    assert len({master.derive(purpose) for purpose in ("a", "b", "a b")}) == 3
    (tmp_path / "short").write_bytes(b"short")
    (tmp_path / "short").chmod(0o600)
    with pytest.raises(LedgerRefusedError, match="must hold 32 bytes"):
        load_or_create_master(tmp_path / "short")


def test_a_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    path, before = tmp_path / "var" / "key.pem", os.umask(0)
    try:
        made = load_or_create_key(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["key.pem"]
    again = load_or_create_key(path)
    assert again.public_key == made.public_key
    assert signature_holds(made.public_key, again.sign(b"message"), b"message")
    assert not signature_holds(made.public_key, again.sign(b"message"), b"other")


def test_of_many_that_start_together_one_key_wins(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(load_or_create_key, [tmp_path / "key.pem"] * 32))
    assert len({key.public_key for key in keys}) == 1


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    load_or_create_key(path)
    path.chmod(0o640)
    with pytest.raises(LedgerRefusedError, match="chmod 600"):
        load_or_create_key(path)


def test_what_is_no_key_is_refused_untouched(tmp_path: Path) -> None:
    other = Ed448PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "key.pem"
    for content in (b"", b"private text", other):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(LedgerRefusedError) as caught:
            load_or_create_key(path)
        assert "private text" not in str(caught.value)
        assert path.read_bytes() == content
    with pytest.raises(LedgerRefusedError):
        load_or_create_key(tmp_path / "key.pem" / "below")
