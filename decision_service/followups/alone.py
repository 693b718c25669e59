"""One worker a ledger: whoever holds the lock works, and the kernel takes it back however a process ends."""

import fcntl
import os
from pathlib import Path

from decision_service.ledger.errors import LedgerFaultError


class Alone:
    """An advisory lock (flock(2)) on a file of its own."""

    def __init__(self, path: Path) -> None:
        """Raises LedgerFaultError if the file can't be made."""
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise LedgerFaultError(f"follow-ups {path}: can't be opened ({error.strerror})") from error
        self._held = False

    def held(self) -> bool:
        """Whether this process holds the lock, or could take it now."""
        if not self._held:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            self._held = True
        return True

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)
