"""Receipts: a true one holds offline, a changed one never; the answer's bytes are fixed by the record."""

import base64
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.ledger.entry import Entry, Recorded, canonical, genesis, leaf
from decision_service.ledger.keys import signer_of
from decision_service.ledger.receipt import ReceiptError, full_answer, make_receipt, signed_bytes, verify_receipt
from decision_service.ledger.store import ByDecision
from tests.ledger.making import LOG, SIGNER, entry, open_store
from tests.sizes import size


def record(one: Entry, *, index: int = 7, previous: bytes = genesis(LOG)) -> Recorded:
    digest = leaf(one.statement().to_bytes(), previous)
    signature = SIGNER.sign(signed_bytes(LOG, index, digest))
    return Recorded(LOG, index, previous, digest, signature, SIGNER.public_key, one)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), json_values, min_size=1), st.integers(0, 2**62)
)
def test_the_full_answer_is_the_answer_and_its_record(answer: dict[str, object], index: int) -> None:
    for name in ("record", "decision_id", "application_id", "matter", "decided_at"):
        answer.pop(name, None)
    answer["outcome"] = "APPROVED"
    one = record(entry(1, answer=canonical(answer)), index=index)
    told = orjson.loads(full_answer(one))
    assert told.pop("record") == {
        "index": index,
        "leaf": "sha256:" + one.leaf.hex(),
        "signature": base64.b64encode(one.signature).decode(),
    }
    assert told == answer
    verify_receipt(make_receipt(one), SIGNER.public_key)


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
    verify_receipt(make_receipt(found), SIGNER.public_key)
    verify_receipt(make_receipt(second), newer.public_key)
    with pytest.raises(ReceiptError, match="not under the trusted key"):
        verify_receipt(make_receipt(second), SIGNER.public_key)


def test_a_receipt_tells_nothing_of_the_form_the_caller_or_the_key() -> None:
    one = record(entry(1, caller="secret caller", key="secret key", archive=b'{"id_no":"secret id"}'))
    receipt = make_receipt(one)
    shown = receipt + base64.b64decode(orjson.loads(receipt)["answer"])
    for secret in (b"secret", one.entry.salt, one.entry.salt.hex().encode(), one.entry.fingerprint.encode()):
        assert secret not in shown


def test_two_entries_of_the_same_content_withhold_different_digests() -> None:
    assert entry(1).statement().withheld != entry(1).statement().withheld


def test_each_changed_byte_of_a_receipt_is_refused() -> None:
    receipt = make_receipt(record(entry(1)))
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
    mine, other = (orjson.loads(make_receipt(record(entry(n), index=n, previous=bytes([n]) * 32))) for n in (1, 2))
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


def test_a_signed_statement_about_another_decision_than_its_answer_is_refused() -> None:
    one = record(entry(1, answer=canonical({"decision_id": "decision 2"})))
    with pytest.raises(ReceiptError, match="the answer tells another one"):
        verify_receipt(make_receipt(one), SIGNER.public_key)


@pytest.mark.parametrize(
    "text", [b"", b"null", b"[]", b"{}", b'{"format":"miaopi receipt v2"}', b"\xff", b"[" * 100_000]
)
def test_what_is_no_receipt_is_refused(text: bytes) -> None:
    with pytest.raises(ReceiptError):
        verify_receipt(text, SIGNER.public_key)


def test_a_stranger_can_check_it_by_the_text_inside() -> None:
    """The algorithm of the receipt followed by hand, with none of our functions."""
    import hashlib

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    told = orjson.loads(make_receipt(record(entry(1))))
    names = ("application_id", "matter", "decision_id", "decided_at", "policy_digest")
    parts = [b"miaopi record v1", *(told[name].encode() for name in names)]
    parts += [base64.b64decode(told["answer"]), bytes.fromhex(told["withheld"][7:])]
    statement = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    digest = hashlib.sha256(b"\x00" + bytes.fromhex(told["previous"][7:]) + statement).hexdigest()
    assert told["leaf"] == "sha256:" + digest
    signed = f"miaopi ledger signature v1\n{told['log']}\n{told['index']}\n{digest}\n".encode()
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(told["public_key"]))
    key.verify(base64.b64decode(told["signature"]), signed)
