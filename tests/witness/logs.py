"""Logs that grow, and logs that cheat, for the tests of witnesses."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from decision_service.ledger.keys import Signer, signer_of
from decision_service.proof.merkle import consistency_proof
from decision_service.proof.note import Checkpoint, VerifierKey, sign_note
from decision_service.proof.submission import Submission
from tests.proof import oracle

ORIGIN = "log.example/one"


def signer(number: int) -> Signer:
    """A key that is the same in every run."""
    return signer_of(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


@dataclass
class Log:
    """A log with its leaves in memory."""

    leaves: list[bytes] = field(default_factory=list)
    origin: str = ORIGIN
    keys: Signer = field(default_factory=lambda: signer(1))

    @property
    def key(self) -> VerifierKey:
        """What its checkpoints are verified with."""
        return VerifierKey(self.origin, self.keys.public_key)

    def grow(self, count: int, by: str = "") -> "Log":
        """`count` more leaves."""
        self.leaves += [f"{by} {len(self.leaves) + one}".encode() for one in range(count)]
        return self

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        """What it claims to be, at a size."""
        size = len(self.leaves) if size is None else size
        return Checkpoint(self.origin, size, oracle.mth(self.leaves[:size]))

    def note(self, size: int | None = None) -> str:
        """Its signed checkpoint."""
        body = self.checkpoint(size).to_body()
        return sign_note(body, self.origin, self.keys.sign, self.keys.public_key)

    def submission(self, old: int, size: int | None = None) -> Submission:
        """Its checkpoint with the proof from `old`."""
        size = len(self.leaves) if size is None else size
        proof = consistency_proof(old, size, oracle.reading(self.leaves[:size])) if old <= size else []
        return Submission(old, tuple(proof), self.note(size))
