"""The systemd unit is sound, closed as far as it says, and sets settings that there are."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from decision_service.settings import Settings
from tests.http.staging import ROOT

UNIT = ROOT / "deploy" / "miaopi.service"
TEXT = UNIT.read_text(encoding="utf-8")
SYSTEMD = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not here: apt-get install systemd")


def test_it_sets_settings_that_there_are_and_starts_the_service() -> None:
    known = {f"MIAOPI_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"\b(MIAOPI_\w+)=", TEXT))
    assert named
    assert named <= known
    assert re.search(r"^ExecStart=/opt/miaopi/\.venv/bin/miaopi serve$", TEXT, re.MULTILINE)


def test_it_may_ask_the_kernel_for_its_clock_and_not_set_it() -> None:
    """A filter that forbids the question would suspend every matter in production."""
    assert "ProtectClock" not in re.sub(r"^#.*", "", TEXT, flags=re.MULTILINE)
    assert re.search(r"^SystemCallFilter=@system-service .*\badjtimex\b.*\bclock_adjtime\b", TEXT, re.MULTILINE)
    assert "\nCapabilityBoundingSet=\n" in TEXT


@needs_systemd
def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(TEXT.replace("/opt/miaopi/.venv/bin/miaopi serve", "/bin/true"), encoding="utf-8")
    done = subprocess.run([SYSTEMD or "", "verify", copy], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if UNIT.name in line]) == (0, [])
    copy.write_text(TEXT.replace("[Service]", "[Service]\nProtectEverything=yes"), encoding="utf-8")
    done = subprocess.run([SYSTEMD or "", "verify", copy], capture_output=True, text=True, check=False)
    assert "ProtectEverything" in done.stderr


@needs_systemd
def test_systemd_calls_it_closed() -> None:
    done = subprocess.run(
        [SYSTEMD or "", "security", "--offline=true", "--threshold=20", UNIT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-300:]
