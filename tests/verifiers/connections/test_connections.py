"""The operator's connection file: what is wrong is told at the start, all of it, by place and remedy, no values."""

import asyncio
import ipaddress
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifiers.connections.making import ENVIRONMENT, SECRET
from verifiers.conformance.sample import CLOCKS, REGISTER
from verifiers.connection_file import read_connections
from verifiers.connections.entries import ConnectionsRefusedError, Entries
from verifiers.connections.router import Router
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.reach import reach
from verifiers.registers import Register
from verifiers.verifier import Question, Verifier

DEATHS = Register("deaths", "死亡", "Deaths", ("id_no",), REGISTER.answers, 500, 72)
REGISTERS = {"conformance": REGISTER, "deaths": DEATHS}
EXCHANGE = """
[connections.exchange]
adapter = "signed"
base_url = "https://exchange.example.gov.cn/share"
app = "miaopi"
secret_env = "A_SECRET"
algorithm = "hmac-sm3"
"""
GATEWAY = """
[connections.province]
adapter = "gateway"
base_url = "https://gateway.example.gov.cn"
app = "miaopi"
secret_file = "gateway.secret"
"""
VIEW = """
[connections.files]
adapter = "sql"
driver = "sqlite"
file = "r.sqlite3"
"""
DEFAULT = 'default = "exchange"\n'


def read(folder: Path, text: str) -> Router:
    folder.joinpath("gateway.secret").write_text(SECRET + "\n")
    folder.joinpath("gateway.secret").chmod(0o640)
    folder.joinpath("empty.secret").write_text("\n")
    folder.joinpath("huge").write_bytes(b"x" * (1024 * 1024 + 1))
    with closing(sqlite3.connect(folder / "r.sqlite3")):
        pass
    file = folder / "connections.toml"
    file.write_text(text)
    return read_connections(file, REGISTERS, CLOCKS, ENVIRONMENT)


def close(router: Router) -> None:
    asyncio.run(router.close())


def test_each_register_goes_its_way(tmp_path: Path) -> None:
    own = '[registers.deaths]\nconnection = "province"\naccept_unsigned = true\npath = "/share/deaths"\n'
    router = read(tmp_path, DEFAULT + EXCHANGE + GATEWAY + own)
    assert [router.connection_of(name) for name in ("conformance", "deaths", "else")] == [
        "exchange",
        "province",
        "none",
    ]
    close(router)


def ask(router: Router, register: Register) -> Evidence:
    question = Question(register, "m", "CT1", "eligibility", "x", {"id_no": "x"}, ("id_no",))

    async def run() -> Evidence:
        try:
            return await router.ask(question, Deadline.after(20))
        finally:
            await router.close()

    return asyncio.run(run())


def test_one_that_can_not_be_closed_keeps_no_other_open() -> None:
    closed = []

    class Closing:
        signs = True

        def __init__(self, name: str) -> None:
            self.name = name

        def verifier(self, register: Register, entries: Entries) -> Verifier:  # noqa: ARG002 - the protocol's; nobody comes here
            raise AssertionError("no register is led to it")

        async def close(self) -> None:
            closed.append(self.name)
            if self.name == "b":
                raise OSError("odd")

    with pytest.raises(OSError, match="odd"):
        close(Router({}, (Closing("a"), Closing("b"), Closing("c"))))
    assert sorted(closed) == ["a", "b", "c"]


def test_evidence_says_whether_its_register_signs(tmp_path: Path) -> None:
    own = '[registers.deaths]\nconnection = "files"\naccept_unsigned = true\nview = "v"\n'
    unsigned = ask(read(tmp_path, DEFAULT + EXCHANGE + VIEW + own), DEATHS)
    assert (unsigned.signed, unsigned.status) == (False, "error")
    stranger = Register("else", "别的", "Else", ("id_no",), REGISTER.answers, 500, 72)
    assert ask(read(tmp_path, DEFAULT + EXCHANGE), stranger).fault == "unconnected"


def table(text: str, *changes: str) -> str:
    """A connection's text with lines replaced or added, and keys (without a value) taken out."""
    changed = {one.split(" ")[0] for one in changes}
    lines = [line for line in text.splitlines() if line.split(" ")[0] not in changed]
    return "\n".join([*lines, *(one for one in changes if " = " in one)]) + "\n"


