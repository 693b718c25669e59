"""Receipts of records in a file of their own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.keys import Signer
from tests.ledger.making import LOG, SIGNER, open_store


@dataclass(frozen=True)
class Log:
    """Records in a file, and the receipts that it gives out."""

    records: list[Recorded]
    checkpoints: Checkpoints

    def receipt(self, index: int = 0) -> bytes:
        return self.checkpoints.receipt(self.records[index])


@contextmanager
def log_of(*entries: Entry, signer: Signer = SIGNER) -> Iterator[Log]:
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "ledger.sqlite3", signer=signer) as store:
        records = [one for one in store.append(entries) if isinstance(one, Recorded)]
        yield Log(records, Checkpoints(store, LOG, signer))


def receipt_of(one: Entry) -> bytes:
    with log_of(one) as log:
        return log.receipt()
