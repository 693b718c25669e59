"""The contents of a record as bytes on disk: AES-256-GCM (NIST SP 800-38D) under the key of the person they are about.

    opened = shown salt || withheld salt || field(fingerprint) || field(answer) || field(archive)
    sealed = nonce (12 bytes) || AES-256-GCM(key, nonce, opened, associated data = kind "\\n" record_id)

Contents that are about nobody lie open: sealed = opened. The associated data keep one record's bytes from being put in
another's place, where the same person's key would open them.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from decision_service.ledger.entry import Contents, Entry, Envelope
from decision_service.proof.statement import SALT_BYTES, field, shown_digest, withheld_digest

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class SealBrokenError(ValueError):
    """The bytes are not those that were sealed under this key for this record."""


def seal(entry: Entry, contents: Contents, key_id: bytes, key: bytes | None) -> Envelope:
    """The contents of `entry` sealed under `key`; left open without one."""
    random = secrets.token_bytes(3 * SALT_BYTES + NONCE_BYTES)
    shown_salt, withheld_salt = random[:SALT_BYTES], random[SALT_BYTES : 2 * SALT_BYTES]
    origin_salt, nonce = random[2 * SALT_BYTES : 3 * SALT_BYTES], random[3 * SALT_BYTES :]
    fields = (contents.fingerprint.encode(), contents.answer, contents.archive)
    opened = b"".join([shown_salt, withheld_salt, *map(field, fields)])
    sealed = opened if key is None else nonce + AESGCM(key).encrypt(nonce, opened, _associated(entry))
    return Envelope(
        key_id=key_id,
        origin_salt=origin_salt,
        shown_salt=shown_salt,
        shown=shown_digest(shown_salt, contents.answer),
        withheld=withheld_digest(withheld_salt, contents.fingerprint, contents.archive),
        sealed=sealed,
        withheld_salt=withheld_salt,
    )


def unseal(entry: Entry, envelope: Envelope, key: bytes | None) -> tuple[Contents, bytes, bytes]:
    """The contents in `envelope`, and the salts of `shown` and `withheld`. Raises SealBrokenError where they are not
    what was sealed."""
    sealed = envelope.sealed
    try:
        opened = (
            sealed
            if key is None
            else AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _associated(entry))
        )
        shown_salt, withheld_salt = opened[:SALT_BYTES], opened[SALT_BYTES : 2 * SALT_BYTES]
        fingerprint, answer, archive = _fields(opened[2 * SALT_BYTES :])
        contents = Contents(fingerprint.decode(), answer, archive)
    except (InvalidTag, ValueError):
        raise SealBrokenError("the sealed contents can't be opened: changed, moved, or under another key") from None
    if (
        shown_digest(shown_salt, answer) != envelope.shown
        or withheld_digest(withheld_salt, contents.fingerprint, archive) != envelope.withheld
    ):
        raise SealBrokenError("the sealed contents are not those that the record binds")
    return contents, shown_salt, withheld_salt


def _associated(entry: Entry) -> bytes:
    return f"{entry.kind}\n{entry.record_id}".encode()


def _fields(content: bytes) -> list[bytes]:
    """The three fields in `content`. Raises ValueError unless there are three and nothing else."""
    found, place = [], 0
    while place < len(content):
        length = int.from_bytes(content[place : place + 8], "big")
        found.append(content[place + 8 : place + 8 + length])
        place += 8 + length
    if place != len(content) or len(found) != 3:
        raise ValueError("not three fields")
    return found
