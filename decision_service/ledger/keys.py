"""The keys of the record, each in a file that only its owner can read: the Ed25519 key that signs it, and the master
key under which the keys of persons are wrapped."""

import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from decision_service.ledger.errors import LedgerRefusedError

MASTER_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A secret from which keys for one purpose each are derived; it is used for nothing itself."""

    secret: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """32 bytes that belong to `purpose` alone (HKDF-SHA256, RFC 5869)."""
        return HKDF(SHA256(), MASTER_BYTES, salt=None, info=f"miaopi {purpose}".encode()).derive(self.secret)


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


def load_or_create_key(path: Path) -> Signer:
    """The signer whose key lies at `path` (PEM, PKCS #8), made with mode 0600 if nothing lies there.

    Raises LedgerRefusedError if the file is no Ed25519 key, can be read by others, or can't be made.
    """
    return _parse(path, _secret(path, "signing key", _new_pem))


def load_or_create_master(path: Path) -> MasterKey:
    """The master key at `path` (32 raw bytes), made with mode 0600 if nothing lies there. Raises LedgerRefusedError."""
    secret = _secret(path, "master key", lambda: secrets.token_bytes(MASTER_BYTES))
    if len(secret) != MASTER_BYTES:
        raise LedgerRefusedError(f"master key {path}: must hold {MASTER_BYTES} bytes; put the right file back")
    return MasterKey(secret)


def _secret(path: Path, name: str, new: Callable[[], bytes]) -> bytes:
    """What lies at `path`, made if nothing does. Raises LedgerRefusedError where others can read it."""
    try:
        if not path.exists():
            _create(path, new())
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise LedgerRefusedError(
                f"{name} {path}: others may read it (mode {mode:04o}); chmod 600 it or make a new one"
            )
        return path.read_bytes()
    except OSError as error:
        raise LedgerRefusedError(f"{name} {path}: {error.strerror}; the service must be able to write there") from error


def _parse(path: Path, pem: bytes) -> Signer:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Without its cause: a parser's complaint about a secret file may quote it.
        raise LedgerRefusedError(f"signing key {path}: not a private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise LedgerRefusedError(f"signing key {path}: not an Ed25519 key; move it away and start again to make one")
    return signer_of(key)


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _create(path: Path, content: bytes) -> None:
    """Write a new key so that a crash leaves the whole key or none, and of two that start together one key wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
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
