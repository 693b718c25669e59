"""Which database a table of the connection file means, checked before anything is opened."""

from verifiers.adapters.databases import Database
from verifiers.adapters.sqlite import SqliteFile
from verifiers.connections.addresses import check_reach
from verifiers.connections.entries import Entries


def read_database(entries: Entries) -> Database | None:
    """From driver; for sqlite: file; for postgres: dsn, password_file or password_env, allow_private. None after a
    complaint."""
    match entries.choice("driver", ("postgres", "sqlite")):
        case "sqlite":
            path = entries.path("file", needed=True)
            return None if path is None else SqliteFile(path)
        case "postgres":
            return _postgres(entries)
        case _:
            return None


def _postgres(entries: Entries) -> Database | None:
    dsn, private = entries.text("dsn"), entries.yes("allow_private")
    password = entries.secret("password").decode(errors="replace") if entries.has("password") else None
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict

        from verifiers.adapters.postgres import PostgresDatabase
    except ImportError:
        entries.complain("driver", "没有安装 psycopg：pip install 'miaopi[postgres]'", _NO_DRIVER)
        return None
    try:
        parts = conninfo_to_dict(dsn)
    except ProgrammingError:
        entries.complain("dsn", "不是 PostgreSQL 连接串", "is no connection string; write host=… dbname=… user=…")
        return None
    if parts.get("password") is not None:
        entries.complain("dsn", "密码不写在这里", "must hold no password; use `password_file` or `password_env`")
    _check_hosts(entries, str(parts.get("host") or ""), str(parts.get("sslmode") or ""), private=private)
    return PostgresDatabase(dsn, password)


_NO_DRIVER = "needs psycopg, which is not installed; pip install 'miaopi[postgres]'"


def _check_hosts(entries: Entries, hosts: str, sslmode: str, *, private: bool) -> None:
    """Beyond this machine the server must prove by its certificate who it is. No host: a socket of this machine."""
    for host in hosts.split(","):
        local = not host or host.startswith(("/", "@"))
        if local or check_reach(entries, "dsn", host, private=private) == "loopback":
            continue
        if sslmode not in ("verify-full", "verify-ca"):
            entries.complain(
                "dsn",
                "须验证服务器证书：加 sslmode=verify-full",
                "must check the server's certificate; add sslmode=verify-full (and sslrootcert=…)",
            )
