"""A receipt holds for the answer that was received, and for no other; without the network and without the service."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from decision_service.client import AsyncClient, Client, Decision, ReceiptRefusedError
from decision_service.client.contract.logbook import Logbook, canonical
from decision_service.proof.note import VerifierKey
from tests.client.ways import blocking, sent
from tests.http.staging import BY_ID, Stage


@pytest.fixture(scope="module")
def served(stage: Stage) -> tuple[bytes, str, Decision]:
    """A receipt, the key that the log is trusted by, and the answer that came."""
    asked = sent("ELD-1")
    stage.play(asked.application_id, BY_ID["ELD-1"]["facts"])
    decision = blocking(stage.url, "decide", asked)
    receipt = blocking(stage.url, "receipt", decision.decision_id)
    return receipt, json.loads(receipt)["public_key"], decision


def test_it_holds_for_its_answer(served: tuple[bytes, str, Decision]) -> None:
    receipt, key, decision = served
    raw = base64.b64decode(key)
    for trusted in (key, raw, str(VerifierKey("log.example", raw))):
        for answer in (decision, decision.raw, None):
            assert json.loads(Client.verify(receipt, trusted, answer))["decision_id"] == decision.decision_id
    assert AsyncClient.verify is Client.verify


def test_it_does_not_hold_under_another_key(served: tuple[bytes, str, Decision]) -> None:
    receipt, _, decision = served
    for key in (base64.b64encode(bytes(32)).decode(), bytes(32), "no key", b"", Logbook().public_key):
        with pytest.raises(ReceiptRefusedError):
            Client.verify(receipt, key, decision)


CHANGED: dict[str, Callable[[dict[str, Any]], object]] = {
    "outcome": lambda told: told.update(outcome="REJECTED"),
    "a reason": lambda told: told.update(reasons=[{"code": "X"}]),
    "amount": lambda told: told.update(result={"monthly_amount": "9999.00"}),
    "index": lambda told: told["record"].update(index=told["record"]["index"] + 1),
    "leaf": lambda told: told["record"].update(leaf="sha256:" + "0" * 64),
    "decision": lambda told: told.update(decision_id="another"),
}


@pytest.mark.parametrize("what", CHANGED)
def test_it_does_not_hold_for_a_changed_answer(served: tuple[bytes, str, Decision], what: str) -> None:
    receipt, key, decision = served
    told = json.loads(decision.raw)
    record = told.pop("record")
    told["record"] = record
    CHANGED[what](told)
    place = told.pop("record")
    raw = canonical(told)[:-1] + b',"record":' + canonical(place) + b"}"
    with pytest.raises(ReceiptRefusedError):
        Client.verify(receipt, key, raw)


def test_an_unchanged_answer_written_again_is_the_same(served: tuple[bytes, str, Decision]) -> None:
    """What the changes above are made with changes nothing by itself."""
    receipt, key, decision = served
    told = json.loads(decision.raw)
    record = told.pop("record")
    Client.verify(receipt, key, canonical(told)[:-1] + b',"record":' + canonical(record) + b"}")


def test_what_is_put_behind_the_answer_is_seen(served: tuple[bytes, str, Decision]) -> None:
    """A second `outcome` would be the one that readers of JSON take."""
    receipt, key, decision = served
    for more in (b',"outcome":"REJECTED"}', b"} ", b'},"x":1}'):
        with pytest.raises(ReceiptRefusedError):
            Client.verify(receipt, key, decision.raw[:-1] + more)


@pytest.mark.parametrize("receipt", [b"", b"{}", b"null", b"<html>", b'{"format":"miaopi receipt v2"}'])
def test_what_is_no_receipt_proves_nothing(served: tuple[bytes, str, Decision], receipt: bytes) -> None:
    with pytest.raises(ReceiptRefusedError):
        Client.verify(receipt, served[1], served[2])


def test_parts_of_a_bundle_and_items_of_a_batch_have_receipts_too(stage: Stage) -> None:
    asked = sent("ELD-1")
    stage.play(asked.application_id, BY_ID["ELD-1"]["facts"])
    with Client(stage.url) as client:
        from decision_service.client import BundleApplication, Submission

        [item] = client.batch([Submission(application=asked)])
        form = {**asked.form, "delivery": "electronic"}
        bundle = client.bundle("ELDER", BundleApplication(application_id=asked.application_id, channel="pc", form=form))
        for one in (item, *bundle.parts.values()):
            assert isinstance(one, Decision)
            receipt = client.receipt(one.decision_id)
            client.verify(receipt, json.loads(receipt)["public_key"], one)
