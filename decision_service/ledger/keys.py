"""The key that signs the record: an Ed25519 private key in one file that only its owner can read."""

import base64
import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from decision_service.ledger.errors import LedgerRefusedError


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the public key (32 raw bytes) that goes with it."""

    private_key: Ed25519PrivateKey
    public_key: bytes

    def sign(self, message: bytes) -> bytes:
        """The signature (64 bytes, RFC 8032) over `message`."""
        return self.private_key.sign(message)


def signer_of(private_key: Ed25519PrivateKey) -> Signer:
    """The signer that uses `private_key`."""
    return Signer(private_key, private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def key_id(public_key: bytes) -> str:
    """A short name of a public key: the first 16 hex digits of its SHA-256. For people to compare, not to trust."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def public_key_text(public_key: bytes) -> str:
    """The 32 raw bytes in base64, as receipts and the published key list write them."""
    return base64.b64encode(public_key).decode()


def load_or_create_key(path: Path) -> Signer:
    """The signer whose key lies at `path` (PEM, PKCS #8), made with mode 0600 if nothing lies there.

    Raises LedgerRefusedError if the file is no Ed25519 key, can be read by others, or can't be made.
    """
    try:
        if not path.exists():
            _create(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise LedgerRefusedError(
                f"signing key {path}: others may read it (mode {mode:04o}); chmod 600 it or make a new one"
            )
        return _parse(path, path.read_bytes())
    except OSError as error:
        raise LedgerRefusedError(
            f"signing key {path}: {error.strerror}; the service must be able to write there"
        ) from error


def _parse(path: Path, pem: bytes) -> Signer:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Without its cause: a parser's complaint about a secret file may quote it.
        raise LedgerRefusedError(f"signing key {path}: not a private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise LedgerRefusedError(f"signing key {path}: not an Ed25519 key; move it away and start again to make one")
    return signer_of(key)


def _create(path: Path) -> None:
    """Write a new key so that a crash leaves the whole key or none, and of two that start together one key wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was first: its key is the key
        sync_directory(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Put the names in `directory` on disk: a file whose name is lost by a power cut is lost (fsync(2), NOTES)."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
