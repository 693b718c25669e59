"""docs/testing-with-python.md: its pieces are one test file, which pytest runs with the option that the page names."""

import re
import subprocess
import sys
from pathlib import Path

from decision_service.testing import plugin

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "testing-with-python.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^```sh\npytest (.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)

FEWER = """
from hypothesis import HealthCheck, settings

settings.register_profile("few", max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("few")
"""
"""Enough to see that the page runs, on a machine of any pace."""


def test_the_pieces_and_the_commands_run_as_they_stand(tmp_path: Path) -> None:
    page = tmp_path / "test_page.py"
    page.write_text("\n\n".join(PYTHON), encoding="utf-8")
    (tmp_path / "conftest.py").write_text(FEWER, encoding="utf-8")
    option, one = (command.replace('"', "").split() for command in COMMANDS)
    assert one[:2] == option == ["--miaopi-rules", "rules"]
    # The rule files of one matter and one case: `make check` runs all of them.
    chosen = ["rules/elderly_allowance", *one[2:]]
    command = [sys.executable, "-m", "pytest", "-q", "-p", plugin.__name__, "-p", "no:cacheprovider", "-c", "/dev/null"]
    ran = subprocess.run(
        [*command, "--rootdir", str(ROOT), *option, *chosen, str(page)],
        cwd=ROOT,
        env={
            "PYTHONPATH": str(ROOT),
            "PATH": "/usr/bin:/bin",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(re.findall(r"^def test_", page.read_text(encoding="utf-8"), re.MULTILINE)) == 6
    (passed,) = re.findall(r"(\d+) passed", ran.stdout)
    assert int(passed) > 30 + 11
