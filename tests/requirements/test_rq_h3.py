"""RQ-H3: no version is published without an impact assessment, its number and its date (PIPL 55, 56)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.control.candidate import read_candidate
from decision_service.policy.shelf import read_shelf
from decision_service.publishing import Publication, publish
from decision_service.source import PolicyProblems
from tests.http.members import Guarded, Members, guarded
from tests.http.staging import RULES, sandbox_config
from tests.shipped import shelf
from tests.wrong_files.make_wrong import FILE, Change, make_folder
from verifiers.sandbox.running import running

NEXT = "demo/2026-02-01.yaml"
LINE = "assessment:     {id: DEMO-PIA-001, on: 2025-12-01}"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = make_folder(Change(), tmp_path / "rules")
    (folder / "catalogue" / "bundles.yaml").unlink()  # of matters that are not here
    return folder


@pytest.fixture
def service(rules: Path, tmp_path: Path) -> Iterator[Guarded]:
    members = Members().staff("author", "analyst").staff("chief", "approver")
    with (
        running(sandbox_config()) as registers,
        guarded(tmp_path, registers, members, rules=publish(read_shelf(rules)), rules_folder=rules) as found,
    ):
        yield found


def put(rules: Path, line: str) -> None:
    """The next version, with that line for its assessment."""
    text = (rules / FILE).read_text(encoding="utf-8").replace("in_force: 2026-01-01", "in_force: 2026-02-01", 1)
    assert LINE in text
    (rules / NEXT).write_text(text.replace(LINE, line), encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [
        ("", "missing_key", "demo/2026-02-01.yaml:"),
        ("assessment:     {id: DEMO-PIA-001}", "missing_key", "demo/2026-02-01.yaml:23:"),
        ("assessment:     {on: 2025-12-01}", "missing_key", "demo/2026-02-01.yaml:23:"),
        ("assessment:     {id: DEMO-PIA-001, on: soon}", "wrong_shape", "demo/2026-02-01.yaml:23:"),
        ("assessment:     {id: DEMO-PIA-001, on: 2026-02-02}", "assessed_late", "demo/2026-02-01.yaml:23:"),
    ],
)
def test_without_an_assessment_there_is_no_release(
    service: Guarded, rules: Path, line: str, code: str, place: str
) -> None:
    put(rules, line)
    got = service.send("author", "POST", "/control/v1/releases")
    assert (got.status, got.json["type"]) == (422, "urn:miaopi:problem:rules_refused")
    assert (code, True) in [(one["code"], one["pointer"].startswith(place)) for one in got.json["errors"]]
    assert service.send("author", "GET", "/control/v1/releases").json == {"releases": []}


def test_the_assessment_stands_in_what_is_approved(service: Guarded, rules: Path) -> None:
    put(rules, "assessment:     {id: DEMO-PIA-777, on: 2026-01-15}")
    release = service.send("author", "POST", "/control/v1/releases").json
    (version,) = release["versions"]
    assert version["assessment"] == {"id": "DEMO-PIA-777", "on": "2026-01-15"}


def test_every_version_in_the_repository_has_one() -> None:
    nothing = Publication(shelf().catalogue, {})
    versions = read_candidate(RULES, nothing).versions
    assert len(versions) >= 9
    for one in versions:
        assert one.assessment_id
        assert one.assessed_on <= one.day


def test_nor_at_the_start(rules: Path) -> None:
    put(rules, "")
    with pytest.raises(PolicyProblems):
        read_shelf(rules)
