"""A public key as people hand it on: 32 bytes in base64, as receipts write it, or a C2SP verifier key `name+id+key`."""

import base64
import binascii

from decision_service.proof.note import PUBLIC_KEY_BYTES, NoteError, VerifierKey


def public_key_of(text: str) -> bytes:
    """The 32 raw bytes of an Ed25519 public key. Raises NoteError."""
    try:
        return VerifierKey.parse(text).public_key
    except NoteError:
        pass
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != PUBLIC_KEY_BYTES:
        raise NoteError("32 bytes in base64 are expected, as receipts write them, or a verifier key name+id+key")
    return key
