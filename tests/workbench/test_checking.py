"""A receipt checked step by step: whatever byte of it is spoilt, a step says so, and so does the verdict."""

import base64
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.entry import Recorded
from decision_service.proof.note import SignatureType, VerifierKey, cosign
from decision_service.workbench.following.checking import PARTS, check, spoilt
from decision_service.workbench.trust import Trust
from tests.ledger.making import LOG, SIGNER, entry, ring_beside, sqlite_store

PINNED = Trust((SIGNER.public_key,))


@pytest.fixture(scope="module")
def receipts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[bytes]]:
    """Those of a log of 11 records, each under the checkpoint of them all."""
    path = tmp_path_factory.mktemp("log") / "ledger.sqlite3"
    ring = ring_beside(path)
    store = sqlite_store(path, ring=ring)
    written = store.append([entry(number) for number in range(11)])
    points = Checkpoints(store, LOG, SIGNER)
    yield [points.receipt(one) for one in written if isinstance(one, Recorded)]
    store.close()
    ring.close()


def answer_of(receipt: bytes) -> object:
    return json.loads(base64.b64decode(json.loads(receipt)["answer"]))


def test_each_receipt_holds_step_by_step(receipts: list[bytes]) -> None:
    assert len(receipts) == 11
    for receipt in receipts:
        checked = check(receipt, PINNED, answer_of(receipt))
        assert (checked.wrong, checked.is_pinned) == ("", True)
        assert [one.holds for one in checked.steps] == [True] * 5 + [None]
        (path,) = [one for one in checked.steps if one.climbed]
        assert path.climbed[-1].above.hex() == path.values[-1][1]


@given(number=st.integers(0, 10), part=st.sampled_from(sorted(PARTS)))
def test_a_spoilt_byte_is_seen_in_a_step_and_in_the_verdict(receipts: list[bytes], number: int, part: str) -> None:
    receipt = receipts[number]
    bad = spoilt(receipt, part)  # type: ignore[arg-type]  # one of the parts
    assert bad != receipt
    checked = check(bad, PINNED, answer_of(receipt))
    assert checked.wrong
    assert False in [one.holds for one in checked.steps]


def test_another_key_another_answer_and_no_receipt_prove_nothing(receipts: list[bytes]) -> None:
    receipt = receipts[0]
    other = check(receipt, Trust((bytes(32),)), answer_of(receipt))
    assert other.wrong
    assert [one.holds for one in other.steps] == [True, True, False, True, False, None]
    assert check(receipt, PINNED, {"outcome": "REJECTED"}).steps[0].holds is False
    assert check(b"{}", PINNED, {}).steps == ()
    unpinned = check(receipt, Trust(), answer_of(receipt))
    assert (unpinned.wrong, unpinned.is_pinned) == ("", False)


def test_a_witness_counts_where_its_key_is_known(receipts: list[bytes]) -> None:
    members = json.loads(receipts[3])
    body = members["checkpoint"].partition("\n\n")[0] + "\n"
    line = cosign(body, "witness.example", SIGNER.sign, SIGNER.public_key, 1_700_000_000)
    members["checkpoint"] += line
    receipt = json.dumps(members).encode()
    witness = VerifierKey("witness.example", SIGNER.public_key, SignatureType.COSIGNATURE_V1)
    answer = answer_of(receipt)
    known = Trust(PINNED.log_keys, (witness,))
    assert [one.holds for one in check(receipt, known, answer).steps] == [True] * 6
    assert [one.holds for one in check(receipt, PINNED, answer).steps] == [True] * 5 + [None]
    members["checkpoint"] = members["checkpoint"].replace(line, _turned(line))
    wrong = check(json.dumps(members).encode(), known, answer)
    assert wrong.steps[-1].holds is False
    assert wrong.wrong


def _turned(line: str) -> str:
    """A signature line with one bit of the signature turned over."""
    head, _, text = line.rstrip("\n").rpartition(" ")
    content = bytearray(base64.b64decode(text))
    content[-1] ^= 1
    return f"{head} {base64.b64encode(content).decode()}\n"
