"""Signatures of records: Ed25519 (RFC 8032) over these bytes, where `\\n` is one line feed and the leaf is in
lower-case hex:

    "miaopi ledger signature v1\\n" name of the log "\\n" index in decimal "\\n" leaf "\\n"

The first line keeps the signature from being good for anything else that the same key may ever sign.
"""

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def signed_bytes(log: str, index: int, leaf: bytes) -> bytes:
    """What the signature of a record signs, as the head of this module defines it."""
    return f"miaopi ledger signature v1\n{log}\n{index}\n{leaf.hex()}\n".encode()


def signature_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` over `message` was made with the private key of `public_key` (32 raw bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(public_key: bytes) -> str:
    """A short name of a public key: the first 16 hex digits of its SHA-256. For people to compare, not to trust."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def public_key_text(public_key: bytes) -> str:
    """The 32 raw bytes in base64, as receipts and the published key list write them."""
    return base64.b64encode(public_key).decode()
