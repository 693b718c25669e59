"""A log line has the fields that are listed, and no other one can get in."""

import io
import json

from decision_service.telemetry import COUNTED_TOGETHER, FIELDS, Line, Telemetry
from verifiers.evidence import Evidence


def test_a_field_that_is_not_listed_is_dropped_whoever_puts_it_there() -> None:
    out = io.StringIO()
    Telemetry(out).note("reloaded", {"matter": "elderly_allowance", "id_no": "210100193505208826", "form": {"a": 1}})
    line = json.loads(out.getvalue())
    assert line["matter"] == "elderly_allowance"
    assert set(line) <= FIELDS
    assert "210100193505208826" not in out.getvalue()


def test_of_a_fault_only_the_type_is_told() -> None:
    out = io.StringIO()
    Telemetry(out).fault("decide", ValueError("赵示甲一"))
    assert json.loads(out.getvalue())["error"] == "ValueError"
    assert "赵示甲一" not in out.getvalue()


def test_what_the_guard_does_is_counted_and_the_state_of_a_breaker_is_the_last_one() -> None:
    telemetry = Telemetry(io.StringIO())
    for event in ("closed", "shared", "hedge_sent", "shared", "open"):
        telemetry.guarded("deaths", event)
    told = telemetry.exposition().decode()
    assert 'miaopi_breaker_state{register="deaths"} 2.0' in told
    assert 'miaopi_guard_total{event="shared",register="deaths"} 2.0' in told
    assert 'miaopi_guard_total{event="hedge_sent",register="deaths"} 1.0' in told
    assert "closed" not in told.replace("0 closed", "")


def test_decisions_are_told_one_by_one_and_counted_whenever_somebody_reads_the_metrics() -> None:
    out = io.StringIO()
    telemetry = Telemetry(out)
    asked = (Evidence("deaths", "ok", elapsed_ms=30), Evidence("benefits", "error", fault="json", elapsed_ms=3))
    shown = (Evidence("population", "ok", origin="credential"), Evidence("benefits", "ok", credential="expired"))
    for number in range(COUNTED_TOGETHER + 2):
        outcome, reasons = ("REFERRED", ("R01", "R02")) if number == 0 else ("APPROVED", ())
        evidence, course = (asked, "instant") if number else (shown, "referred")
        one = Line(
            f"D{number}", "elderly_allowance", "pc", "p1", outcome, reasons, True, 40, evidence, course, number == 1
        )
        telemetry.decided(one)
    told = telemetry.exposition().decode()
    total = COUNTED_TOGETHER + 2
    assert 'miaopi_decisions_total{matter="elderly_allowance",outcome="REFERRED"} 1.0' in told
    assert f'miaopi_decisions_total{{matter="elderly_allowance",outcome="APPROVED"}} {total - 1}.0' in told
    assert 'miaopi_reasons_total{code="R02",matter="elderly_allowance"} 1.0' in told
    assert f'miaopi_register_calls_total{{register="benefits",status="error"}} {total - 1}.0' in told
    assert f'miaopi_register_seconds_count{{register="benefits"}} {total}.0' in told
    assert 'miaopi_credentials_total{register="population",word="taken"} 1.0' in told
    assert 'miaopi_credentials_total{register="benefits",word="expired"} 1.0' in told
    assert f'miaopi_decision_seconds_count{{course="instant",matter="elderly_allowance"}} {total - 1}.0' in told
    assert 'miaopi_decision_seconds_count{course="referred",matter="elderly_allowance"} 1.0' in told
    assert f'miaopi_share{{course="referred",matter="elderly_allowance"}} {1 / total}' in told
    assert 'miaopi_share{course="redecided",matter="elderly_allowance"} 0.0' in told
    assert 'miaopi_slow_decisions_total{matter="elderly_allowance"} 1.0' in told
    assert telemetry.exposition().decode() == told
    first = json.loads(out.getvalue().splitlines()[0])
    assert first["decision_id"] == "D0"
    assert first["reasons"] == ["R01", "R02"]
    assert first["registers"] == {"population": "ok", "benefits": "ok"}
    assert first["timestamp"].endswith("Z")
    assert set(first) <= FIELDS
