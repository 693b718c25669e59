"""The file of the follow-ups: one SQLite file beside the ledger, for threads and for commands beside the service."""

from pathlib import Path
from typing import Final

from decision_service.followups.tables import TABLES, VERSION
from decision_service.ledger.sidefile import Layout, SideFile

_LAYOUT: Final = Layout("follow-ups", TABLES, VERSION)


class FollowupFile(SideFile):
    """What is owed, what was made up for, and tickets."""

    def __init__(self, path: Path) -> None:
        """The file at `path`, made if it isn't there. Raises LedgerFaultError if it can't be opened or is none."""
        super().__init__(path, _LAYOUT)

    @staticmethod
    def beside(ledger: Path) -> Path:
        """Where the follow-ups of this ledger lie."""
        return ledger.with_name(f"{ledger.stem}-followups.sqlite3")
