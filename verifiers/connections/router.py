"""From a register to the way it is reached."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from verifiers.connections.connection import Connection
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.verifier import Question, Verifier


@dataclass(frozen=True, slots=True)
class Route:
    """Who asks one register, whether its answers are signed, and the operator's name for that connection."""

    verifier: Verifier
    signed: bool
    connection: str


class Router:
    """Puts each question to whoever reaches its register. `close` it at the end: it owns the connections."""

    def __init__(self, routes: Mapping[str, Route], connections: tuple[Connection, ...]) -> None:
        self._routes = routes
        self._connections = connections

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What came of it."""
        route = self._routes.get(question.register.name)
        if route is None:
            return Evidence(question.register.name, "error", fault="unconnected")
        try:
            evidence = await route.verifier.ask(question, deadline)
        except Exception:  # noqa: BLE001 - the adapter may be anybody's; whatever it raises costs this answer alone
            return Evidence(question.register.name, "error", fault="raised", signed=route.signed)
        return evidence if route.signed else replace(evidence, signed=False)

    def route(self, register: str) -> Route | None:
        """How a register is reached, if it is."""
        return self._routes.get(register)

    def connection_of(self, register: str) -> str:
        """The name of the connection by which a register is reached; "none" where it is not."""
        route = self._routes.get(register)
        return "none" if route is None else route.connection

    async def close(self) -> None:
        """Close every connection, also where one, which may be anybody's, raises; what it raised comes last."""
        async with AsyncExitStack() as stack:
            for connection in self._connections:
                stack.push_async_callback(connection.close)
