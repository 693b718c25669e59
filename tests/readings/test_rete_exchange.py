"""What passes between the service and its second engine: right answers, sheets as they are, garbage told from both."""

import asyncio
from contextlib import suppress
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.readings.rete.frames import (
    BadFrameError,
    calendar_content,
    pack,
    read_calendar,
    read_sheet,
    read_verdict,
    sheet_content,
    unpack,
    verdict_content,
)
from decision_service.readings.rete.process import SecondEngine
from decision_service.readings.samples import sample_sheets
from tests.readings.rete_policies import POLICIES, RULES, shelf
from tests.readings.second_engine import LONG, run
from tests.sizes import size


def test_all_matters_are_judged_as_by_the_reference_one_by_one_and_at_once() -> None:
    async def work() -> None:
        engine = SecondEngine(RULES)
        await engine.start()
        assert engine.digests == {policy.digest for policy in POLICIES}
        calendar = shelf().catalogue.calendar
        number = size("agreement_process", quick=40, full=2000)
        asked = [(policy, sheet) for policy in POLICIES for sheet in islice(sample_sheets(policy, calendar, 4), number)]
        for policy, sheet in asked[::20]:
            assert await engine.judge(policy.digest, sheet, LONG) == judge(policy, sheet)
        answers = await asyncio.gather(*(engine.judge(policy.digest, sheet, LONG) for policy, sheet in asked))
        assert answers == [judge(policy, sheet) for policy, sheet in asked]
        assert engine.replaced == 0
        await engine.close()

    run(work())


@pytest.mark.parametrize("policy", POLICIES, ids=[policy.matter for policy in POLICIES])
def test_sheets_and_verdicts_come_out_of_a_frame_as_they_went_in(policy: Policy) -> None:
    for sheet in islice(sample_sheets(policy, shelf().catalogue.calendar, 5), 100):
        assert repr(read_sheet(unpack(pack(sheet_content(sheet))[4:]), sheet.calendar)) == repr(sheet)
        verdict = judge(policy, sheet)
        assert read_verdict(unpack(pack(verdict_content(verdict))[4:])) == verdict
    calendar = shelf().catalogue.calendar
    assert read_calendar(unpack(pack(calendar_content(calendar))[4:])) == calendar


@settings(max_examples=size("frames", quick=300, full=20_000), deadline=None)
@given(
    st.one_of(
        st.binary(max_size=40),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-5, 2**40)
            | st.text(max_size=5)
            | st.sampled_from(["APPROVED", "u"]),
            lambda parts: (
                st.lists(parts, max_size=6) | st.dictionaries(st.sampled_from(["$", "v", "a"]), parts, max_size=3)
            ),
        ).map(lambda content: pack(content)[4:]),
    )
)
def test_reading_garbage_says_so_and_nothing_else(body: bytes) -> None:
    for read in (read_verdict, read_calendar, lambda content: read_sheet(content, {})):
        with suppress(BadFrameError):
            read(unpack(body))
