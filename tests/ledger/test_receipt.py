"""Receipts: a true one holds offline, a changed one never; the answer's bytes are fixed by the record."""

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.entry import Entry, Recorded, canonical
from decision_service.ledger.keys import Signer, signer_of
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import ByDecision
from decision_service.proof.note import SignatureType, VerifierKey, cosign
from decision_service.proof.receipt import ReceiptError, verify_receipt
from decision_service.proof.signature import public_key_text
from tests.ledger.making import LOG, SIGNER, entry, open_store
from tests.sizes import size


@dataclass(frozen=True)
class Log:
    """Records in a file, and the receipts that it gives out."""

    records: list[Recorded]
    checkpoints: Checkpoints

    def receipt(self, index: int = 0) -> bytes:
        return self.checkpoints.receipt(self.records[index])


@contextmanager
def log_of(*entries: Entry, signer: Signer = SIGNER) -> Iterator[Log]:
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "ledger.sqlite3", signer=signer) as store:
        records = [one for one in store.append(entries) if isinstance(one, Recorded)]
        yield Log(records, Checkpoints(store, LOG, signer))


def receipt_of(one: Entry) -> bytes:
    with log_of(one) as log:
        return log.receipt()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None, max_examples=size("full_answers", quick=25, full=500))
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), json_values, min_size=1))
def test_the_full_answer_is_the_answer_and_its_record(answer: dict[str, object]) -> None:
    for name in ("record", "decision_id", "application_id", "matter"):
        answer.pop(name, None)
    answer["outcome"] = "APPROVED"
    with log_of(entry(0), entry(1, answer=canonical(answer))) as log:
        one = log.records[1]
        told = orjson.loads(full_answer(one))
        assert told.pop("record") == {
            "index": 1,
            "leaf": "sha256:" + one.leaf.hex(),
            "signature": base64.b64encode(one.signature).decode(),
        }
        assert told == answer
        proven = verify_receipt(log.receipt(1), SIGNER.public_key)
    assert (proven.index, proven.leaf, orjson.loads(proven.answer)) == (1, one.leaf, answer)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 33])
def test_every_record_has_a_receipt_at_every_size_of_the_log(tmp_path: Path, count: int) -> None:
    with open_store(tmp_path / "ledger.sqlite3") as store:
        records = [one for n in range(count) for one in store.append([entry(n)])]
        checkpoints = Checkpoints(store, LOG, SIGNER)
        for index, one in enumerate(records):
            assert isinstance(one, Recorded)
            proven = verify_receipt(checkpoints.receipt(one), SIGNER.public_key)
            assert (proven.index, proven.checkpoint.size) == (index, count)


def test_a_receipt_before_the_next_checkpoint_makes_one(tmp_path: Path) -> None:
    with open_store(tmp_path / "ledger.sqlite3") as store:
        checkpoints = Checkpoints(store, LOG, SIGNER)
        assert checkpoints.advance() is None
        sizes = []
        for number in range(3):
            (one,) = store.append([entry(number)])
            assert isinstance(one, Recorded)
            sizes.append(verify_receipt(checkpoints.receipt(one), SIGNER.public_key).checkpoint.size)
        newest = checkpoints.newest()
        assert sizes == [1, 2, 3]
        assert newest == checkpoints.advance()


def test_a_replay_has_the_same_bytes_and_keeps_its_key(tmp_path: Path) -> None:
    """Also when the service has another key by then: old signatures are kept, not made again."""
    path = tmp_path / "ledger.sqlite3"
    with open_store(path) as store:
        (first,) = store.append([entry(1)])
    assert isinstance(first, Recorded)
    newer = signer_of(Ed25519PrivateKey.generate())
    with open_store(path, signer=newer) as store:
        (second,) = store.append([entry(2)])
        (found,) = store.find(ByDecision("decision 1"))
        assert isinstance(second, Recorded)
        assert full_answer(found) == full_answer(first)
        checkpoints = Checkpoints(store, LOG, newer)
        verify_receipt(checkpoints.receipt(found), SIGNER.public_key, newer.public_key)
        verify_receipt(checkpoints.receipt(second), newer.public_key)
        with pytest.raises(ReceiptError, match="not a trusted key"):
            verify_receipt(checkpoints.receipt(second), SIGNER.public_key)
        with pytest.raises(ReceiptError, match="checkpoint"):
            verify_receipt(checkpoints.receipt(found), SIGNER.public_key)


