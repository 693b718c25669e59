"""Signed checkpoints: what the log commits itself to, once a second while it grows, and the receipts that rest on them.

A checkpoint is made beside the work: no decision waits for it. Whoever asks for a receipt before the next one is due
gets one made at once.
"""

import threading
from collections.abc import Callable
from typing import Final

from decision_service.ledger.entry import Recorded
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.keys import Signer
from decision_service.ledger.receipt import make_receipt
from decision_service.ledger.store import StoredCheckpoint, TreeStore
from decision_service.proof.merkle import consistency_proof, frontier, inclusion_proof, root_of
from decision_service.proof.note import Checkpoint, sign_note

EVERY_SECONDS: Final = 1.0

Published = Callable[[StoredCheckpoint], None]
"""Is told of each new checkpoint, on the thread that made it."""


class Checkpoints:
    """The checkpoints of the log `log` in `store`, signed by `signer`."""

    def __init__(self, store: TreeStore, log: str, signer: Signer) -> None:
        self._store = store
        self._log = log
        self._signer = signer
        self._making = threading.Lock()

    def newest(self) -> StoredCheckpoint | None:
        """The checkpoint of the largest size that was made so far. Raises LedgerFaultError."""
        return self._store.last_checkpoint()

    def advance(self) -> StoredCheckpoint | None:
        """The checkpoint of the log as it stands, made and kept if there is none; None of an empty log. Raises
        LedgerFaultError."""
        with self._making:
            size = self._store.size()
            last = self._store.last_checkpoint()
            if size == 0 or (last is not None and last.size >= size):
                return last
            root = root_of(self._store.hashes(frontier(size)))
            body = Checkpoint(self._log, size, root).to_body()
            made = StoredCheckpoint(size, sign_note(body, self._log, self._signer.sign, self._signer.public_key))
            self._store.keep_checkpoint(made)
            return made

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof (RFC 9162 section 2.1.4) that the log of `old` records is the beginning of that of `new`. Raises
        LedgerFaultError."""
        return consistency_proof(old, new, self._store.hashes)

    def receipt(self, recorded: Recorded) -> bytes:
        """The receipt of a record. Raises LedgerFaultError, ErasedError."""
        checkpoint = self._store.last_checkpoint()
        if checkpoint is None or checkpoint.size <= recorded.index:
            checkpoint = self.advance()
        if checkpoint is None:
            raise ValueError("the record is of another log")
        proof = inclusion_proof(recorded.index, checkpoint.size, self._store.hashes)
        return make_receipt(recorded, checkpoint.text, proof)


class Checkpointer:
    """The thread that makes checkpoints while the log grows, and tidies the store. Ends with `close`."""

    def __init__(
        self,
        checkpoints: Checkpoints,
        store: TreeStore,
        fault: Callable[[str, BaseException], None],
        published: Published | None = None,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        """`fault` is told what failed; the next second tries again."""
        self._checkpoints = checkpoints
        self._store = store
        self._fault = fault
        self._published = published
        self._every = every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger-checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Make the last checkpoint, then end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        told = 0
        while not self._stopping.wait(self._every):
            told = self._once(told)
        self._once(told)

    def _once(self, told: int) -> int:
        """One round; the size of the newest checkpoint that was told of."""
        try:
            made = self._checkpoints.advance()
            if made is not None and made.size > told:
                told = made.size
                if self._published is not None:
                    self._published(made)
            self._store.tidy()
        except (LedgerError, ValueError) as error:
            self._fault("checkpoint", error)
        return told
