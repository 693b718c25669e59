"""The log of the stand-in: decisions, and receipts that hold, or that hold no more."""

import base64
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from decision_service.proof import merkle
from decision_service.proof.note import Checkpoint, sign_note
from decision_service.proof.receipt import Shown
from decision_service.proof.signature import public_key_text, signed_bytes
from decision_service.proof.statement import Statement, genesis, leaf, shown_digest

NAME = "stand-in.invalid/log"

_SALT = bytes(16)


def canonical(value: object) -> bytes:
    """JSON as the service writes it: sorted, without spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Logbook:
    """Decisions in their order, signed with a key that lives as long as this object."""

    def __init__(self) -> None:
        self._signer = Ed25519PrivateKey.generate()
        self._key = self._signer.public_key().public_bytes_raw()
        self._previous = genesis(NAME)
        self._leaves: list[bytes] = []
        self._shown: dict[str, tuple[Statement, bytes, bytes, int]] = {}

    @property
    def public_key(self) -> str:
        """What a platform must trust, in base64."""
        return public_key_text(self._key)

    def append(self, decision: dict[str, Any]) -> bytes:
        """Put a decision on record; its answer's bytes."""
        answer = canonical(decision)
        statement = Statement(
            kind="decision",
            record_id=decision["decision_id"],
            decision_id=decision["decision_id"],
            application_id=decision["application_id"],
            matter=decision["matter"],
            at=decision["decided_at"],
            policy_digest=decision["policy"]["digest"].removeprefix("sha256:"),
            shown=shown_digest(_SALT, answer),
            withheld=sha256(b"withheld").digest(),
            origin=sha256(b"origin").digest(),
            sealed=sha256(b"sealed").digest(),
        )
        index, previous = len(self._leaves), self._previous
        self._previous = leaf(statement.to_bytes(), previous)
        self._leaves.append(self._previous)
        self._shown[decision["decision_id"]] = (statement, answer, previous, index)
        record = {
            "index": index,
            "leaf": f"sha256:{self._previous.hex()}",
            "signature": base64.b64encode(self._sign(index)).decode(),
        }
        return answer[:-1] + b',"record":' + canonical(record) + b"}"

    def receipt(self, decision_id: str) -> bytes:
        """The receipt of a decision, in the tree as it stands. Raises KeyError."""
        statement, answer, previous, index = self._shown[decision_id]
        size, growth = len(self._leaves), merkle.Growth(0, [])
        for one in self._leaves:
            growth.append(one)
        checkpoint = sign_note(Checkpoint(NAME, size, growth.root).to_body(), NAME, self._signer.sign, self._key)
        inclusion = merkle.inclusion_proof(index, size, self._complete)
        signature = self._sign(index)
        shown = Shown(statement, NAME, index, previous, signature, self._key, answer, _SALT, checkpoint, inclusion)
        return canonical(shown.as_json())

    def altered(self, decision_id: str) -> bytes:
        """A receipt of that decision which looks whole, but whose answer was changed after it was signed."""
        receipt = json.loads(self.receipt(decision_id))
        answer = json.loads(base64.b64decode(receipt["answer"]))
        receipt["answer"] = base64.b64encode(canonical({**answer, "outcome": "REJECTED"})).decode()
        return canonical(receipt)

    def _sign(self, index: int) -> bytes:
        return self._signer.sign(signed_bytes(NAME, index, self._leaves[index]))

    def _complete(self, nodes: Sequence[merkle.Node]) -> list[bytes]:
        found = []
        for level, index in nodes:
            growth = merkle.Growth(0, [])
            for one in self._leaves[index << level : (index + 1) << level]:
                growth.append(one)
            found.append(growth.root)
        return found
