"""The file of casework: one SQLite file beside the ledger. It is a copy of what the ledger says, ordered for lists."""

from pathlib import Path
from typing import Final

from decision_service.casework.tables import TABLES, VERSION
from decision_service.ledger.sidefile import Layout, SideFile

_LAYOUT: Final = Layout(
    "casework", TABLES, VERSION, "it may be deleted, and is then read off the ledger again", synchronous="NORMAL"
)


class CaseworkFile(SideFile):
    """Items that wait, draws, tallies, alarms and ratings."""

    def __init__(self, path: Path) -> None:
        """The file at `path`, made if it isn't there. Raises LedgerFaultError if it can't be opened or is none."""
        super().__init__(path, _LAYOUT)

    @staticmethod
    def beside(ledger: Path) -> Path:
        """Where the casework of this ledger lies."""
        return ledger.with_name(f"{ledger.stem}-casework.sqlite3")
