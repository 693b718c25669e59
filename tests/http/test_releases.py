"""Releases of rules over HTTP (P12, P13, P23, safeguard 9): two people, the very digests, all at once or nothing."""

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from decision_service import gate
from decision_service.control.records import RELEASE_APPROVED, RELEASE_PROPOSED
from decision_service.ledger.store import ByKind
from tests.http.members import Guarded, guarded
from tests.http.releasing import FILE, PATH, approve, certificates, members, next_version, propose, publication, rules
from tests.http.staging import IN_PROCESS, application
from tests.sizes import size
from tests.wrong_files.make_wrong import HERE, Change, make_folder, read_change

__all__ = ["certificates", "rules"]


@contextmanager
def releasing(
    registers: str, folder: Path, rules: Path, certificates: Path, second: object = None
) -> Iterator[Guarded]:
    more = {"rules": publication(rules), "second": second, "gate_cases": 5, "certificates": certificates}
    with guarded(folder, registers, members(), **more, rules_folder=rules) as found:
        yield found


@pytest.fixture
def service(registers: str, tmp_path: Path, rules: Path, certificates: Path) -> Iterator[Guarded]:
    """With the reference in the second engine's place, which knows no version but those of the start."""
    with releasing(registers, tmp_path, rules, certificates) as found:
        yield found


@pytest.fixture
def whole(registers: str, tmp_path: Path, rules: Path, certificates: Path) -> Iterator[Guarded]:
    """With the second engine in its process, as operators run it."""
    with releasing(registers, tmp_path, rules, certificates, IN_PROCESS) as found:
        yield found


def until(holds: Callable[[], bool]) -> None:
    for _ in range(2400):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("not within two minutes")


def version(service: Guarded) -> tuple[str, str]:
    """Of the allowance, as it decides now."""
    sent = application("ELD-1")
    got = service.decide("hall", sent, sent["application_id"]).json
    return got["policy"]["version"], got["outcome"]


def test_two_people_put_a_version_in_force(whole: Guarded, rules: Path) -> None:
    assert version(whole) == ("2026-01-01", "APPROVED")
    assert propose(whole).json["type"].endswith("nothing_to_release")
    next_version(rules, "2026-03-01")
    next_version(rules, "2026-12-01")
    proposed = propose(whole)
    assert proposed.status == 201, proposed.body
    release = proposed.json
    assert [(one["change"], one["version"]) for one in release["versions"]] == [
        ("new", "2026-03-01"),
        ("new", "2026-12-01"),
    ]
    for one in release["versions"]:
        assert one["assessment"] == {"id": f"DEMO-PIA-{one['version']}", "on": "2025-12-01"}
        assert len(set(one["reviewers"])) == 2
        assert one["digest"] in release["digests"]
    assert len(release["digests"]) == 4
    assert version(whole) == ("2026-01-01", "APPROVED")
    approved = approve(whole, release)
    assert approved.status == 200, approved.body
    assert (approved.json["state"], approved.json["by"], approved.json["approved_by"]) == (
        "approved",
        "author",
        "chief",
    )
    # The day is 16 March: of the later one, nothing decides before its day.
    assert version(whole) == ("2026-03-01", "APPROVED")
    assert approve(whole, release).json["type"].endswith("release_settled")
    assert whole.send("operator", "GET", PATH).json["releases"] == [approved.json]
    ledger = whole.stage.state.services.ledger
    (first,), (second,) = ledger.find(ByKind(RELEASE_PROPOSED)), ledger.find(ByKind(RELEASE_APPROVED))
    assert (first.entry.caller, second.entry.caller) == ("author", "chief")
    assert sorted(one["digest"] for one in json.loads(second.entry.answer)["whole"]) == release["digests"]


def test_nobody_approves_his_own_proposal_whatever_roles_and_keys_he_has(service: Guarded, rules: Path) -> None:
    next_version(rules, "2026-03-01")
    assert propose(service, "chief").status == 403
    release = propose(service, "both").json
    for who, status, code in (
        ("both", 409, "second_person_needed"),
        ("both again", 409, "second_person_needed"),
        ("author", 403, "not_allowed"),
        ("operator", 403, "not_allowed"),
        ("hall", 403, "not_allowed"),
        (None, 401, "not_authenticated"),
    ):
        got = service.send(who, "POST", f"{PATH}/{release['release']}/approve", {"digests": release["digests"]})
        assert (got.status, got.json["type"]) == (status, f"urn:miaopi:problem:{code}"), who
    assert version(service)[0] == "2026-01-01"
    assert approve(service, release, "chief again").status == 200
    assert version(service)[0] == "2026-03-01"


