"""The checks of live registers: one written from the page alone passes, and each duty left out is found by name."""

import asyncio
from dataclasses import replace

import pytest

from tests.verifiers.conformance.lenient_register import LenientRegister
from tests.verifiers.connections.making import SECRET
from tests.verifiers.crooked_register import crooked_register
from verifiers.adapters.signed import SignedConnection
from verifiers.conformance.endpoint import Finding, check_register
from verifiers.conformance.probe import Person, Sample
from verifiers.conformance.refusals import REFUSALS
from verifiers.conformance.sample import FIRST, NOBODY, REGISTER
from verifiers.connections.connection import Clocks
from verifiers.exchange import Exchange
from verifiers.signing import SigningKey
from verifiers.transport import Transport

SAMPLE = Sample(Person(FIRST, {"id_no": FIRST}), Person(NOBODY, {"id_no": NOBODY}))
KEY = SigningKey("miaopi", SECRET.encode())


def checked(served_by: LenientRegister, sample: Sample = SAMPLE, timeout_ms: int = 10_000) -> list[Finding]:
    register = replace(REGISTER, timeout_ms=timeout_ms)

    async def run() -> list[Finding]:
        async with crooked_register(served_by) as served:
            connection = SignedConnection(Exchange(served.url, KEY), Transport(), Clocks())
            route = connection.router({register.name: register}).route(register.name)
            assert route is not None
            try:
                return await check_register(register, route, sample)
            finally:
                await connection.close()

    return asyncio.run(run())


def failed(found: list[Finding]) -> set[str]:
    return {one.check for one in found if one.result == "failed"}


def test_a_register_written_from_the_page_passes() -> None:
    found = checked(LenientRegister())
    assert failed(found) == set()
    assert len(found) == len(REFUSALS) + 6
    assert {one.result for one in found} == {"passed"}


SIGNATURES = {"wrong_secret", "wrong_key", "other_register", "as_an_answer", "changed_digest"}
DUTIES = {
    "size": {"too_large"},
    "headers": {"no_signature", "no_digest"},
    "time": {"too_old", "ahead"},
    "signature": SIGNATURES | {"nonce_not_burnt"},
    "direction": {"as_an_answer"},
    "path": {"other_register"},
    "noting": {"nonce_twice"},
    "early noting": {"nonce_not_burnt"},
    "fields": {"no_purpose", "no_params", "two_nonces", "wrong_name"},
    "discretion": {"discreet"},
    "numbering": {"numbers"},
    "honesty": {"nobody"},
    "completeness": {"known"},
    "freshness": {"known"},
}


@pytest.mark.parametrize("duty", DUTIES)
def test_each_duty_that_is_left_out_is_found(duty: str) -> None:
    found = checked(LenientRegister(duty))
    assert failed(found) == DUTIES[duty]
    for one in found:
        assert bool(one.seen and one.advice_zh and one.advice_en) == (one.result == "failed")
        assert FIRST not in repr(one)
        assert NOBODY not in repr(one)


def test_one_that_is_silent_and_one_that_always_breaks_fail_where_they_should() -> None:
    assert {"known", "nobody"} <= failed(checked(LenientRegister("haste"), timeout_ms=200))
    assert {one.name for one in REFUSALS} <= failed(checked(LenientRegister("codes")))


def test_without_somebody_unknown_that_check_is_left_out() -> None:
    (one,) = [one for one in checked(LenientRegister(), Sample(SAMPLE.known)) if one.result == "skipped"]
    assert one.check == "nobody"
