"""Credit is asked once for an application, whatever becomes of the rest."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from decision_service.forms import read_form
from decision_service.inquiry import Counter, Inquiry
from decision_service.planning import Planner
from tests.http.staging import BY_ID, DAY
from tests.properties.deciding import policy_of, shelf
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.verifier import Question


class Centre:
    """Every register answers at once; credit when it is told to."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()
        self.cut = False

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:  # noqa: ARG002 - the protocol's
        name = question.register.name
        if name == "credit":
            try:
                await self.goes_on.wait()
            except asyncio.CancelledError:
                self.cut = True
                raise
        return Evidence(name, "no_record")


def inquiry(centre: Centre) -> Inquiry:
    policy = policy_of("elderly_allowance")
    form = read_form(policy, BY_ID["ELD-1"]["form"], DAY, shelf().catalogue.prefectures)
    counter = Counter(centre, Deadline.after(30), lambda: datetime.now(UTC))
    return Inquiry(Planner(policy), form, "A1", counter)


def test_where_judging_breaks_down_credit_is_still_heard() -> None:
    """Its answer goes on record with the referral; dropped, the centre would be asked a second time for it."""

    async def main() -> None:
        centre = Centre()
        asked = inquiry(centre)

        def judge(_: Mapping[str, Evidence]) -> None:
            asyncio.get_running_loop().call_later(0.01, centre.goes_on.set)
            raise RuntimeError("a defect of ours")

        with pytest.raises(RuntimeError, match="a defect"):
            await asked.gather(judge)
        assert not centre.cut
        assert asked.evidence["credit"].status == "no_record"

    asyncio.run(main())


def test_who_goes_away_leaves_no_call_behind() -> None:
    async def main() -> None:
        centre = Centre()
        gathering = asyncio.ensure_future(inquiry(centre).gather(lambda _: pytest.fail("not so far")))
        await asyncio.sleep(0)
        gathering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gathering
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_what_is_known_is_not_asked_and_what_is_late_is_late_even_if_it_is_known() -> None:
    class Knowing(Centre):
        def __init__(self) -> None:
            super().__init__()
            self.asked: list[str] = []

        async def ask(self, question: Question, deadline: Deadline) -> Evidence:
            self.asked.append(question.register.name)
            return await super().ask(question, deadline)

        def known(self, question: Question) -> Evidence | None:
            name = question.register.name
            return None if name == "deaths" else Evidence(name, "no_record", origin="cached")

    async def asked_for(*names: str, seconds: float = 30) -> tuple[list[str], dict[str, str]]:
        centre = Knowing()
        policy = policy_of("elderly_allowance")
        form = read_form(policy, BY_ID["ELD-1"]["form"], DAY, shelf().catalogue.prefectures)
        counter = Counter(centre, Deadline.after(seconds), lambda: datetime.now(UTC))
        asking = Inquiry(Planner(policy), form, "A1", counter)
        await asking._ask(names)
        return centre.asked, {name: one.status for name, one in asking.evidence.items()}

    names = ("population", "deaths", "benefits")
    asked, told = asyncio.run(asked_for(*names))
    assert asked == ["deaths"]
    assert told == dict.fromkeys(names, "no_record")
    asked, told = asyncio.run(asked_for(*names, seconds=0))
    assert asked == []
    assert told == dict.fromkeys(names, "timeout")
