"""The operator's connection file (TOML), read and checked as a whole: docs/connections.md is the text for operators."""

import os
import tomllib
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, cast

from verifiers.adapters.gateway import GatewayConnection
from verifiers.adapters.signed import SignedConnection
from verifiers.adapters.sql_view import SqlConnection
from verifiers.connections.connection import Clocks, Connection, ConnectionKind
from verifiers.connections.entries import ConnectionsRefusedError, Entries, Problem, Surroundings, TableRefusedError
from verifiers.connections.router import Route, Router
from verifiers.registers import Register

KINDS: Final[Mapping[str, ConnectionKind]] = {
    "signed": SignedConnection.read,
    "gateway": GatewayConnection,
    "sql": SqlConnection,
}
GROUP: Final = "miaopi.connections"
"""The entry points under which an installed package offers further kinds."""

_MOST_BYTES: Final = 1024 * 1024


def read_connections(
    path: Path,
    registers: Mapping[str, Register],
    clocks: Clocks,
    environment: Mapping[str, str] | None = None,
) -> Router:
    """The way to each of `registers`. Raises ConnectionsRefusedError with all that is wrong; opens nothing yet."""
    around = Surroundings(path.absolute().parent, os.environ if environment is None else environment, [])
    whole = Entries(_file(path), "", around)
    default = whole.text("default", "")
    tables, each = _tables(whole, "connections"), _tables(whole, "registers")
    _quietly_done(whole)
    connections: dict[str, Connection | None] = {}
    for name, table in tables.items():
        connections[name] = _connection(Entries(table, f"connections.{name}", around), clocks)
    routes = {}
    for name in each.keys() - registers.keys():
        around.problems.append(Problem(f"registers.{name}", "目录中没有这个登记库", _NO_REGISTER))
    for name, register in registers.items():
        route = _route(register, Entries(each.get(name, {}), f"registers.{name}", around), default, connections)
        if route is not None:
            routes[name] = route
    if around.problems:
        raise ConnectionsRefusedError(path.name, tuple(around.problems))
    return Router(routes, tuple(one for one in connections.values() if one is not None))


_NO_REGISTER: Final = "is no register of the catalogue; take it out, or describe it in rules/catalogue/registers.yaml"


def _file(path: Path) -> Mapping[str, object]:
    try:
        content = path.read_bytes()
        if len(content) > _MOST_BYTES:
            raise _refused(path, "文件过大", f"is larger than {_MOST_BYTES} bytes; is this the right file?")
        return tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise _refused(path, "读不了这个文件", f"can't be read ({error.strerror}); check the path") from None
    except tomllib.TOMLDecodeError as error:
        # Only the place: the parser's message may quote what stands there.
        place = str(error).rpartition("(")[2].rstrip(")")
        raise _refused(path, f"不是 TOML（{place}）", f"is no TOML ({place}); put that place right") from None
    except RecursionError:
        raise _refused(path, "嵌套过深", "nests too deep; is this the right file?") from None
    except UnicodeDecodeError:
        raise _refused(path, "不是 UTF-8", "is not UTF-8; save it as UTF-8") from None


def _refused(path: Path, zh: str, en: str) -> ConnectionsRefusedError:
    return ConnectionsRefusedError(path.name, (Problem("file", zh, en),))


def _tables(whole: Entries, name: str) -> dict[str, Mapping[str, object]]:
    raw = whole.table(name)
    found = {}
    for key, value in raw.items():
        if isinstance(value, dict):
            found[key] = cast("Mapping[str, object]", value)
        else:
            whole.complain(f"{name}.{key}", f"应为表：[{name}.{key}]", f"must be a table: [{name}.{key}]")
    return found


def _quietly_done(entries: Entries) -> None:
    try:
        entries.done()
    except TableRefusedError:
        return


def _connection(entries: Entries, clocks: Clocks) -> Connection | None:
    """The connection of a table; None where it can't be used (and was complained of)."""
    adapter = entries.text("adapter")
    kind = _kind(adapter, entries) if adapter else None
    if kind is None:
        return None
    try:
        return kind(entries, clocks)
    except TableRefusedError:
        return None


def _kind(adapter: str, entries: Entries) -> ConnectionKind | None:
    if adapter in KINDS:
        return KINDS[adapter]
    offered = {point.name: point for point in entry_points(group=GROUP)}
    if adapter not in offered:
        names = ", ".join(sorted({*KINDS, *offered}))
        entries.complain("adapter", f"没有这种接法；可用：{names}", f"is no kind of connection; these are: {names}")
        return None
    try:
        return cast("ConnectionKind", offered[adapter].load())
    except (ImportError, AttributeError):
        entries.complain("adapter", "这个扩展包不能载入", "its package can't be loaded; install it again")
        return None


def _route(
    register: Register, entries: Entries, default: str, connections: Mapping[str, Connection | None]
) -> Route | None:
    name = entries.text("connection", default)
    accepted = entries.yes("accept_unsigned")
    if name not in connections:
        entries.complain(
            "connection",
            "没有接到任何连接：写 connection，或在文件开头写 default",
            "leads to no connection; write `connection`, or `default` at the top, as one of [connections.…]"
            if not name
            else "is none of [connections.…]; name one of those",
        )
        return None
    connection = connections[name]
    if connection is None:
        return None
    if not connection.signs and not accepted:
        entries.complain(
            "accept_unsigned",
            "这种接法的回答没有签名；确认接受时写 accept_unsigned = true",
            "answers are not signed this way; write `accept_unsigned = true` if that is acceptable here",
        )
    try:
        return Route(connection.verifier(register, entries), connection.signs, name)
    except TableRefusedError:
        return None
