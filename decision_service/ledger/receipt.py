"""The `record` member of an answer, and the receipt that `decision_service.proof` verifies."""

import base64
from collections.abc import Sequence

from decision_service.ledger.entry import Recorded, canonical
from decision_service.proof.receipt import Shown


def full_answer(recorded: Recorded) -> bytes:
    """The bytes of the HTTP answer: the answer as recorded and `record` as its last member. Always the same.

    Raises ErasedError.
    """
    return with_record(recorded.entry.answer, recorded)


def with_record(answer: bytes, recorded: Recorded) -> bytes:
    """`answer`, a JSON object, with the place of a record as its last member."""
    record = {
        "index": recorded.index,
        "leaf": f"sha256:{recorded.leaf.hex()}",
        "signature": base64.b64encode(recorded.signature).decode(),
    }
    return answer[:-1] + b',"record":' + canonical(record) + b"}"


def make_receipt(recorded: Recorded, checkpoint: str, inclusion: Sequence[bytes]) -> bytes:
    """The receipt (canonical JSON) of a record: all that its verification needs besides a trusted public key.

    `checkpoint` is the note of a tree that holds the record, `inclusion` the proof that it does. Raises ErasedError.
    """
    shown = Shown(
        statement=recorded.statement(),
        log=recorded.log,
        index=recorded.index,
        previous=recorded.previous,
        signature=recorded.signature,
        public_key=recorded.public_key,
        answer=recorded.entry.answer,
        shown_salt=recorded.envelope.shown_salt,
        checkpoint=checkpoint,
        inclusion=inclusion,
    )
    return canonical(shown.as_json())