def test_a_receipt_tells_nothing_of_the_form_the_caller_or_the_key() -> None:
    with log_of(entry(1, caller="secret caller", key="secret key", archive=b'{"id_no":"secret id"}')) as log:
        (one,), receipt = log.records, log.receipt()
    held = one.entry
    shown = receipt + base64.b64decode(orjson.loads(receipt)["answer"])
    hidden = [b"secret", held.fingerprint.encode(), held.subject, one.envelope.origin_salt, one.envelope.sealed[:16]]
    hidden += [each.hex().encode() for each in hidden[2:]] + [base64.b64encode(each) for each in hidden[2:]]
    for secret in hidden:
        assert secret not in shown


def test_two_records_of_the_same_content_bind_different_digests() -> None:
    with log_of(entry(1), entry(1, key="other", record_id="other", answer=entry(1).answer)) as log:
        one, other = (each.statement() for each in log.records)
    for name in ("shown", "withheld", "origin", "sealed"):
        assert getattr(one, name) != getattr(other, name)


def test_each_changed_byte_of_a_receipt_is_refused() -> None:
    with log_of(*(entry(n) for n in range(5))) as log:
        receipt = log.receipt(3)
    verify_receipt(receipt, SIGNER.public_key)
    for place in range(len(receipt)):
        for bit in (1, 32):
            changed = bytearray(receipt)
            changed[place] ^= bit
            with pytest.raises(ReceiptError):
                verify_receipt(bytes(changed), SIGNER.public_key)


@settings(max_examples=size("mutated_receipts", quick=200, full=1000), deadline=None)
@given(st.data())
def test_a_member_taken_from_another_receipt_is_refused(data: st.DataObject) -> None:
    """A true receipt with members of another true one, removed members, members of another kind, more members."""
    mine, other = RECEIPTS
    name = data.draw(st.sampled_from(sorted(mine)))
    value = data.draw(st.sampled_from([other[name], None, 1, -1, True, "", "AA==", [], {}, mine[name]]))
    changed = mine | {name: value}
    if data.draw(st.booleans()):
        changed |= {"more": 1}
    if changed == mine and type(changed["index"]) is int:
        verify_receipt(canonical(changed), SIGNER.public_key)
    else:
        with pytest.raises(ReceiptError):
            verify_receipt(canonical(changed), SIGNER.public_key)
    missing = {key: value for key, value in mine.items() if key != name}
    with pytest.raises(ReceiptError):
        verify_receipt(canonical(missing), SIGNER.public_key)


def _two() -> list[dict]:
    with log_of(entry(0), entry(1), entry(2), entry(3)) as log:
        return [orjson.loads(log.receipt(1)), orjson.loads(log.receipt(2))]


RECEIPTS = _two()


def test_a_signed_statement_about_another_decision_than_its_answer_is_refused() -> None:
    receipt = receipt_of(entry(1, answer=canonical({"decision_id": "decision 2"})))
    with pytest.raises(ReceiptError, match="the answer tells another one"):
        verify_receipt(receipt, SIGNER.public_key)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"format":"miaopi receipt v1"}',
        b'{"format":"miaopi receipt v2"}',
        b"\xff",
        b"[" * 100_000,
        b'{"format":"miaopi receipt v2","index":"\\ud800"}',
        b" " * (9 * 1024 * 1024),
    ],
)
def test_what_is_no_receipt_is_refused(text: bytes) -> None:
    with pytest.raises(ReceiptError):
        verify_receipt(text, SIGNER.public_key)


def test_a_member_that_stands_twice_is_refused() -> None:
    receipt = receipt_of(entry(1))
    with pytest.raises(ReceiptError, match="twice"):
        verify_receipt(b'{"index":7,' + receipt[1:], SIGNER.public_key)


