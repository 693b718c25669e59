"""Connection tables as the operator writes them, and the connections that come of them."""

import tomllib
from pathlib import Path

from verifiers.conformance.sample import CLOCKS, REGISTER
from verifiers.connections.connection import Connection, ConnectionKind
from verifiers.connections.entries import Entries, Problem, Surroundings
from verifiers.registers import Register
from verifiers.verifier import Verifier

SECRET = "agreed for these tests"  # noqa: S105 - of servers on loopback, for this run
ENVIRONMENT = {"A_SECRET": SECRET, "NO_SECRET": ""}


def entries(text: str, folder: Path = Path(), problems: list[Problem] | None = None) -> Entries:
    """A table; what is wrong with it lands in `problems`."""
    around = Surroundings(folder, ENVIRONMENT, [] if problems is None else problems)
    return Entries(tomllib.loads(text), "connections.one", around)


def connection(kind: ConnectionKind, text: str, folder: Path = Path()) -> Connection:
    return kind(entries(text, folder), CLOCKS)


def verifier(one: Connection, text: str = "", register: Register = REGISTER) -> Verifier:
    return one.verifier(register, entries(text))
