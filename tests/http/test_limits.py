"""Limits over real HTTP: 429 says when to come back, trying again is never punished, and each caller has his own."""

from pathlib import Path

import pytest

from tests.http.members import Guarded, Members, guarded
from tests.http.staging import Got, application

LEAN = "per_second = 1000\nat_once = 1000\nper_person_a_day = 3\n"


def is_limited(got: Got, what: str) -> bool:
    if got.status != 429:
        return False
    assert got.json["type"] == "urn:miaopi:problem:too_many_requests"
    assert int(got.headers["retry-after"]) >= 1
    assert got.headers["ratelimit"] == f'"{what}";r=0;t={got.headers["retry-after"]}'
    assert got.headers["ratelimit-policy"].startswith(f'"{what}";q=')
    return True


def metric(service: Guarded, why: str) -> float:
    telemetry = service.stage.state.services.telemetry
    return telemetry.registry.get_sample_value("miaopi_turned_away_total", {"why": why}) or 0.0


def test_who_asks_more_than_his_rate_waits_and_others_do_not(registers: str, tmp_path: Path) -> None:
    members = Members().caller("slow", more="per_second = 0.001\nat_once = 4\nper_person_a_day = 9").caller("other")
    members.key("caller", "second key", "other", ("read",)).caller("bulk", more="per_second = 0.001\nat_once = 4")
    with guarded(tmp_path, registers, members) as service:
        answers = [service.send("slow", "GET", "/v1/matters") for _ in range(6)]
        assert [one.status for one in answers] == [200] * 4 + [429] * 2
        assert all(is_limited(one, "caller") for one in answers[4:])
        assert service.send("other", "GET", "/v1/matters").status == 200
        assert metric(service, "caller_limit") == 2
        assert service.send(None, "GET", "/livez").status == 200
        items = [{"idempotency_key": f"i{n}", "application": application("ELD-1")} for n in range(9)]
        got = service.send("bulk", "POST", "/v1/decisions:batch", {"items": items})
        assert [one["status"] for one in got.json["items"]] == [200] * 9
        assert is_limited(service.send("bulk", "GET", "/v1/matters"), "caller")


@pytest.mark.parametrize("way", ["decide", "precheck", "prefill", "batch"])
def test_the_same_person_is_asked_about_so_often_a_day_and_no_more(registers: str, tmp_path: Path, way: str) -> None:
    members = Members().caller("curious", more=LEAN).caller("honest", more=LEAN)
    with guarded(tmp_path, registers, members) as service:

        def ask(who: str, number: int, **form: object) -> int:
            sent = application("ELD-1", **form)
            if way == "decide":
                got = service.decide(who, sent, f"k{number}")
            elif way == "batch":
                item = {"idempotency_key": f"k{number}", "application": sent}
                (one,) = service.send(who, "POST", "/v1/decisions:batch", {"items": [item]}).json["items"]
                return int(one["status"])
            else:
                body = {"form": sent["form"]}
                if way == "prefill":
                    body["application_id"] = sent["application_id"]
                got = service.send(who, "POST", f"/v1/matters/elderly_allowance/{way}", body)
            assert got.status == 200 or is_limited(got, "subject")
            return got.status

        # A form that is changed a little each time is still about the same person.
        assert [ask("curious", n, pay_to=f"try {n}") for n in range(5)] == [200] * 3 + [429] * 2
        assert ask("curious", 9, id_no="210102195803154217") == 200
        assert ask("honest", 10) == 200
        assert metric(service, "subject_limit") == 2
        text = service.stage.state.services.telemetry.exposition() + service.stage.log.getvalue().encode()
        assert b"210100193505208826" not in text


def test_the_limit_holds_over_all_ways_together(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, Members().caller("curious", more=LEAN)) as service:
        form = application("ELD-1")["form"]
        assert service.decide("curious", application("ELD-1"), "k").status == 200
        for way in ("precheck", "prefill"):
            body = {"form": form, **({"application_id": "SY1"} if way == "prefill" else {})}
            assert service.send("curious", "POST", f"/v1/matters/elderly_allowance/{way}", body).status == 200
        assert is_limited(service.decide("curious", application("ELD-1"), "k2"), "subject")


def test_trying_again_with_the_same_key_is_always_answered(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, Members().caller("patient", more=LEAN)) as service:
        sent = application("ELD-1")
        first = service.decide("patient", sent, "k")
        for _ in range(10):
            assert service.decide("patient", sent, "k").body == first.body
        assert [service.decide("patient", application("ELD-1"), f"n{n}").status for n in range(3)] == [200, 200, 429]
        assert service.decide("patient", sent, "k").body == first.body
        assert service.decide("patient", application("ELD-1"), "k").json["type"].endswith("key_reused")
