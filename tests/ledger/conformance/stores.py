"""Places that keep a ledger, each as tests need it: opened, opened again, and touched by somebody with a shell."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from pydantic import SecretStr

from decision_service.ledger.connection import connect
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.postgres import PostgresStore
from decision_service.ledger.postgres_schema import SCHEMA
from decision_service.ledger.sqlite import SqliteStore
from decision_service.ledger.store import BothStores
from tests.ledger.making import LOG, SIGNER, ring_beside, sqlite_store
from tests.verifiers.connections.postgres_server import Server


@dataclass
class Place:
    """An empty place in `folder`; its stores are closed at its end."""

    folder: Path
    stores: list[BothStores] = field(default_factory=list)
    rings: list[KeyRing] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "ledger.sqlite3"

    def ring(self) -> KeyRing:
        self.rings.append(ring_beside(self.path))
        return self.rings[-1]

    def open(self, log: str = LOG) -> BothStores:
        """A store of the tests' log; several may be open at once."""
        raise NotImplementedError

    def touch(self, statement: str) -> None:
        """What somebody with a shell does who may do all that the service may."""
        raise NotImplementedError

    def close(self) -> None:
        for one in (*self.stores, *self.rings):
            one.close()


class SqlitePlace(Place):
    """A file."""

    def open(self, log: str = LOG) -> SqliteStore:
        store = sqlite_store(self.path, log=log, ring=self.ring())
        self.stores.append(store)
        return store

    def touch(self, statement: str) -> None:
        connection = connect(self.path)
        try:
            connection.execute(statement)
        finally:
            connection.close()


class PostgresPlace(Place):
    """A database on a real server, emptied."""

    def __init__(self, folder: Path, server: Server) -> None:
        super().__init__(folder)
        self.server = server
        with server.owner() as owner:
            owner.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            owner.execute("ALTER DATABASE postgres RESET ALL")

    def address(self, user: str = "owner") -> SecretStr:
        return self.address_of(self.server, user)

    @staticmethod
    def address_of(server: Server, user: str = "owner") -> SecretStr:
        return SecretStr(f"postgresql://{user}@127.0.0.1:{server.port}/postgres")

    def open(self, log: str = LOG, user: str = "owner") -> PostgresStore:
        store = PostgresStore(self.address(user), log=log, signer=SIGNER, ring=self.ring())
        self.stores.append(store)
        return store

    @contextmanager
    def shell(self, user: str = "owner") -> Iterator["psycopg.Connection"]:
        with psycopg.connect(self.address(user).get_secret_value(), autocommit=True) as connection:
            connection.execute(f"SET search_path = {SCHEMA}")
            yield connection

    def touch(self, statement: str) -> None:
        with self.shell() as connection:
            connection.execute(statement)
