"""Checking a receipt without the service: does it prove anything, and is it about the answer that was received?"""

import json

from decision_service.client.answers import Decision
from decision_service.client.errors import ReceiptRefusedError


def verify(receipt: bytes, trusted_key: str | bytes, answer: Decision | bytes | None = None) -> bytes:
    """The answer that `receipt` proves to be in the log of `trusted_key`: its JSON without the member `record`.

    `trusted_key` is 32 bytes, their base64 or a verifier key; it must come from elsewhere than the service's answers.
    `answer`, a decision or its bytes as they came, must be the one that the receipt is of, byte for byte. Needs no
    network. Raises ReceiptRefusedError.
    """
    # Imported when first needed, as `cryptography` is large.
    from decision_service.proof.note import NoteError
    from decision_service.proof.receipt import ReceiptError, verify_receipt
    from decision_service.proof.trusted import public_key_of

    try:
        key = trusted_key if isinstance(trusted_key, bytes) else public_key_of(trusted_key)
        proven = verify_receipt(receipt, key)
    except (ReceiptError, NoteError) as error:
        raise ReceiptRefusedError(str(error)) from None
    received = answer.raw if isinstance(answer, Decision) else answer
    if received is not None and received != _answered(receipt, proven.answer):
        raise ReceiptRefusedError("the receipt is of another answer than was received, or of another place in the log")
    return proven.answer


def _answered(receipt: bytes, proven: bytes) -> bytes:
    """The whole bytes of the answer that a receipt which holds is of: compared as they are, for a reader of JSON may
    see in other bytes something else than was proven."""
    told = json.loads(receipt)
    record = {name: told[name] for name in ("index", "leaf", "signature")}
    return proven[:-1] + b',"record":' + json.dumps(record, separators=(",", ":")).encode() + b"}"
