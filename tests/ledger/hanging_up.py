"""A PostgreSQL server that hangs up on the ledger: on all its connections, or in the middle of what they carry."""

import socket
import threading
from contextlib import suppress

from tests.ledger.conformance.stores import PostgresPlace
from tests.verifiers.connections.postgres_server import Server


def backends(database: PostgresPlace, act: str = "pg_terminate_backend(pid)") -> int:
    """Ends every connection of the ledger, as the server's restart or its administrator does."""
    with database.server.owner() as owner:
        rows = owner.execute(
            f"SELECT {act} FROM pg_stat_activity WHERE application_name = 'miaopi ledger'",  # noqa: S608 - constants of this module
        ).fetchall()
    return len(rows)


class Proxy:
    """Between the store and the server: hangs up after some bytes of a direction were let through."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.left: int | None = None
        self.answers = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, left: int, *, answers: bool) -> None:
        """Hang up once `left` more bytes went to the server, or came from it."""
        self.left, self.answers = left, answers

    def close(self) -> None:
        self._door.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server.port))
            for source, target, answers in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._carry, args=(source, target, answers), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                if self.left is None or answers != self.answers:
                    target.sendall(chunk)
                    continue
                target.sendall(chunk[: self.left])
                self.left = max(0, self.left - len(chunk))
                if not self.left:
                    break
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        source.close()
