"""What holds for every test."""

import os
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")  # how quick an example is says nothing about our code while other tests run


def pytest_configure(config: pytest.Config) -> None:
    """One folder for the certificates of the gate (http/process.py), which the workers find in their environment."""
    if "TESTS_GATE" not in os.environ:
        folder = os.environ["TESTS_GATE"] = mkdtemp(prefix="miaopi-gate-")
        config.add_cleanup(lambda: _forget(folder))


def _forget(folder: str) -> None:
    del os.environ["TESTS_GATE"]
    rmtree(folder, ignore_errors=True)
