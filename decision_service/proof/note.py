"""Signed notes, checkpoints and cosignatures: c2sp.org/signed-note, tlog-checkpoint and tlog-cosignature.

A note is a text, a blank line, and lines that each carry one signature over the text. The text of a checkpoint says how
large a log is and what its root is; the log signs it, and witnesses add lines of their own.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from decision_service.proof.merkle import EMPTY_ROOT, HASH_BYTES

MAX_NOTE_BYTES: Final = 128 * 1024
"""A longer note is refused: room for sixteen signatures of 5 kB, which the standard asks to accept."""

MAX_SIGNATURES: Final = 64
"""A note with more signature lines is refused."""

MAX_NUMBER: Final = 2**63 - 1
"""Of a tree's size and of a cosignature's time."""

PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_BULLET: Final = "— "
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
"""What no note holds: control characters other than newline, and halves of characters, which UTF-8 can't write."""

Sign = Callable[[bytes], bytes]
"""Makes the Ed25519 signature over a message."""


class NoteError(ValueError):
    """A note, key or checkpoint that is not as the standard says, or not signed as it must; never quotes its text."""


class SignatureType(IntEnum):
    """How a key signs; each with a byte of its own, so that one kind of signature never passes for another."""

    ED25519 = 0x01
    """Over the text as it stands: what a log signs its checkpoints with."""

    COSIGNATURE_V1 = 0x04
    """Over a heading, the time, and the text of a checkpoint: what a witness signs with."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key (32 raw bytes) under a name, and how it signs."""

    name: str
    public_key: bytes
    type: SignatureType = SignatureType.ED25519

    def __post_init__(self) -> None:
        """Raises NoteError for a name that no signature line can carry, or a key of the wrong length."""
        if not self.name or "+" in self.name or _CONTROL.search(self.name) or any(one.isspace() for one in self.name):
            raise NoteError("the name of a key is empty or holds a space, a '+' or a control character")
        if len(self.public_key) != PUBLIC_KEY_BYTES:
            raise NoteError("an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell this key from others of the same name. To find a key by, not to trust it by."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed_key).digest()[:_ID_BYTES]

    @property
    def _typed_key(self) -> bytes:
        return bytes([self.type]) + self.public_key

    def __str__(self) -> str:
        """The text that `parse` reads: `name+id+key`."""
        return f"{self.name}+{self.key_id.hex()}+{_encode(self._typed_key)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that `text` describes; raises NoteError."""
        name, _, rest = text.partition("+")
        typed = _decode(rest.partition("+")[2])
        if not typed or typed[0] not in set(SignatureType):
            raise NoteError("a key of a type that is not known here")
        parsed = cls(name, typed[1:], SignatureType(typed[0]))
        if str(parsed) != text:
            raise NoteError("the id of the key is not that of its name and key")
        return parsed

    def line(self, signature: bytes) -> str:
        """The line of a note that carries `signature`."""
        return f"{_BULLET}{self.name} {_encode(self.key_id + signature)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How large a log is and what its root is; `origin` names the log.

    Extension lines are refused: nobody could audit them.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Raises NoteError for what no checkpoint can say."""
        if not self.origin or "\n" in self.origin or _CONTROL.search(self.origin):
            raise NoteError("the origin of a checkpoint is empty or holds a control character")
        if not 0 <= self.size <= MAX_NUMBER:
            raise NoteError("the size of a checkpoint is out of range")
        if len(self.root) != HASH_BYTES or (self.size == 0 and self.root != EMPTY_ROOT):
            raise NoteError("the root of a checkpoint is not that of any tree of its size")

    def to_body(self) -> str:
        """The text to sign."""
        return f"{self.origin}\n{self.size}\n{_encode(self.root)}\n"

    @classmethod
    def parse(cls, body: str) -> Self:
        """The checkpoint that the text of a note says; raises NoteError."""
        lines = body.split("\n")
        if len(lines) != 4 or lines[3] or not _NUMBER.fullmatch(lines[1]):
            raise NoteError("a checkpoint is three lines: origin, size, root")
        return cls(lines[0], int(lines[1]), _decode(lines[2]))


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that holds: whose, its line of the note, and when it was made, where it says so (Unix seconds)."""

    key: VerifierKey
    line: str
    time: int | None


