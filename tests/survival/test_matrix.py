"""P9: every fault at every register of every matter, through the real service: nothing is ever granted by a fault.

Quick: each fault at each register once, its variants and the register's matters in turn. Full: all of them.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import verifiers.envelope
import verifiers.exchange
from decision_service.drill.cells import Cell, Wanted
from decision_service.drill.report import Report
from decision_service.drill.run import Orders, Watching, drill
from tests.http.staging import ROOT, RULES, publication
from tests.shipped import shelf
from tests.sizes import size
from verifiers.sandbox.faults.table import FAULTS

WHOLE = size("matrix", quick=0, full=1)


PLACES = {fault.name: at for at, fault in enumerate(FAULTS)}


def in_turn(cell: Cell) -> bool:
    """One cell for each fault and register: of its matters and variants, those whose turn it is."""
    matters = [one for one, versions in publication().versions.items() if cell.register in versions[-1].policy.asks]
    turn = PLACES[cell.fault.name] + sum(map(ord, cell.register))
    matter = sorted(matters)[turn % len(matters)]
    variants = cell.fault.variants
    return (cell.ground.policy.matter, cell.variant) == (matter, variants[turn % len(variants)])


def played(
    wanted: Wanted, *, log: Path | None = None, shared_guard: bool = False, keep: Callable[[Cell], bool] | None = None
) -> Report:
    orders = Orders(RULES, shelf(), ROOT / "fixtures" / "cases", wanted, log, shared_guard)
    return drill(orders if keep is None else replace(orders, keep=keep), Watching())


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("matrix") / "wire.jsonl"


@pytest.fixture(scope="module")
def report(file: Path) -> Report:
    return played(Wanted(), log=file, keep=None if WHOLE else in_turn)


def test_nothing_is_granted_by_a_fault_and_every_cause_is_named(report: Report) -> None:
    failed = [(one.cell.fault.name, one.cell.variant.name, one.cell.register, one.troubles) for one in report.failed]
    assert failed == []
    assert report.missing == []


def test_every_fault_met_every_register(report: Report) -> None:
    registers = {name for versions in publication().versions.values() for name in versions[-1].policy.asks}
    met = {(one.cell.fault.name, one.cell.register) for one in report.tried}
    assert met == {(fault.name, register) for fault in FAULTS for register in registers}
    if WHOLE:
        pairs = {
            (fault.name, variant.name, matter, register)
            for fault in FAULTS
            for variant in fault.variants
            for matter, versions in publication().versions.items()
            for register in versions[-1].policy.asks
        }
        cells = [one.cell for one in report.tried]
        assert pairs == {(c.fault.name, c.variant.name, c.ground.policy.matter, c.register) for c in cells}


def test_the_proxy_wrote_down_each_fault(report: Report, file: Path) -> None:
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    on_the_wire = {line["fault"] for line in lines}
    below = {fault.name for fault in FAULTS if fault.layer != "answer"}
    assert below <= on_the_wire
    tried = [one for one in report.tried if one.cell.fault.layer == "answer"]
    digests = {line["digest"] for line in lines}
    for one in tried:
        spoilt = {note["digest"] for note in one.played if note["fault"] == one.cell.fault.name}
        assert spoilt
        assert spoilt <= digests


def test_with_one_guard_for_all_nothing_is_granted_by_a_fault_either() -> None:
    """Breakers open and answers are shared: many faults never reach the wire, and still none grants anything."""
    wanted = Wanted(frozenset({"elderly_allowance"}), frozenset({"deaths"}))
    report = played(wanted, shared_guard=True)
    assert report.passed
    assert len(report.tried) == sum(len(fault.variants) for fault in FAULTS)
    masked = [one for one in report.tried if "unseen" in one.troubles]
    assert masked, "no breaker opened: the run shows nothing beyond the one with a guard for each application"


def believing(*_: object) -> None:
    """A check that finds nothing wrong."""


@pytest.mark.parametrize(
    ("module", "check", "fault"),
    [
        (verifiers.exchange, "check_answer", "unsigned:wrong_key"),
        (verifiers.envelope, "_binding_fault", "replayed:sealed_anew"),
        (verifiers.envelope, "_binding_fault", "another_subject"),
        (verifiers.envelope, "_binding_fault", "another_purpose"),
    ],
)
def test_the_drill_fails_for_a_client_that_checks_too_little(
    monkeypatch: pytest.MonkeyPatch, module: object, check: str, fault: str
) -> None:
    monkeypatch.setattr(module, check, believing)
    wanted = Wanted(frozenset({"senior_card"}), frozenset({"deaths", "population"}), frozenset({fault}))
    report = played(wanted)
    assert len(report.failed) == 2
    assert all({"approved", "evidence"} <= set(one.troubles) for one in report.failed)
    assert report.counts["approved"] == 2
