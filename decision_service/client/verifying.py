"""Checking a receipt without the service: does it prove anything, and is it about the answer that was received?"""

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
    if received is not None:
        _require_same(received, proven.answer, proven.index, f"sha256:{proven.leaf.hex()}")
    return proven.answer


def _require_same(received: bytes, proven: bytes, index: int, leaf: str) -> None:
    """The answer's bytes are those that are proven, and then its `record`, which must name the same place."""
    head = proven[:-1] + b',"record":'
    if not received.startswith(head):
        raise ReceiptRefusedError("the receipt is of another answer than was received")
    place = f'"index":{index},"leaf":"{leaf}",'.encode()
    if not received[len(head) :].startswith(b"{" + place):
        raise ReceiptRefusedError("the receipt is of another place in the log than the answer names")
