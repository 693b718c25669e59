"""Who uses a ledger: every process that writes it shares a lock; whoever replaces its files needs it alone. The kernel
takes it back however a process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from decision_service.ledger.errors import LedgerRefusedError


def marker_of(ledger: Path) -> Path:
    """The file that stands beside a ledger while its files are being replaced."""
    return ledger.with_name(f"{ledger.stem}.restoring")


@contextmanager
def used(ledger: Path) -> Iterator[None]:
    """The ledger is written while the block runs. Raises LedgerRefusedError where its files are being replaced, or that
    was begun and not finished."""
    with _lock(ledger, fcntl.LOCK_SH, "its files are being replaced; wait until that is done"):
        if marker_of(ledger).exists():
            raise LedgerRefusedError(f"ledger {ledger}: a restore was not finished; run `miaopi restore` again")
        yield


@contextmanager
def alone(ledger: Path) -> Iterator[None]:
    """Nobody writes the ledger while the block runs. Raises LedgerRefusedError where somebody does."""
    with _lock(ledger, fcntl.LOCK_EX, "a service uses it; stop it first"):
        yield


@contextmanager
def _lock(ledger: Path, kind: int, why: str) -> Iterator[None]:
    path = ledger.with_name(f"{ledger.stem}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:  # an administrator's command must not lock the service out of its own folder
            folder = path.parent.stat()
            os.fchown(descriptor, folder.st_uid, folder.st_gid)
    except OSError as error:
        raise LedgerRefusedError(
            f"ledger {ledger}: {path.name} can't be made ({error.strerror}); give the service a directory it may write"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError as error:
            raise LedgerRefusedError(f"ledger {ledger}: {why}") from error
        yield
    finally:
        os.close(descriptor)
