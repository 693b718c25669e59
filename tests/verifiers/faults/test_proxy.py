"""The fault proxy by itself: doors of single registers, TLS, the log on disk, and what it leaves alone."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verifiers.faults.asking import Call, Stage, ask_all, staged, written
from tests.verifiers.sandbox_client import http
from verifiers.sandbox.faults.plan import FaultPlan, Switch
from verifiers.sandbox.proxy.framing import FramingError, read_message
from verifiers.sandbox.proxy.wirelog import WireLog


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(seed=7) as found:
        yield found


def test_a_good_answer_passes_over_http_and_tls(stage: Stage) -> None:
    for register in ("deaths", "credit"):
        plain = stage.proxy.registers[register].url
        secure = plain.replace("http:", "https:")
        assert [one.status for one in ask_all(stage.proxy.root, [Call(plain, register), Call(secure, register)])] == [
            "ok",
            "ok",
        ]


def test_certificates_are_good_only_for_who_trusts_the_root(stage: Stage) -> None:
    with staged() as other:
        secure = stage.proxy.registers["deaths"].url.replace("http:", "https:")
        assert ask_all(other.proxy.root, [Call(secure, "deaths")])[0].fault == "network"


@pytest.mark.parametrize(
    ("fault", "variant", "scheme", "met"),
    [
        ("connect_refused", "refused", "http", "network"),
        ("tls", "expired", "https", "network"),
        ("tls", "self_signed", "https", "network"),
    ],
)
def test_a_share_of_a_registers_connections_fails_the_same_for_a_seed(
    fault: str, variant: str, scheme: str, met: str
) -> None:
    runs = []
    for _ in range(2):
        with staged(seed=11) as stage:
            stage.plan.put(Switch("deaths", fault, variant, 0.5))
            url = stage.proxy.registers["deaths"].url.replace("http:", f"{scheme}:")
            # Each call over a pool of its own, so that each is a connection.
            faults = [ask_all(stage.proxy.root, [Call(url, "deaths")])[0].fault for _ in range(8)]
            assert ask_all(stage.proxy.root, [Call(stage.proxy.registers["credit"].url, "credit")])[0].status == "ok"
            runs.append(faults)
    assert runs[0] == runs[1]
    assert set(runs[0]) == {met, None}


def test_the_second_answer_is_nobodys(stage: Stage) -> None:
    stage.plan.put(Switch("deaths", "over_long_body", "second_answer"))
    calls = [Call(stage.proxy.door.url, register) for register in ("deaths", "credit", "deaths", "credit")]
    found = ask_all(stage.proxy.root, calls, at_once=1)
    stage.plan.drop("deaths")
    assert [one.status for one in found] == ["ok"] * 4
    assert len({one.request_id for one in found}) == 4


def test_the_log_is_on_disk_as_json_lines(tmp_path: Path) -> None:
    file = tmp_path / "wire.jsonl"
    with staged(log=WireLog(file)) as stage:
        stage.plan.put(Switch("deaths", "reset", "after_headers"))
        ask_all(stage.proxy.root, [Call(stage.proxy.door.url, name, "ON-DISK") for name in ("deaths", "credit")])
        written(stage.log, "ON-DISK", 2)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    by_register = {line["register"]: line for line in lines if line["application_id"] == "ON-DISK"}
    spoilt, well = by_register["deaths"], by_register["credit"]
    assert (spoilt["fault"], spoilt["variant"], spoilt["seen"]) == ("reset", "after_headers", "reset after the headers")
    assert (well["fault"], well["seen"], well["status"]) == (None, "passed on", 200)
    assert 0 < spoilt["to_client"] < well["to_client"]
    assert spoilt["to_register"] > 0


def test_control_routes_pass_and_are_not_written_down(stage: Stage) -> None:
    ask_all(stage.proxy.root, [Call(stage.proxy.door.url, "deaths", "BEFORE")])
    written(stage.log, "BEFORE", 1)
    before = len(stage.log.of())
    assert http("GET", f"{stage.proxy.door.url}/control/faults")[0] == 403
    assert http("GET", f"{stage.proxy.door.url}/livez")[0] == 200
    ask_all(stage.proxy.root, [Call(stage.proxy.door.url, "deaths", "AFTER")])
    written(stage.log, "AFTER", 1)
    since = stage.log.of()[before:]
    assert sorted(str(one.register) for one in since) == ["None", "deaths"]


def test_a_port_in_use_is_told(stage: Stage) -> None:
    from verifiers.sandbox.proxy.running import Front, fronted

    port = stage.proxy.door.port
    with pytest.raises(OSError), fronted(Front(stage.sandbox, FaultPlan(()), WireLog(), port=port)):  # noqa: PT011 - which error number it is differs by system
        pass


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nContent-Le",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_what_is_no_message_is_refused(sent: bytes) -> None:
    async def run() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(sent)
        reader.feed_eof()
        await read_message(reader)

    with pytest.raises(FramingError):
        asyncio.run(run())
