"""RQ-B5: the service does not close. At night and on holidays an instant matter is decided, and what is referred gets a
receipt with the next hour at which an officer works, by a calendar that is data."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from decision_service.clock import ServiceClock
from decision_service.decision import Decided, Occasion, answer
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import ByDecision
from decision_service.offline import decide
from decision_service.policy.officehours import OfficeHours
from decision_service.policy.shelf import read_shelf
from decision_service.replay import replay
from tests.desk.test_replay import second
from tests.http.staging import BY_ID, Stage, application, publication, staged
from tests.requirements.deciding import RULES, engines, policy_of, shelf
from tests.sizes import size
from verifiers.freshness import CHINA

MONDAY, FRIDAY, SATURDAY = date(2026, 3, 16), date(2026, 3, 20), date(2026, 3, 21)
NATIONAL_DAY = date(2026, 10, 1)
MORNING, NOON = time(9), time(13)


@pytest.fixture(scope="module")
def offices_of(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[date, Stage]]:
    """A service on each of three days."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp
        yield {
            day: stack.enter_context(staged(folder("day"), registers, as_of=day)) for day in (MONDAY, FRIDAY, SATURDAY)
        }


@contextmanager
def at(stage: Stage, instant: datetime) -> Iterator[None]:
    """The service at another time of its day."""
    desk, before = stage.state.desk, stage.state.desk.services
    desk.services = replace(before, clock=ServiceClock(instant.date(), real=lambda: instant.astimezone(UTC)))
    try:
        yield
    finally:
        desk.services = before


def china(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), CHINA)


def sent(stage: Stage, case: str, instant: datetime, **form: object) -> Mapping[str, object]:
    """What a case comes to at that instant, its registers answering as of that day."""
    asked = application(case, **form)
    facts = {name: {**said, "data_as_of": str(instant.date())} for name, said in BY_ID[case]["facts"].items()}
    stage.play(asked["application_id"], facts)
    with at(stage, instant):
        got = stage.decide(asked)
    assert got.status == 200, got.json
    return got.json


@pytest.mark.parametrize("clock", ["00:00:00", "03:14:15", "12:30:00", "17:00:00", "23:59:59"])
@pytest.mark.parametrize("day", [MONDAY, SATURDAY])
def test_an_instant_matter_is_decided_when_no_officer_works(
    offices_of: Mapping[date, Stage], day: date, clock: str
) -> None:
    told = sent(offices_of[day], "ELD-1", china(day, clock))
    assert told["outcome"] == "APPROVED"
    assert told["next_step"] is None


@pytest.mark.parametrize(
    ("day", "clock", "opens"),
    [
        (MONDAY, "00:00:00", "2026-03-16T09:00+08:00"),
        (MONDAY, "08:00:00", "2026-03-16T09:00+08:00"),
        (MONDAY, "10:20:59", "2026-03-16T10:20+08:00"),
        (MONDAY, "12:00:00", "2026-03-16T13:00+08:00"),
        (MONDAY, "16:59:59", "2026-03-16T16:59+08:00"),
        (MONDAY, "17:00:00", "2026-03-17T09:00+08:00"),
        (FRIDAY, "23:30:00", "2026-03-23T09:00+08:00"),
        (SATURDAY, "10:00:00", "2026-03-23T09:00+08:00"),
    ],
)
def test_what_is_referred_gets_a_receipt_with_the_next_working_hour(
    offices_of: Mapping[date, Stage], day: date, clock: str, opens: str
) -> None:
    stage = offices_of[day]
    told = sent(stage, "ELD-1", china(day, clock), human_review=True)
    step = told["next_step"]
    assert told["outcome"] == "REFERRED"
    assert told["record"]["signature"]
    assert (step["at"], step["on"]) == (opens, opens[:10])
    shown = opens[:16].replace("T", " ")
    assert shown in step["zh"]
    assert shown in step["en"]
    record = stage.state.services.ledger.find(ByDecision(told["decision_id"]))[0]
    assert replay(record, publication(), second) == full_answer(record)


def rules_with(tmp_path: Path, calendar: str) -> Path:
    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    shutil.copytree(RULES / "elderly_allowance", rules / "elderly_allowance")
    (rules / "catalogue" / "calendar.yaml").write_text(calendar, encoding="utf-8")
    return rules


def referred(rules: Path | None, instant: datetime) -> Mapping[str, object]:
    """What an officer's case is told at that instant, under the calendar of `rules`."""
    shelf_ = shelf() if rules is None else read_shelf(rules)
    policy, case = shelf_.versions["elderly_allowance"][0], BY_ID["ELD-1"]
    form = {**case["form"], "human_review": True}
    found: Decided = decide(policy, shelf_.catalogue, engines(policy.matter), form, case["facts"], instant.date())
    occasion = Occasion("d", "a", "mobile", instant.isoformat(timespec="milliseconds"), "HR-1")
    told = answer(found, occasion)
    assert told["outcome"] == "REFERRED"
    return told["next_step"]  # type: ignore[return-value]  # an object on each referral


