"""Each of the 28 faults at the real client, on the wire: what it comes to, and that the proxy saw it."""

from collections.abc import Iterator

import pytest

from tests.verifiers.faults.asking import PARAMS, Call, Stage, ask_all, staged, written
from tests.verifiers.sandbox_client import OLD, OLD_NAME, control
from verifiers.evidence import Evidence
from verifiers.sandbox.faults.plan import Switch
from verifiers.sandbox.faults.table import FAULTS, Fault, Variant

Met = dict[tuple[str, str, str], Evidence]
EVERY = [(fault, variant) for fault in FAULTS for variant in fault.variants]
IDS = [f"{fault.name}:{variant.name}" for fault, variant in EVERY]


def application(fault: Fault, variant: Variant) -> str:
    return f"{fault.name}-{variant.name}"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as found:
        yield found


@pytest.fixture(scope="module")
def met(stage: Stage) -> Met:
    """Every fault at every register of PARAMS, asked once."""
    calls, named = [], []
    for fault, variant in EVERY:
        for register in PARAMS:
            url = stage.proxy.door.url
            if fault.layer == "connection":
                url = stage.proxy.failing[fault.name, variant.name].url
            else:
                stage.plan.put(Switch(register, fault.name, variant.name, application_id=application(fault, variant)))
            calls.append(Call(url, register, application(fault, variant)))
            named.append((fault.name, variant.name, register))
    return dict(zip(named, ask_all(stage.proxy.root, calls), strict=True))


def test_there_are_twenty_eight() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) == 28


@pytest.mark.parametrize(("fault", "variant"), EVERY, ids=IDS)
def test_a_fault_comes_to_what_the_table_says_at_every_register(met: Met, fault: Fault, variant: Variant) -> None:
    for register in PARAMS:
        evidence = met[fault.name, variant.name, register]
        assert (evidence.status, evidence.fault) == (variant.comes_to, variant.word), register
        assert bool(evidence.facts) is variant.harmless


@pytest.mark.parametrize(
    ("fault", "variant"), [one for one in EVERY if one[0].layer == "stream"], ids=lambda one: one.name
)
def test_a_fault_of_the_stream_is_seen_by_the_proxy(stage: Stage, met: Met, fault: Fault, variant: Variant) -> None:
    lines = written(stage.log, application(fault, variant), len(PARAMS))
    assert {one.register for one in lines} == set(PARAMS)
    assert {(one.fault, one.variant, one.status) for one in lines} == {(fault.name, variant.name, 200)}
    assert met


@pytest.mark.parametrize(
    ("fault", "variant"), [one for one in EVERY if one[0].layer == "answer"], ids=lambda one: one.name
)
def test_a_spoilt_answer_passes_the_proxy_as_it_left_the_sandbox(
    stage: Stage, met: Met, fault: Fault, variant: Variant
) -> None:
    assert met
    lines = written(stage.log, application(fault, variant), len(PARAMS))
    _, notes = control(stage.sandbox, "GET", f"faults?application_id={application(fault, variant)}")
    played = {(one["register"], one["status"], one["digest"]) for one in notes["played"]}
    passed = {(one.register, one.status, one.digest) for one in lines}
    assert played == passed
    assert {register for register, _, _ in passed} == set(PARAMS)
    assert {(one["fault"], one["variant"]) for one in notes["played"]} == {(fault.name, variant.name)}


def test_the_proxy_says_of_each_certificate_why_it_was_refused(stage: Stage, met: Met) -> None:
    assert met
    for variant, alert in (("expired", "EXPIRED"), ("wrong_name", "BAD_CERTIFICATE"), ("self_signed", "UNKNOWN_CA")):
        lines = stage.log.played("tls", variant)
        assert len(lines) >= len(PARAMS)
        assert all(one.tls is not None and alert in one.tls for one in lines)


async def knock(stage: Stage, fault: str, variant: str) -> None:
    await stage.proxy.knock(fault, variant, "deaths", "KNOCK")


def test_doors_that_take_no_connection_are_seen_by_knocking(stage: Stage) -> None:
    import asyncio

    asyncio.run(knock(stage, "connect_refused", "refused"))
    asyncio.run(knock(stage, "connect_hang", "hang"))
    asyncio.run(knock(stage, "tls", "expired"))  # takes connections, so there is nothing to show
    seen = [(one.fault, one.seen) for one in stage.log.of("KNOCK")]
    assert seen == [("connect_refused", "a connection refused"), ("connect_hang", "a connection hangs")]


def test_no_redirect_is_followed_and_no_person_is_in_the_log(stage: Stage, met: Met) -> None:
    assert met
    lines = stage.log.of()
    assert all(one.register is not None or one.tls is not None for one in lines)
    for line in lines:
        assert OLD not in repr(line)
        assert OLD_NAME not in repr(line)
