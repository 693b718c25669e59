"""A read-only statement, and the databases that can be asked one: SQLite and PostgreSQL."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Statement:
    """Which columns of which view, where each column named is one of its values, at most so many rows.

    Every name was checked to be a plain identifier (`is_identifier`); values are only ever bound, never written into
    the text of a statement.
    """

    view: tuple[str, ...]
    columns: tuple[str, ...]
    where: tuple[tuple[str, tuple[object, ...]], ...] = field(repr=False)
    most: int


Rows = list[tuple[object, ...]]


class ReadFailedError(Exception):
    """A statement gave no rows. `fault` is a word without values; "late" when time was up."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class ConnectionLostError(ReadFailedError):
    """The session itself is gone, so that another one may do better."""


class Session(Protocol):
    """One open connection, used by one thread at a time."""

    @property
    def kept(self) -> bool:
        """Whether it is good for the next read as well."""
        ...

    def read(self, statement: Statement, seconds: float) -> Rows:
        """The rows, in a transaction that can't write, within about `seconds`. Blocks. Raises ReadFailedError."""
        ...

    def stop(self) -> None:
        """From any thread: let what is being read fail now. Raises nothing."""
        ...

    def close(self) -> None:
        """Let go. Raises nothing."""
        ...


class Database(Protocol):
    """Where sessions come from."""

    def opened(self, seconds: float) -> Session:
        """A new session, within about `seconds`. Blocks. Raises ReadFailedError."""
        ...


def is_identifier(name: str) -> bool:
    """Whether `name` can be written as a quoted identifier: letters of any script, digits and underscores, no digit
    first, and no longer than PostgreSQL's 63 bytes, past which it would cut the name in silence."""
    return name.isidentifier() and len(name.encode()) <= 63
