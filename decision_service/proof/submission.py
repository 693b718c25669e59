"""What a log sends to a witness: c2sp.org/tlog-witness, the body of `add-checkpoint`.

A checkpoint, the size of the one that the witness saw last, and the proof that the log has only grown since.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final, Self

from decision_service.proof.merkle import HASH_BYTES
from decision_service.proof.note import MAX_NOTE_BYTES, NoteError

MAX_HASHES: Final = 63
"""No consistency proof is longer."""

MAX_BYTES: Final = MAX_NOTE_BYTES + 4096
"""Of a whole submission: a note, and no more hashes than a proof can have."""

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Submission:
    """`old` is the size that the witness is believed to have seen last, `note` the signed checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def to_bytes(self) -> bytes:
        """The body to send."""
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.proof)
        return f"old {self.old}\n{hashes}\n{self.note}".encode()

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """The submission that `body` holds; raises NoteError."""
        try:
            head, separator, note = body.decode().partition("\n\n")
        except UnicodeDecodeError as error:
            raise NoteError("the submission is not text in UTF-8") from error
        first, *hashes = head.split("\n")
        old = _OLD.fullmatch(first)
        if not separator or old is None or len(hashes) > MAX_HASHES:
            raise NoteError("a submission is an old size, at most 63 hashes, an empty line and a checkpoint")
        return cls(int(old[1]), tuple(_hash(one) for one in hashes), note)


def _hash(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise NoteError("a hash of the proof is not base64") from error
    if len(found) != HASH_BYTES or base64.b64encode(found).decode() != text:
        raise NoteError("a hash of the proof has not 32 bytes")
    return found