ON = "[registers.deaths]\n"
PG = ('driver = "postgres"', "file")
WRONG = [
    ("", {"registers.conformance.connection", "registers.deaths.connection"}),
    ("default = ", {"file"}),
    (f"default = {'[' * 5000}", {"file"}),
    ('default = "exchange"\nsecret = "x"\n' + EXCHANGE, {"secret"}),
    ('default = "else"\n' + EXCHANGE, {"registers.conformance.connection", "registers.deaths.connection"}),
    (DEFAULT + "connections = 3", {"connections", "registers.conformance.connection", "registers.deaths.connection"}),
    (DEFAULT + EXCHANGE + "[registers]\ndeaths = 3", {"registers.deaths"}),
    (DEFAULT + EXCHANGE + '[registers.nowhere]\nconnection = "exchange"', {"registers.nowhere"}),
    (DEFAULT + EXCHANGE + '[registers.deaths]\nconnection = "nowhere"', {"registers.deaths.connection"}),
    (DEFAULT + EXCHANGE + "[registers.deaths]\nview = 'v'", {"registers.deaths.view"}),
    (DEFAULT + table(EXCHANGE, 'adapter = "carrier_pigeon"'), {"connections.exchange.adapter"}),
    (DEFAULT + table(EXCHANGE, "adapter"), {"connections.exchange.adapter"}),
    (DEFAULT + table(EXCHANGE, "app = 3", 'algorithm = "none"', "base_url"), {"app", "algorithm", "base_url"}),
    (DEFAULT + table(EXCHANGE, 'app = "a b"'), {"app"}),
    (DEFAULT + table(EXCHANGE, "timeout = 3"), {"timeout"}),
    (DEFAULT + table(EXCHANGE, "most_in_flight = 0"), {"most_in_flight"}),
    (DEFAULT + table(EXCHANGE, "most_in_flight = true"), {"most_in_flight"}),
    (DEFAULT + table(EXCHANGE, "secret_env"), {"secret_env"}),
    (DEFAULT + table(EXCHANGE, 'secret_env = "NOT_SET"'), {"secret_env"}),
    (DEFAULT + table(EXCHANGE, 'secret_env = "NO_SECRET"'), {"secret_env"}),
    (DEFAULT + table(EXCHANGE, "secret_env", 'secret = "in the file"'), {"secret", "secret_env"}),
    (DEFAULT + table(EXCHANGE, 'secret_file = "gateway.secret"'), {"secret_env"}),
    (DEFAULT + table(EXCHANGE, "secret_env", 'secret_file = "nowhere"'), {"secret_file"}),
    (DEFAULT + table(EXCHANGE, "secret_env", 'secret_file = "empty.secret"'), {"secret_file"}),
    (DEFAULT + table(EXCHANGE, "secret_env", f'secret_file = "{"a" * 300}"'), {"secret_file"}),
    (DEFAULT + table(EXCHANGE, "secret_env", 'secret_file = "huge"'), {"secret_file"}),
    (DEFAULT + table(EXCHANGE, 'trusted_certificates = "huge"'), {"trusted_certificates"}),
    (DEFAULT + table(EXCHANGE, 'trusted_certificates = "gateway.secret"'), {"trusted_certificates"}),
    *(
        (DEFAULT + table(EXCHANGE, f'base_url = "{url}"'), {"base_url"})
        for url in (
            "exchange.example.gov.cn",
            "ftp://exchange.example.gov.cn",
            "https://user:word@exchange.example.gov.cn",
            "https://exchange.example.gov.cn?a=b",
            "https://exchange.example.gov.cn#a",
            "https://",
            "https://[::1",
            "https://exchange.example.gov.cn:99999",
            "http://169.254.169.254/latest",
            "http://[fe80::1]",
            "http://100.100.100.200",
            "http://metadata.google.internal",
            "http://127.0.0.1",
            "http://localhost:8090",
            "http://10.1.2.3",
            "http://[::ffff:10.1.2.3]",
            "http://0x7f.1",
            "http://2130706433",
            "http://0.0.0.0",
        )
    ),
    (DEFAULT + table(EXCHANGE, 'base_url = "http://169.254.169.254"', "allow_private = true"), {"base_url"}),
    (DEFAULT + table(EXCHANGE, 'base_url = "http://0x7f.1"', "allow_private = true"), {"base_url"}),
    (DEFAULT + EXCHANGE + table(GATEWAY, 'base_url = "http://gateway.example.gov.cn"'), {"base_url"}),
    (DEFAULT + EXCHANGE + table(GATEWAY, 'base_url = "http://10.1.2.3"', "allow_private = true"), {"base_url"}),
    (
        DEFAULT + EXCHANGE + table(GATEWAY, 'token_path = "auth"', "session_seconds = 5"),
        {"token_path", "session_seconds"},
    ),
    (DEFAULT + EXCHANGE + GATEWAY + ON + 'connection = "province"', {"registers.deaths.accept_unsigned"}),
    (
        DEFAULT + EXCHANGE + GATEWAY + ON + 'connection = "province"\naccept_unsigned = true\npath = "/a/../b?c"',
        {"registers.deaths.path"},
    ),
    ('default = "files"\n' + VIEW, {f"registers.{r}.{k}" for r in REGISTERS for k in ("accept_unsigned", "view")}),
    (
        DEFAULT + EXCHANGE + VIEW + ON + 'connection = "files"\naccept_unsigned = true\nview = "v; DROP TABLE v"\n'
        "where = {id_no = 'a\"b', name = 'c'}\ncolumns = {hit = 'x', months = '1'}\nrows = 'active'\n"
        "data_as_of = 'a]b'",
        {
            *(f"registers.deaths.{key}" for key in ("view", "where.id_no", "where.name", "columns.hit")),
            *(f"registers.deaths.{key}" for key in ("columns.months", "rows", "data_as_of")),
        },
    ),
    (DEFAULT + EXCHANGE + table(VIEW, 'file = "nowhere.sqlite3"'), {"file"}),
    (DEFAULT + EXCHANGE + table(VIEW, 'driver = "oracle"'), {"driver", "file"}),
    (DEFAULT + EXCHANGE + table(VIEW, *PG, 'dsn = "not = a = dsn"'), {"dsn"}),
    (DEFAULT + EXCHANGE + table(VIEW, *PG, 'dsn = "host=db.example.gov.cn sslmode=require"'), {"dsn"}),
    (DEFAULT + EXCHANGE + table(VIEW, *PG, 'dsn = "host=127.0.0.1"'), {"dsn"}),
    (DEFAULT + EXCHANGE + table(VIEW, *PG, 'dsn = "host=169.254.1.1 sslmode=verify-full"'), {"dsn"}),
    (DEFAULT + EXCHANGE + table(VIEW, *PG, 'dsn = "host=/run/pg password=hush"'), {"dsn"}),
]


