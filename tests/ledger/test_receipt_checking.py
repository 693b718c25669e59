"""Receipts that are checked: a true one holds offline and by strangers' means, a changed one never."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.ledger.entry import canonical
from decision_service.ledger.keys import signer_of
from decision_service.proof.note import SignatureType, VerifierKey, cosign
from decision_service.proof.receipt import ReceiptError, verify_receipt
from decision_service.proof.signature import public_key_text
from tests.ledger.making import LOG, SIGNER, entry
from tests.ledger.receipts import log_of, receipt_of
from tests.sizes import size


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
