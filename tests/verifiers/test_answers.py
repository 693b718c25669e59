"""One judgement for every answer: fields, absence, age."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.answers import read_answer
from verifiers.evidence import Evidence
from verifiers.freshness import Moment, live_moment
from verifiers.kinds import Kind
from verifiers.registers import Register

DAY = date(2026, 3, 16)
OFFLINE = Moment(DAY)
NOON = datetime(2026, 3, 16, 12, tzinfo=timezone(timedelta(hours=8)))
LIVE = live_moment(NOON)
PERSON = ("name", "id_no")

REGISTER = Register(
    "sample",
    "示例",
    "Sample",
    asked_with=("code",),
    alternatives=(("person",),),
    answers={"hit": Kind("boolean"), "since": Kind("date", nullable=True), "status_code": Kind("text")},
    nullable_when_asked_with={"person": ("status_code",)},
    timeout_ms=1000,
    max_age_hours=24,
)
FILED = Register("rental", "租赁", "Rental", ("id_no",), {"rent": Kind("money")}, 1000, 24, no_record={"filed": False})


def answer(**changes: object) -> dict[str, object]:
    return {
        "status": "ok",
        "data_as_of": "2026-03-16",
        "hit": False,
        "since": None,
        "status_code": "normal",
    } | changes


def judged(raw: object, moment: Moment = OFFLINE, asked_with: tuple[str, ...] = ("code",)) -> Evidence:
    return read_answer(REGISTER, asked_with, raw, moment)


def test_an_ok_answer_gives_its_typed_facts_and_no_others() -> None:
    evidence = judged(answer(since="2020-01-31", hukou="210100"))
    assert evidence.status == "ok"
    assert evidence.facts == {"hit": False, "since": date(2020, 1, 31), "status_code": "normal"}
    assert evidence.data_as_of == "2026-03-16"


@pytest.mark.parametrize("field", ["hit", "since", "status_code"])
def test_a_field_left_out_makes_the_answer_faulty(field: str) -> None:
    raw = answer()
    del raw[field]
    evidence = judged(raw)
    assert (evidence.status, evidence.fault, evidence.facts) == ("error", "field_missing", {})


@pytest.mark.parametrize(
    ("field", "value"), [("hit", 0), ("hit", "false"), ("hit", None), ("since", "2026-02-30"), ("status_code", 1)]
)
def test_a_value_of_the_wrong_kind_makes_the_answer_faulty(field: str, value: object) -> None:
    evidence = judged(answer(**{field: value}))
    assert (evidence.status, evidence.fault, evidence.facts) == ("error", "field_wrong", {})


def test_a_field_may_be_null_only_where_the_question_allows_it() -> None:
    assert judged(answer(status_code=None)).status == "error"
    assert judged(answer(status_code=None), asked_with=("person",)).facts["status_code"] is None


def test_no_record_states_what_the_catalogue_says_and_nothing_else() -> None:
    assert judged({"status": "no_record", "hit": True}) == Evidence("sample", "no_record")
    filed = read_answer(FILED, ("id_no",), {"status": "no_record", "data_as_of": "2999-01-01"}, OFFLINE)
    assert filed == Evidence("rental", "no_record", facts={"filed": False})


@pytest.mark.parametrize(
    ("status", "expected", "fault"),
    [
        ("timeout", "timeout", None),
        ("error", "error", "reported"),
        ("stale", "error", "status"),
        ("OK", "error", "status"),
        (None, "error", "status"),
        (True, "error", "status"),
        (["ok"], "error", "status"),
    ],
)
def test_any_other_status_brings_no_facts(status: object, expected: str, fault: str | None) -> None:
    evidence = judged(answer(status=status))
    assert (evidence.status, evidence.fault, evidence.facts) == (expected, fault, {})


@pytest.mark.parametrize(
    ("written", "moment", "expected"),
    [
        ("2026-03-15", OFFLINE, "ok"),  # one day is 24 hours, which is not older than 24
        ("2026-03-14", OFFLINE, "stale"),
        ("2026-03-17", OFFLINE, "error"),
        ("2026-03-15", LIVE, "ok"),
        ("2026-03-14", LIVE, "stale"),
        ("2026-03-17", LIVE, "error"),
        ("2026-03-15T12:00:00+08:00", LIVE, "ok"),
        ("2026-03-15T11:59:59.999+08:00", LIVE, "stale"),
        ("2026-03-16T04:00:00Z", LIVE, "ok"),
        ("2026-03-16T12:00:01+08:00", LIVE, "error"),
        ("2026-03-14T16:00:00Z", OFFLINE, "ok"),  # 15 March in China
        ("2026-03-14T15:59:59Z", OFFLINE, "stale"),
        ("2026-03-16T23:59:59+08:00", OFFLINE, "ok"),  # offline only its day counts
        ("2026-03-16T16:00:00Z", OFFLINE, "error"),
        ("2026-03-16T12:00:00", LIVE, "error"),
        ("2026-03-16 12:00:00+08:00", LIVE, "error"),
        ("20260316", OFFLINE, "error"),
        ("２０２６-03-16", OFFLINE, "error"),
        ("2026-02-30", OFFLINE, "error"),
        ("0001-01-01T00:00:00+23:59", OFFLINE, "error"),
        ("9999-12-31T23:59:59-23:59", LIVE, "error"),
        ("2026-03-16T12:00:00+99:00", LIVE, "error"),
        ("", OFFLINE, "error"),
        (None, OFFLINE, "error"),
        (1773590400, LIVE, "error"),
    ],
)
def test_age(written: object, moment: Moment, expected: str) -> None:
    evidence = judged(answer(data_as_of=written), moment)
    assert evidence.status == expected
    assert bool(evidence.facts) is (expected == "ok")
    assert evidence.data_as_of == (None if expected == "error" else written)


def test_one_day_old_is_stale_for_a_register_of_the_hour() -> None:
    hourly = Register("liveness", "实人", "Liveness", ("token",), {"passed": Kind("boolean")}, 1000, 1)
    raw = {"status": "ok", "data_as_of": "2026-03-15", "passed": True}
    assert read_answer(hourly, ("token",), raw, OFFLINE).status == "stale"
    assert read_answer(hourly, ("token",), raw | {"data_as_of": "2026-03-16"}, OFFLINE).status == "ok"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
KINDS = {
    "flag": Kind("boolean"),
    "count": Kind("whole"),
    "share": Kind("decimal", nullable=True),
    "rent": Kind("money"),
    "on": Kind("date"),
    "of": Kind("month"),
    "at": Kind("region"),
    "who": Kind("citizen_id"),
    "word": Kind("text", values=("a", "b")),
    "many": Kind("list", item=Kind("record", fields=(("x", Kind("text")), ("y", Kind("whole", optional=True))))),
}
WIDE = Register("wide", "宽", "Wide", ("id_no",), KINDS, 1000, 24)


@given(json_values, st.sampled_from([OFFLINE, LIVE]))
def test_any_json_at_all_gives_evidence(raw: object, moment: Moment) -> None:
    evidence = read_answer(WIDE, PERSON, raw, moment)
    assert evidence.status in {"no_record", "timeout", "error"}
    assert evidence.facts == {}


@given(
    st.fixed_dictionaries(
        {"status": st.sampled_from(["ok", "no_record", "timeout", "error", "late"]) | json_values},
        optional={
            "data_as_of": st.dates(date(2026, 3, 10), date(2026, 3, 20)).map(str)
            | st.datetimes().map(lambda when: when.isoformat() + "Z")
            | json_values,
            **dict.fromkeys(KINDS, json_values | st.sampled_from([True, 3, "1.50", "2026-03-16", "a", []])),
        },
    ),
    st.sampled_from([OFFLINE, LIVE]),
)
def test_facts_are_there_only_if_all_are_and_the_answer_is_fresh(raw: dict[str, object], moment: Moment) -> None:
    evidence = read_answer(WIDE, PERSON, raw, moment)
    assert (evidence.fault is not None) is (evidence.status == "error")
    assert set(evidence.facts) == (set(KINDS) if evidence.status == "ok" else set())
    if evidence.status in ("ok", "stale"):
        assert raw["status"] == "ok"
        assert set(KINDS) <= set(raw)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 1000))
def test_a_day_is_as_many_times_24_hours_old_as_days_lie_between(written: date, hours: int) -> None:
    register = Register("aged", "龄", "Aged", (), {}, 1000, hours)
    evidence = read_answer(register, (), {"status": "ok", "data_as_of": str(written)}, OFFLINE)
    days = DAY.toordinal() - written.toordinal()
    assert evidence.status == ("error" if days < 0 else "stale" if days * 24 > hours else "ok")


@given(st.integers(-100_000, 200_000))
def test_an_instant_is_as_old_as_the_seconds_that_lie_between(seconds: int) -> None:
    written = (NOON - timedelta(seconds=seconds)).astimezone(UTC).isoformat()
    expected = "error" if seconds < 0 else "stale" if seconds > 24 * 3600 else "ok"
    assert judged(answer(data_as_of=written), LIVE).status == expected
