"""Receipts and full answers that are given out: every record has one, fixed by the record, and it tells no secret."""

import base64
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.entry import Recorded, canonical
from decision_service.ledger.keys import signer_of
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import ByDecision
from decision_service.proof.receipt import ReceiptError, verify_receipt
from tests.ledger.making import LOG, SIGNER, entry, open_store
from tests.ledger.receipts import log_of
from tests.sizes import size

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
