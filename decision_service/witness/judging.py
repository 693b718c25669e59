"""Whether a checkpoint is cosigned: c2sp.org/tlog-witness, `add-checkpoint`, without its HTTP."""

from collections.abc import Callable, Iterable
from typing import Final

from decision_service.proof.merkle import EMPTY_ROOT, ProofError, verify_consistency
from decision_service.proof.note import (
    Checkpoint,
    NoteError,
    Sign,
    SignatureType,
    VerifierKey,
    cosign,
    open_note,
    split_note,
)
from decision_service.proof.submission import Submission
from decision_service.witness.memory import Memory

BAD, UNTRUSTED, UNKNOWN, CONFLICT, INCONSISTENT = 400, 403, 404, 409, 422
SIZE_TYPE: Final = "text/x.tlog.size"


class NotCosignedError(Exception):
    """The checkpoint is not cosigned: the HTTP status that says why, and in words; `size` is that last cosigned."""

    def __init__(self, status: int, why: str, size: int | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.size = size


class Witness:
    """A witness of the logs of `logs`, whose names are the origins of their checkpoints.

    INVARIANT: of two checkpoints of one log that it cosigned, the smaller is the beginning of the larger, whatever was
    sent and however often it was restarted (tests/witness).
    """

    def __init__(
        self, key: VerifierKey, sign: Sign, logs: Iterable[VerifierKey], memory: Memory, now: Callable[[], float]
    ) -> None:
        """`key` is the witness's own, of type COSIGNATURE_V1, and `sign` signs with it; `now` is Unix time."""
        if key.type is not SignatureType.COSIGNATURE_V1:
            raise ValueError("a witness signs cosignatures")
        self._key = key
        self._sign = sign
        self._logs: dict[str, list[VerifierKey]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)
        self._memory = memory
        self._now = now

    def add_checkpoint(self, body: bytes) -> str:
        """The cosignature line for the checkpoint of a submission, which is remembered on disk before this returns.

        Raises NotCosignedError, MemoryFaultError.
        """
        try:
            submission = Submission.parse(body)
            text, _ = split_note(submission.note)
            checkpoint = Checkpoint.parse(text)
        except NoteError as error:
            raise NotCosignedError(BAD, str(error)) from error
        self._require_signed(checkpoint, submission.note)
        if submission.old > checkpoint.size:
            raise NotCosignedError(BAD, "the old size is larger than the checkpoint's")
        with self._memory.turn(checkpoint.origin) as turn:
            _require_growth(turn.last, submission, checkpoint)
            if turn.last != checkpoint:
                turn.keep(checkpoint)
        return cosign(text, self._key.name, self._sign, self._key.public_key, int(self._now()))

    def _require_signed(self, checkpoint: Checkpoint, note: str) -> None:
        keys = self._logs.get(checkpoint.origin)
        if keys is None:
            raise NotCosignedError(UNKNOWN, "the log is not known here")
        try:
            open_note(note, keys)
        except NoteError as error:
            raise NotCosignedError(UNTRUSTED, str(error)) from error


def _require_growth(last: Checkpoint | None, submission: Submission, checkpoint: Checkpoint) -> None:
    size, root = (0, EMPTY_ROOT) if last is None else (last.size, last.root)
    if submission.old != size:
        raise NotCosignedError(CONFLICT, "the old size is not that of the checkpoint last cosigned", size)
    if checkpoint.size == size and checkpoint.root != root:
        raise NotCosignedError(CONFLICT, "another checkpoint of this size was cosigned", size)
    try:
        verify_consistency(size, root, checkpoint.size, checkpoint.root, submission.proof)
    except ProofError as error:
        raise NotCosignedError(INCONSISTENT, str(error)) from error
