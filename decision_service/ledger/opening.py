"""The files of a ledger, and a ledger opened from them: by the service that writes it, or by a command beside it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from decision_service.ledger.checkpoints import Checkpointer, Checkpoints
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.keys import Signer, load_or_create_key, load_or_create_master
from decision_service.ledger.reading import LedgerReader
from decision_service.ledger.sqlite import SqliteStore
from decision_service.ledger.store import BothStores
from decision_service.ledger.using import used
from decision_service.ledger.witnesses import WitnessAddress
from decision_service.ledger.witnessing import Tell, Witnesses
from decision_service.ledger.writer import Ledger


@dataclass(frozen=True, slots=True)
class LedgerFiles:
    """Where a ledger and its keys lie: `key` signs the records, `ring` holds the keys of persons, wrapped under
    `master`. The records are in the file `ledger`, or in a database if there is an `address` (postgresql://…)."""

    ledger: Path
    key: Path
    ring: Path
    master: Path
    address: SecretStr | None = None

    @classmethod
    def beside(cls, ledger: Path) -> Self:
        """The places that are taken unless said otherwise: all in the folder of `ledger`."""
        return cls(
            ledger=ledger,
            key=ledger.with_name(f"{ledger.stem}.key"),
            ring=ledger.with_name(f"{ledger.stem}-subjects.sqlite3"),
            master=ledger.with_name(f"{ledger.stem}-master.key"),
        )

    def existing_ring(self) -> KeyRing:
        """The key ring that goes with a ledger; never made. Raises LedgerRefusedError."""
        for path in (self.ring, self.master):
            if not path.is_file():
                raise LedgerRefusedError(
                    f"ledger {self.ledger}: {path.name} is not beside it; without its keys no record can be read"
                )
        return KeyRing(self.ring, load_or_create_master(self.master))


@dataclass(frozen=True, slots=True)
class Record:
    """A ledger opened for writing, with its checkpoints and its key ring."""

    ledger: Ledger
    checkpoints: Checkpoints
    ring: KeyRing


@contextmanager
def writing(
    files: LedgerFiles,
    log: str,
    fault: Callable[[str, BaseException], None],
    addresses: Sequence[WitnessAddress] = (),
    tell: Tell = lambda _: None,
) -> Iterator[Record]:
    """The ledger in `files`, made where there is none, open for as long as the block runs; what waits is written at the
    end. `fault` is told where a checkpoint failed, `tell` what came of giving checkpoints to the witnesses at
    `addresses`. Raises LedgerRefusedError."""
    with ExitStack() as stack:
        stack.enter_context(used(files.ledger))
        signer = load_or_create_key(files.key)
        ring = KeyRing(files.ring, load_or_create_master(files.master))
        stack.callback(ring.close)
        store = open_store(files, log, signer, ring)
        ledger = Ledger(store)
        stack.callback(ledger.close)
        checkpoints = Checkpoints(store, log, signer)
        witnesses = Witnesses(addresses, checkpoints, store, tell)
        stack.callback(witnesses.close)
        checkpointer = Checkpointer(checkpoints, store, fault, witnesses.published)
        stack.callback(checkpointer.close)
        yield Record(ledger, checkpoints, ring)


def open_store(files: LedgerFiles, log: str, signer: Signer, ring: KeyRing) -> BothStores:
    """The place in which the records of `files` lie, for whoever may write them. Raises LedgerRefusedError."""
    if files.address is None:
        return SqliteStore(files.ledger, log=log, signer=signer, ring=ring)
    try:
        from decision_service.ledger.postgres import PostgresStore
    except ImportError:
        raise LedgerRefusedError("ledger in PostgreSQL: needs psycopg; pip install 'miaopi[postgres]'") from None
    return PostgresStore(files.address, log=log, signer=signer, ring=ring)


@contextmanager
def reading(files: LedgerFiles) -> Iterator[LedgerReader]:
    """The ledger in `files`, read beside whoever writes it. Raises LedgerRefusedError."""
    ring = files.existing_ring()
    try:
        with LedgerReader(files.ledger, ring) as reader:
            yield reader
    finally:
        ring.close()
