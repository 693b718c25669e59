"""P16: slow, huge and pushing clients are hung up on within five seconds, and a good one is served all the while."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.process import serving
from tests.http.sockets import HOST, SENT
from tests.http.staging import RULES, Stage
from tests.sizes import size
from tests.survival.besieging import Attack, Wire, besiege, good_client
from tests.survival.memory import MIB, resident

MOST_SECONDS = 5.0
MANY = size("slow_clients", quick=400, full=2_000)
FEW = size("huge_clients", quick=2, full=8)
HEAD = b"POST /v1/decisions HTTP/1.1\r\n" + HOST + SENT
GIBIBYTE = 1 << 30

ATTACKS: dict[str, tuple[Attack, set[int]]] = {
    "half heads": (Attack(MANY, b"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Le"), {408}),
    "half bodies": (Attack(MANY, HEAD + b"Content-Length: 500\r\n\r\n{"), {408}),
    "nothing at all": (Attack(MANY, b""), {0}),
    "10,000 header fields": (Attack(FEW * 20, b"GET /livez HTTP/1.1\r\n" + HOST + b"X-A: b\r\n" * 10_000), {431, 0}),
    "a body of 1 GiB as announced": (
        Attack(FEW, HEAD + f"Content-Length: {GIBIBYTE}\r\n\r\n".encode(), b"x" * MIB),
        {413, 0},
    ),
    "a body of 1 GiB in chunks": (
        Attack(FEW, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + b"x" * MIB + b"\r\n"),
        {413, 0},
    ),
    "requests without waiting for answers": (
        Attack(FEW * 10, b"", (b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n") * 10_000),
        {200, 0},
    ),
}
"""A peer that is still sending when it is cut off may find the answer lost (0): the system throws it away."""


@pytest.fixture(scope="module")
def service(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, int]]:
    folder: Path = tmp_path_factory.mktemp("besieged")
    with serving(registers, RULES, folder / "ledger.sqlite3") as (stage, child):
        yield stage, child.pid


def late(wires: list[Wire]) -> list[float | None]:
    return [one.seconds for one in wires if one.seconds is None or one.seconds > MOST_SECONDS]


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_hung_up_on_in_time_and_a_good_client_is_served(service: tuple[Stage, int], name: str) -> None:
    stage, pid = service
    attack, statuses = ATTACKS[name]
    before = resident(pid)
    with good_client(stage) as served:
        wires = besiege(stage.url, attack)
    assert late(wires) == []
    assert {one.status for one in wires} <= statuses
    assert any(one.status or statuses == {0} for one in wires), "nobody was told why"
    assert max(one.sent for one in wires) < GIBIBYTE
    assert served.outcomes
    assert set(served.outcomes) == {"APPROVED"}
    assert resident(pid) - before < 32 * MIB
