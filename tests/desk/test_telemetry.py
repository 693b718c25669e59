"""A log line has the fields that are listed, and no other one can get in."""

import io
import json

from decision_service.telemetry import FIELDS, Telemetry


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