@dataclass(frozen=True, slots=True)
class Opened:
    """The text of a note, and the signatures of known keys, all of which hold."""

    body: str
    signatures: tuple[Signature, ...]

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Whether `key` is among those that signed."""
        return any(one.key == key for one in self.signatures)


def sign_note(body: str, name: str, sign: Sign, public_key: bytes) -> str:
    """The note of text `body` with one signature."""
    _check_body(body)
    return f"{body}\n{VerifierKey(name, public_key).line(sign(body.encode()))}"


def cosign(body: str, name: str, sign: Sign, public_key: bytes, time: int) -> str:
    """A line to add to the note of the checkpoint `body`: a witness saw it at `time` and found it consistent."""
    _check_body(body)
    if not 0 <= time <= MAX_NUMBER:
        raise NoteError("the time of a cosignature is out of range")
    key = VerifierKey(name, public_key, SignatureType.COSIGNATURE_V1)
    return key.line(time.to_bytes(_TIME_BYTES) + sign(_cosigned(body, time)))


def open_note(text: str, keys: Iterable[VerifierKey]) -> Opened:
    """The text of a note that at least one of `keys` has signed; raises NoteError.

    Lines of other keys are passed over; one line of a known key that does not hold refuses the whole note.
    """
    body, lines = split_note(text)
    known = {(key.name, key.key_id): key for key in keys}
    signatures = []
    for line in lines:
        name, key_id, signature = _parse_line(line)
        key = known.get((name, key_id))
        if key is not None:
            signatures.append(Signature(key, line, _verified_time(key, body, signature)))
    if not signatures:
        raise NoteError("no known key has signed the note")
    return Opened(body, tuple(signatures))


def split_note(text: str) -> tuple[str, list[str]]:
    """The text of a note and its signature lines, none of them verified; raises NoteError where it is no note."""
    if _CONTROL.search(text) or len(text.encode()) > MAX_NOTE_BYTES:
        raise NoteError("the note is too long or holds a control character")
    body, separator, tail = text.rpartition("\n\n")
    if not separator or not body or not tail.endswith("\n"):
        raise NoteError("a note is a text, a blank line and lines of signatures")
    lines = tail.split("\n")[:-1]
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("the note has too many signatures")
    lines = [f"{line}\n" for line in lines]
    for line in lines:
        _parse_line(line)
    return f"{body}\n", lines


def _check_body(body: str) -> None:
    if len(body) < 2 or not body.endswith("\n") or _CONTROL.search(body):
        raise NoteError("the text of a note ends with a newline and holds no other control character")


def _parse_line(line: str) -> tuple[str, bytes, bytes]:
    """Name, key id and signature."""
    parts = line.removeprefix(_BULLET).removesuffix("\n").split(" ")
    if not line.startswith(_BULLET) or len(parts) != 2:
        raise NoteError("a line of the note is no signature")
    name, encoded = parts
    blob = _decode(encoded)
    if not name or "+" in name or any(one.isspace() for one in name) or len(blob) <= _ID_BYTES:
        raise NoteError("a line of the note is no signature")
    return name, blob[:_ID_BYTES], blob[_ID_BYTES:]


def _verified_time(key: VerifierKey, body: str, signature: bytes) -> int | None:
    """When the signature says that it was made, where it does; raises NoteError unless it holds."""
    time, message = None, body.encode()
    if key.type is SignatureType.COSIGNATURE_V1:
        time, signature = int.from_bytes(signature[:_TIME_BYTES]), signature[_TIME_BYTES:]
        message = _cosigned(body, time)
    if len(signature) != SIGNATURE_BYTES or (time or 0) > MAX_NUMBER:
        raise NoteError("a signature of a known key has the wrong form")
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise NoteError("a signature of a known key does not hold") from error
    return time


def _cosigned(body: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{body}".encode()


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str) -> bytes:
    """Standard base64, and only the one text that `_encode` would write for its bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise NoteError("not base64") from error
    if _encode(data) != text:
        raise NoteError("not base64 as it is written")
    return data