def test_witnesses_are_named_and_a_false_one_refuses() -> None:
    witness = signer_of(Ed25519PrivateKey.generate())
    key = VerifierKey("watch.example", witness.public_key, SignatureType.COSIGNATURE_V1)
    receipt = orjson.loads(receipt_of(entry(1)))
    body = receipt["checkpoint"].partition("\n\n")[0] + "\n"
    line = cosign(body, key.name, witness.sign, witness.public_key, 1_750_000_000)
    seen = canonical(receipt | {"checkpoint": receipt["checkpoint"] + line})
    assert verify_receipt(seen, SIGNER.public_key, witnesses=[key]).witnesses == ("watch.example",)
    assert verify_receipt(seen, SIGNER.public_key).witnesses == ()
    other = cosign(body.replace("\n1\n", "\n2\n"), key.name, witness.sign, witness.public_key, 1_750_000_000)
    false = canonical(receipt | {"checkpoint": receipt["checkpoint"] + other})
    with pytest.raises(ReceiptError, match="checkpoint"):
        verify_receipt(false, SIGNER.public_key, witnesses=[key])


def test_a_stranger_can_check_it_by_the_text_inside() -> None:
    """The algorithm of the receipt followed by hand, with none of our functions."""
    import hashlib

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    def digest(*parts: bytes) -> bytes:
        return hashlib.sha256(b"".join(parts)).digest()

    def field(content: bytes) -> bytes:
        return len(content).to_bytes(8, "big") + content

    with log_of(entry(0), entry(1)) as log:
        told = orjson.loads(log.receipt(1))
    names = ("kind", "record_id", "decision_id", "application_id", "matter", "at", "policy_digest")
    shown = digest(b"\x02", base64.b64decode(told["shown_salt"]), field(base64.b64decode(told["answer"])))
    rest = [bytes.fromhex(told[name][7:]) for name in ("withheld", "origin", "sealed")]
    parts = [b"miaopi record v2", *(told[name].encode() for name in names), shown, *rest]
    leaf = digest(b"\x00", bytes.fromhex(told["previous"][7:]), *map(field, parts))
    assert told["leaf"] == "sha256:" + leaf.hex()
    signed = f"miaopi ledger signature v1\n{told['log']}\n{told['index']}\n{leaf.hex()}\n".encode()
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(told["public_key"]))
    key.verify(base64.b64decode(told["signature"]), signed)
    (sibling,) = told["inclusion"]
    root = digest(b"\x01", base64.b64decode(sibling), leaf)
    origin, size, stated, _, line = told["checkpoint"].splitlines()
    assert (origin, size, stated) == (LOG, "2", base64.b64encode(root).decode())
    name_and_signature = line.removeprefix("— ").split(" ")
    key.verify(base64.b64decode(name_and_signature[1])[4:], f"{origin}\n{size}\n{stated}\n".encode())


OFFLINE = """
import socket, sys
def no_network(*_, **__): raise AssertionError("the verifier opened a socket")
socket.socket = no_network
from decision_service.proof.__main__ import main
code = main(sys.argv[1:])
ours = sorted(name for name in sys.modules if name.split(".")[0] in ("decision_service", "verifiers"))
print("|".join(ours))
foreign = {name.split(".")[0] for name in sys.modules} & {"orjson", "pydantic", "fastapi", "structlog", "sqlite3"}
print(sorted(foreign))
sys.exit(code)
"""


@pytest.mark.parametrize("unshared", [False, True])
def test_the_verifier_stands_alone(tmp_path: Path, unshared: bool) -> None:
    """A process of its own, without a network where the kernel lets us take it away, loads nothing but the verifier."""
    path = tmp_path / "receipt.json"
    path.write_bytes(receipt_of(entry(1)))
    command = [sys.executable, "-c", OFFLINE, str(path), "--public-key", public_key_text(SIGNER.public_key)]
    if unshared:
        command = ["unshare", "--map-root-user", "--net", *command]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("属实 HOLDS")
    ours = done.stdout.splitlines()[-2].split("|")
    assert all(name == "decision_service" or name.startswith("decision_service.proof") for name in ours), ours
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_verifier_says_why_it_proves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    told = json.loads(receipt_of(entry(1)))
    told["matter"] = "another"
    path.write_text(json.dumps(told))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "decision_service.proof", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)

    key = str(VerifierKey(LOG, SIGNER.public_key))
    false = run(str(path), "--public-key", key)
    assert (false.returncode, false.stdout.splitlines()) == (
        1,
        ["不能证明 PROVES NOTHING: leaf: not what the rest of the receipt gives"],
    )
    assert run(str(tmp_path / "none"), "--public-key", key).returncode == 2
    assert run(str(path), "--public-key", "AAAA").returncode == 2