@pytest.mark.parametrize(("text", "keys"), WRONG)
def test_everything_wrong_is_told_by_its_key(tmp_path: Path, text: str, keys: set[str]) -> None:
    with pytest.raises(ConnectionsRefusedError) as refused:
        read(tmp_path, text)
    told = {one.key.split(".", 2)[-1] if "connections." in one.key else one.key for one in refused.value.problems}
    assert {one.removeprefix("connections.exchange.") for one in keys} == told
    for problem in refused.value.problems:
        assert problem.zh
        assert problem.en
        assert f"connections.toml: {problem.key}: " in str(refused.value)
    assert not any(value in str(refused.value) for value in (SECRET, "hush", "in the file", "user:word"))


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    for content in (None, b"\xff\xfe", b"#" * (1024 * 1024 + 1)):
        file = tmp_path / "connections.toml"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(ConnectionsRefusedError) as refused:
            read_connections(file, REGISTERS, CLOCKS, ENVIRONMENT)
        assert [one.key for one in refused.value.problems] == ["file"]


@given(st.ip_addresses())
def test_where_an_address_lies(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """By Python's own reading of the registries, with what no register may be taken first."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    meant = mapped or address
    found = reach(str(address))
    if meant.is_link_local or meant.is_multicast or meant.is_unspecified:
        assert found == "never"
    elif meant.is_loopback:
        assert found == "loopback"
    elif found != "never":
        assert found == ("private" if meant.is_private else "public")