GOLDEN_WEEK = """office_hours: [08:30-11:30, 13:30-17:30]
years:
  2026:
    working_days: Monday to Friday
    holidays: [2026-10-01, 2026-10-02, 2026-10-05, 2026-10-06, 2026-10-07]
    make_up_days: [2026-09-27, 2026-10-10]
"""


@pytest.mark.parametrize(
    ("day", "clock", "opens"),
    [
        (date(2026, 9, 26), "12:00", "2026-09-27T08:30+08:00"),  # the Sunday before is worked
        (date(2026, 9, 27), "12:00", "2026-09-27T13:30+08:00"),
        (date(2026, 9, 30), "17:30", "2026-10-08T08:30+08:00"),  # over the whole holiday
        (NATIONAL_DAY, "10:00", "2026-10-08T08:30+08:00"),
        (date(2026, 10, 9), "18:00", "2026-10-10T08:30+08:00"),  # the Saturday after is worked
        (date(2026, 12, 31), "08:00", "2026-12-31T08:30+08:00"),
        (date(2026, 12, 31), "17:30", None),  # the next year is not published
        (date(2027, 1, 4), "10:00", None),
        (date(2025, 12, 31), "10:00", None),  # nobody knows whether that day is worked
        (date(2025, 12, 31), "17:30", "2026-01-01T08:30+08:00"),
    ],
)
def test_holidays_and_make_up_days_are_data(tmp_path: Path, day: date, clock: str, opens: str | None) -> None:
    calendar = GOLDEN_WEEK if day.month != 12 or day.year != 2025 else GOLDEN_WEEK.replace("2026-10-01, ", "")
    step = referred(rules_with(tmp_path, calendar), china(day, clock))
    assert step["at"] == opens
    if opens is None:
        assert step["on"] is None
        assert "下一个工作日" in step["zh"]
        assert "next working day" in step["en"]


def test_a_catalogue_without_office_hours_answers_as_it_always_did(tmp_path: Path) -> None:
    """Records made under such a catalogue come out again byte for byte."""
    rules = rules_with(tmp_path, GOLDEN_WEEK.partition("\n")[2])
    assert referred(rules, china(MONDAY, "08:00")) == {
        "on": "2026-03-17",
        "zh": "工作人员将从2026-03-17起处理，您无需重复提交",
        "en": "an officer will continue from 2026-03-17; nothing needs to be sent again",
    }
    assert referred(rules, china(date(2026, 12, 31), "08:00")) == {
        "on": None,
        "zh": "工作人员将在下一个工作日起处理，您无需重复提交",
        "en": "an officer will continue from the next working day; nothing needs to be sent again",
    }


def by_walking(instant: datetime, hours: OfficeHours, calendar: Mapping[int, frozenset[date]]) -> datetime | None:
    """The oracle: minute by minute until an officer works."""
    while True:
        if any(begin <= instant.time() < end for begin, end in hours.spans):
            if instant.year not in calendar:
                return None
            if instant.date() in calendar[instant.year]:
                return instant
        elif instant.year not in calendar and any(instant.time() < end for _, end in hours.spans):
            return None
        instant = (instant + timedelta(minutes=1)).replace(second=0, microsecond=0)


QUARTERS = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))


@st.composite
def offices(draw: st.DrawFn) -> OfficeHours:
    bounds = sorted(draw(st.sets(QUARTERS, min_size=2, max_size=6)))
    return OfficeHours(tuple(zip(bounds[::2], bounds[1::2], strict=False)))


@given(
    offices(),
    st.datetimes(datetime(2026, 12, 20), datetime(2027, 1, 10)),  # noqa: DTZ001 - hypothesis adds the zone
    st.sets(st.integers(0, 40)),
)
@examples(max_examples=size("rq_b5", quick=40, full=3_000), deadline=None)
def test_the_next_hour_is_the_first_that_a_walk_finds(hours: OfficeHours, naive: datetime, worked: set[int]) -> None:
    days = {date(2026, 12, 1) + timedelta(days=number) for number in worked}
    calendar = {2026: frozenset(day for day in days if day.year == 2026)}
    instant = naive.replace(tzinfo=CHINA)
    assert hours.open_from(instant, calendar) == by_walking(instant, hours, calendar)


def test_the_shipped_calendar_says_that_it_is_illustrative() -> None:
    text = (RULES / "catalogue" / "calendar.yaml").read_text(encoding="utf-8")
    assert "illustrative: yes" in text
    assert shelf().catalogue.office_hours == OfficeHours(((MORNING, time(12)), (NOON, time(17))))
    assert policy_of("elderly_allowance").illustrative
