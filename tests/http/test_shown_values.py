"""What holds a personal value does not show it: an exception's trace, a debugger or a careless log prints `repr`."""

import gc
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http.staging import BY_ID, Reference, application, publication, staged
from tests.survival.canaries import MARKED, mark, person
from verifiers.transport import Transport

OURS = ("decision_service.", "verifiers.")


def shown_by(one: object) -> bytes:
    """Its representation; nothing of one that is only being made."""
    try:
        return repr(one).encode("utf-8", "surrogatepass")
    except (AttributeError, TypeError):
        return b""


def showing() -> set[str]:
    """The types of ours, of all objects that live now, whose representation holds a mark."""
    found = set()
    for one in gc.get_objects():
        kind = type(one)
        if str(kind.__module__).startswith(OURS) and MARKED.search(shown_by(one)):
            found.add(f"{kind.__module__}.{kind.__qualname__}")
    return found


@pytest.fixture
def seen(registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """What shows a mark while a register is asked, while the second engine judges, while the record is made."""
    found: dict[str, set[str]] = {}

    def looking(where: str, then: Callable) -> Callable:
        async def looked(*given: object, **named: object) -> object:
            found.setdefault(where, set()).update(showing())
            return await then(*given, **named)

        return looked

    monkeypatch.setattr(Transport, "post", looking("asking", Transport.post))
    second = Reference(publication())
    gc.collect()
    gc.freeze()  # what was there before is not looked at: the worker of the tests may hold a million objects
    second_judge = type("Looking", (), {"ready": True, "judge": staticmethod(looking("judging", second.judge))})()
    with staged(tmp_path, registers, second=second_judge) as stage:
        ledger = stage.state.services.ledger
        monkeypatch.setattr(ledger, "append", looking("recording", ledger.append))
        mandate = {"number": mark(2), "given_on": "2026-01-01", "ends_on": "2026-12-31", "scope": ["elderly_allowance"]}
        agent = {"name": mark(3), "id_type": "111", "id_no": person(3), "mandate": mandate}
        sent = application("ELD-1", applicant_name=mark(1), id_no=person(1))
        stage.play(sent["application_id"], BY_ID["ELD-1"]["facts"])
        shown = [{"register": "population", "token": f"{mark(4)}.{mark(4)}.{mark(4)}"}]
        got = stage.decide({**sent, "agent": agent, "credentials": shown})
        assert got.status == 200, stage.log.getvalue()
    gc.unfreeze()
    return found


def test_what_carries_personal_values_shows_none(seen: dict[str, set[str]]) -> None:
    assert seen.keys() == {"asking", "judging", "recording"}
    assert seen == {where: set() for where in seen}