def test_what_is_approved_is_what_was_proposed(service: Guarded, rules: Path) -> None:
    path = next_version(rules, "2026-03-01")
    release = propose(service).json
    some = release["digests"]
    for digests in (some[:-1], [*some, f"sha256:{'0' * 64}"], [*some[:-1], f"sha256:{'0' * 64}"], [some[0], *some]):
        assert approve(service, release, digests=digests).json["type"].endswith("release_changed")
    path.write_text(path.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    assert approve(service, release).json["type"].endswith("release_changed")
    assert version(service)[0] == "2026-01-01"
    again = propose(service).json
    assert again["digests"] == release["digests"]  # a remark changes no meaning, yet it is another file
    assert approve(service, release).json["type"].endswith("release_changed")
    assert approve(service, {**again, "release": "REL-000000000000"}).status == 404
    assert approve(service, again).status == 200


def test_a_changed_and_a_removed_file_are_told_as_such(whole: Guarded, rules: Path) -> None:
    (rules / FILE).write_text(
        (rules / FILE).read_text(encoding="utf-8").replace("DEMO-PIA-001", "DEMO-PIA-901"), encoding="utf-8"
    )
    shutil.rmtree(rules / "senior_card")
    release = propose(whole).json
    assert [(one["change"], one["matter"]) for one in release["versions"]] == [
        ("changed", "elderly_allowance"),
        ("gone", "senior_card"),
    ]
    assert approve(whole, release).status == 200
    sent = application("CARD-1")
    assert whole.decide("hall", sent, "k").json["type"].endswith("unknown_matter")
    assert version(whole) == ("2026-01-01", "APPROVED")


def test_new_registers_take_a_restart(service: Guarded, rules: Path) -> None:
    path = rules / "catalogue" / "registers.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("within: 800 ms", "within: 700 ms", 1), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    assert propose(service).json["type"].endswith("needs_restart")


def test_a_gate_that_fails_leaves_all_as_it_was(service: Guarded, rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    next_version(rules, "2026-03-02")
    release = propose(service).json
    judging = gate._run_child
    monkeypatch.setattr(
        gate,
        "_run_child",
        lambda _, policy, __: gate.GateReport(policy.matter, policy.digest, 1, "they differ"),
    )
    got = approve(service, release)
    assert got.json["type"].endswith("gate_failed")
    assert got.json["faults"][0]["fault"] == "they differ"
    assert version(service)[0] == "2026-01-01"
    monkeypatch.setattr(gate, "_run_child", judging)
    assert approve(service, release).status == 200


WRONG = [folder for folder in sorted(HERE.iterdir()) if (folder / "change.txt").exists()]


def test_no_wrong_file_ever_takes_effect(service: Guarded, rules: Path, tmp_path: Path) -> None:
    """P13: each wrong file that analysts are shown, in the folder of a service that decides."""
    registry = service.stage.state.services.telemetry.registry
    tried = WRONG[:: size("wrong files are every", quick=12, full=1)]
    for number, folder in enumerate(tried):
        wrong = make_folder(read_change(folder / "change.txt"), tmp_path / f"wrong-{number}")
        shutil.rmtree(rules / "demo", ignore_errors=True)
        shutil.copytree(wrong / "demo", rules / "demo") if (wrong / "demo").is_dir() else None
        same_catalogue = {
            one.name: one.read_bytes() for one in (wrong / "catalogue").glob("*.yaml") if one.name != "bundles.yaml"
        } == {one.name: one.read_bytes() for one in (rules / "catalogue").glob("*.yaml")}
        if not (rules / "demo").is_dir() or not same_catalogue:
            continue
        got = propose(service)
        assert (got.status, got.json["type"]) == (422, "urn:miaopi:problem:rules_refused"), folder.name
        assert got.json["problems"]
        placed = [one["pointer"] for one in got.json["errors"] if one["pointer"]]
        assert all(one.startswith("demo/") and one.count(":") == 2 for one in placed), placed
    assert (registry.get_sample_value("miaopi_releases_total", {"step": "refused"}) or 0) >= 5
    assert service.send(None, "GET", "/readyz").status == 200
    assert version(service) == ("2026-01-01", "APPROVED")
    shutil.rmtree(rules / "demo")
    make = make_folder(Change(), tmp_path / "right")
    assert (make / "demo").is_dir()


def test_no_decision_mixes_versions_while_releases_come(whole: Guarded, rules: Path) -> None:
    """P12: versions whose amounts differ, released one after the other under load."""
    digests: dict[str, str] = {}
    stop = threading.Event()

    def applying() -> list[tuple[str, str]]:
        found = []
        while not stop.is_set():
            sent = application("ELD-1")
            got = whole.decide("hall", sent, sent["application_id"])
            assert got.status == 200, got.body
            found.append((got.json["policy"]["version"], got.json["policy"]["digest"]))
        return found

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(applying) for _ in range(4)]
        for number in range(size("releases under load", quick=3, full=50)):
            day = f"2026-02-{number % 28 + 1:02}"
            next_version(rules, day, str(100 + number))
            release = propose(whole).json
            digests[day] = next(one["digest"] for one in release["versions"] if one["version"] == day)
            assert approve(whole, release).status == 200
            assert version(whole)[0] == day
        stop.set()
        seen = {pair for one in work for pair in one.result()}
    assert len(seen) >= 2
    assert all(digest == digests.get(day, digest) for day, digest in seen)
    assert len({day for day, _ in seen}) == len(seen)


def test_what_lies_in_the_folder_is_nobody_s_rules_until_it_is_released(whole: Guarded, rules: Path) -> None:
    """Not even the second engine's, which reads the rules anew when its process is lost."""
    (rules / FILE).write_text("matter: [", encoding="utf-8")
    engine = whole.stage.state.services.second
    first = engine.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: engine.pid not in (None, first) and engine.ready)
    assert version(whole) == ("2026-01-01", "APPROVED")
