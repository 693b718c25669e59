"""What the tests of releases share: who takes part, a folder of rules that a test may change, and what people do."""

import shutil
from pathlib import Path

import pytest

from decision_service.policy.shelf import read_shelf
from decision_service.publishing import Publication, publish
from tests.http.members import STAFF_SCOPES, Guarded, Members
from tests.http.staging import RULES, Got

PATH = "/control/v1/releases"
FILE = "elderly_allowance/2026-01-01.yaml"


def members() -> Members:
    found = Members().caller("hall").staff("author", "analyst").staff("chief", "approver")
    found.key("staff", "chief again", "chief", STAFF_SCOPES)
    found.staff("both", "analyst", "approver").key("staff", "both again", "both", STAFF_SCOPES)
    return found.staff("operator", "operator")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A rules folder of two matters, which a test may change."""
    folder = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", folder / "catalogue")
    (folder / "catalogue" / "bundles.yaml").unlink()
    for matter in ("elderly_allowance", "senior_card"):
        shutil.copytree(RULES / matter, folder / matter)
    return folder


def publication(rules: Path) -> Publication:
    return publish(read_shelf(rules))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the gate, for all tests of a file: what passed once need not pass again."""
    return tmp_path_factory.mktemp("gate")


def next_version(rules: Path, day: str, amount: str = "") -> Path:
    """A version of the allowance from `day` on: that of January, under an assessment of its own."""
    text = (rules / FILE).read_text(encoding="utf-8").replace("in_force: 2026-01-01", f"in_force: {day}", 1)
    path = rules / "elderly_allowance" / f"{day}.yaml"
    path.write_text(text.replace("DEMO-PIA-001", f"DEMO-PIA-{amount or day}"), encoding="utf-8")
    return path


def propose(service: Guarded, who: str = "author") -> Got:
    return service.send(who, "POST", PATH)


def approve(service: Guarded, release: dict, who: str = "chief", digests: list[str] | None = None) -> Got:
    body = {"digests": release["digests"] if digests is None else digests}
    return service.send(who, "POST", f"{PATH}/{release['release']}/approve", body)
