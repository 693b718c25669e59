"""P17: Schemathesis holds both applications against their descriptions, with all of its checks but one for staff."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.members import Guarded, Members, guarded
from tests.sizes import PROVING, size

OTHERS = ["officer", "auditor", "approver", "analyst"] if PROVING else []
HERE = Path(__file__).with_name("schemathesis")


@pytest.fixture(scope="module")
def service(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    ample = "per_second = 10000\nat_once = 10000\nper_person_a_day = 10000\n"
    members = Members().caller("platform-a", more=ample)
    for role in ("analyst", "approver", "auditor", "operator", "officer"):
        members.staff(role, role, more=ample)
    with guarded(tmp_path_factory.mktemp("described"), registers, members) as found:
        yield found


def held_against(description: Path, key: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A run of Schemathesis over all that `description` tells, as whoever shows `key`; its text is told as well."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml"),
            *("run", description, "--checks", "all", "--no-color", *options),
        ],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "MIAOPI_TEST_KEY": key},
        cwd=description.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    sys.stdout.write(done.stdout)
    return done


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("who", ["platform-a", "operator", *OTHERS])
def test_no_answer_is_other_than_described(service: Guarded, tmp_path: Path, who: str) -> None:
    url = service.stage.url if who == "platform-a" else service.stage.control
    shown = service.members.shows(who)
    description = tmp_path / "openapi.json"
    description.write_bytes(service.stage.send("GET", "/openapi.json", headers=shown, url=url).body)
    examples, seed = size("described", quick=2, full=300), size("described_seed", quick=1, full=2)
    # What staff write is held to more than a schema says: a word of the matter's, a day where the step asks for one.
    but = [] if who == "platform-a" else ["--exclude-checks", "positive_data_acceptance"]
    bounds = ["--max-examples", str(examples), "--seed", str(seed)]
    done = held_against(description, service.members.keys[who], "--url", url, *bounds, *but)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_a_method_that_is_not_served_is_told_all_that_are(service: Guarded) -> None:
    """Two routes at one path, which the framework tells of one of."""
    got = service.send("operator", "PUT", "/control/v1/suspensions")
    assert (got.status, got.headers["allow"]) == (405, "GET, POST")
    assert service.send("platform-a", "PUT", "/v1/matters/x/precheck").headers["allow"] == "POST"
