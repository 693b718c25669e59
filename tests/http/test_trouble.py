"""Whatever fails, nobody is approved by it: late registers, engines gone or at odds, disks, faults of our own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from decision_service.ledger.entry import Entry
from decision_service.ledger.errors import LedgerBusyError, LedgerFaultError
from decision_service.outcome import Outcome
from decision_service.policy.shape import Budget, Policy
from decision_service.publishing import Publication, Published
from decision_service.readings.rete.process import EngineUnavailable
from decision_service.verdict import Verdict
from tests.http.staging import Got, Reference, application, changed, publication, staged

LONG_MS = 30_000


def hurried(policy: Policy) -> Policy:
    """Its deadline ends all waiting: each register alone would be waited for much longer."""
    asks = {name: replace(ask, register=replace(ask.register, timeout_ms=LONG_MS)) for name, ask in policy.asks.items()}
    return replace(policy, asks=asks, budget=Budget(100, 200, 1000))


def test_a_register_that_hangs_refers_in_time(registers: str, tmp_path: Path) -> None:
    short = changed("elderly_allowance", hurried)
    with staged(tmp_path, registers, short) as stage:
        sent = application("ELD-1")
        stage.play(sent["application_id"], {"population": {"status": "timeout"}})
        got = stage.decide(sent)
        assert (got.json["outcome"], set(got.codes)) == ("REFERRED", {"R01_VERIFIER_UNAVAILABLE"})
        statuses = {one["register"]: one["status"] for one in got.json["verifications"]}
        assert statuses == {"population": "timeout", "credit": "ok"}
        assert got.json["elapsed_ms"] < LONG_MS


def test_each_register_that_hangs_or_fails_is_never_an_approval_unless_it_cannot_matter(
    registers: str, tmp_path: Path
) -> None:
    short = changed("elderly_allowance", hurried)
    with staged(tmp_path, registers, short) as stage:
        for name in ("population", "deaths", "benefits", "social_security_card", "credit"):
            for status in ("timeout", "error", "no_record"):
                sent = application("ELD-1")
                stage.play(sent["application_id"], {name: {"status": status}})
                outcome = stage.decide(sent).json["outcome"]
                assert outcome == ("APPROVED" if name == "credit" else "REFERRED"), (name, status)


def unavailable(_: Verdict) -> Verdict:
    raise EngineUnavailable("gone")


def otherwise(verdict: Verdict) -> Verdict:
    return replace(verdict, outcome=Outcome.REJECTED)


def other_amount(verdict: Verdict) -> Verdict:
    return replace(verdict, result={**verdict.result, "band": "100+"})


def one_note_more(verdict: Verdict) -> Verdict:
    return replace(verdict, notes=("I01_CREDIT_RECORDED_NO_EFFECT",))


def one_finding_less(verdict: Verdict) -> Verdict:
    return replace(verdict, findings=verdict.findings[:-1])


@pytest.mark.parametrize("spoil", [unavailable, otherwise, other_amount, one_note_more, one_finding_less])
def test_without_the_agreement_of_both_engines_an_officer_decides(
    registers: str, tmp_path: Path, spoil: Callable[[Verdict], Verdict]
) -> None:
    with staged(tmp_path, registers, second=Reference(publication(), spoil=spoil)) as stage:
        got = stage.decide(application("ELD-1"))
        assert (got.json["outcome"], got.codes) == ("REFERRED", ["R15_ENGINES_DIFFER"])
        assert got.json["engines"] == {"agree": False}
        assert got.json["result"] == {}
        why = "unavailable" if spoil is unavailable else "different"
        line = f'miaopi_engines_differ_total{{matter="elderly_allowance",why="{why}"}} 1.0'
        assert line in stage.send("GET", "/metrics").body.decode()
        assert '"engines_differ"' in stage.log.getvalue()


def test_what_the_log_says_of_a_difference_holds_rules_and_states_only(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers, second=Reference(publication(), spoil=other_amount)) as stage:
        sent = application("ELD-1")
        stage.decide(sent)
        told = stage.log.getvalue()
        for value in (sent["form"]["id_no"], sent["form"]["applicant_name"], sent["application_id"]):
            assert value not in told


def test_a_suspended_matter_goes_to_an_officer_and_only_credit_is_asked(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers) as stage:
        stage.state.services.in_force.suspend("elderly_allowance")
        sent = application("ELD-1")
        got = stage.decide(sent)
        assert (got.json["outcome"], got.codes) == ("REFERRED", ["R16_SUSPENDED"])
        assert stage.asked(sent["application_id"]) == ["credit"]
        stage.state.services.in_force.resume("elderly_allowance")
        assert stage.decide(application("ELD-1")).json["outcome"] == "APPROVED"


def broken_first() -> Publication:
    def judge(_: object) -> Verdict:
        raise ZeroDivisionError("a text with 210100193505208826 in it")

    found = publication()
    versions = {name: tuple(Published(one.policy, judge) for one in found.versions[name]) for name in found.versions}
    return replace(found, versions=versions)


def test_a_fault_of_the_first_engine_refers_with_a_record_and_without_a_value_in_the_log(
    registers: str, tmp_path: Path
) -> None:
    with staged(tmp_path, registers, broken_first()) as stage:
        got = stage.decide(application("ELD-1"))
        assert (got.status, got.json["outcome"], got.codes) == (200, "REFERRED", ["R15_ENGINES_DIFFER"])
        assert stage.records() == 1
        assert stage.send("GET", f"/v1/decisions/{got.json['decision_id']}/receipt").status == 200
        assert "ZeroDivisionError" in stage.log.getvalue()
        assert "210100193505208826" not in stage.log.getvalue()


def test_words_that_fail_refer_too(registers: str, tmp_path: Path) -> None:
    missing = {code: text for code, text in publication().catalogue.reasons.items() if code != "J01_UNDER_AGE"}
    speechless = replace(publication(), catalogue=replace(publication().catalogue, reasons=missing))
    with staged(tmp_path, registers, speechless) as stage:
        got = stage.decide(application("ELD-3"))
        assert (got.status, got.json["outcome"], got.codes) == (200, "REFERRED", ["R15_ENGINES_DIFFER"])


def test_without_any_words_there_is_no_decision(registers: str, tmp_path: Path) -> None:
    speechless = replace(publication(), catalogue=replace(publication().catalogue, outcomes={}))
    with staged(tmp_path, registers, speechless) as stage:
        got = stage.decide(application("ELD-1"))
        assert (got.status, got.json["type"]) == (503, "urn:miaopi:problem:not_recorded")
        assert stage.records() == 0


@pytest.mark.parametrize("error", [LedgerFaultError("the disk"), LedgerBusyError("full")])
def test_a_record_that_fails_is_no_decision_and_the_same_key_may_try_again(
    registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def failing(_: Entry) -> None:
        raise error

    with staged(tmp_path, registers) as stage:
        sent = application("ELD-1")
        with monkeypatch.context() as patch:
            patch.setattr(stage.state.services.ledger, "append", failing)
            got = stage.decide(sent, "once more")
            assert got.status == 503
            assert got.headers["retry-after"] == "1"
            busy = isinstance(error, LedgerBusyError)
            assert got.json["type"] == f"urn:miaopi:problem:{'busy' if busy else 'not_recorded'}"
            assert stage.send("GET", "/readyz").status == 503
        again: Got = stage.decide(sent, "once more")
        assert (again.status, again.json["outcome"]) == (200, "APPROVED")


def test_beyond_the_limit_requests_are_turned_away_and_probes_are_not(registers: str, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with staged(tmp_path, registers, most_in_flight=1) as stage:
        hung = application("ELD-1")
        stage.play(hung["application_id"], {"population": {"status": "timeout"}})
        with ThreadPoolExecutor(9) as pool:
            slow = pool.submit(stage.decide, hung)
            while "population" not in stage.asked(hung["application_id"]):
                pass
            others = list(pool.map(lambda _: stage.decide(application("ELD-1")), range(4)))
            assert {one.status for one in others} == {503}
            assert {one.headers["retry-after"] for one in others} <= {"1", "2"}
            assert stage.send("GET", "/livez").status == 200
            assert b'miaopi_shed_total{why="limit"} 4.0' in stage.send("GET", "/metrics").body
            assert slow.result().json["outcome"] == "REFERRED"
        assert stage.decide(application("ELD-1")).status == 200


def test_what_escapes_everything_is_a_problem_without_a_value(
    registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("a text with 210100193505208826 in it")

    with staged(tmp_path, registers) as stage:
        monkeypatch.setattr("decision_service.http.matters.precheck", failing)
        got = stage.send("POST", "/v1/matters/elderly_allowance/precheck", {"form": application("ELD-1")["form"]})
        assert (got.status, got.json["type"]) == (500, "urn:miaopi:problem:internal")
        assert got.headers["content-type"] == "application/problem+json"
        assert "RuntimeError" in stage.log.getvalue()
        assert "210100193505208826" not in got.body.decode() + stage.log.getvalue()
        assert stage.send("GET", "/livez").status == 200
