"""The service manager hears when the service serves, and nothing any more once it stands still."""

import signal
import socket
from pathlib import Path

import pytest

from decision_service.http.notifying import notify
from tests.http.process import serving
from tests.http.staging import RULES


def heard(manager: socket.socket) -> str:
    return manager.recv(64).decode()


def test_it_is_told_that_the_service_serves_and_hears_nothing_of_one_that_stands_still(
    registers: str, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        with serving(registers, RULES, tmp_path / "l.sqlite3", NOTIFY_SOCKET=str(tmp_path / "notify")) as (_, child):
            assert "READY=1" in [heard(manager) for _ in range(5)], "within the first seconds"
            assert [heard(manager) for _ in range(2)] == ["WATCHDOG=1"] * 2
            child.send_signal(signal.SIGSTOP)
            manager.settimeout(2.5)
            with pytest.raises(TimeoutError):
                [heard(manager) for _ in range(3)]  # one may have been under way
            child.send_signal(signal.SIGCONT)
            assert heard(manager) == "WATCHDOG=1"


def test_without_a_manager_or_with_one_that_is_gone_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "@nobody-listens-here")
    notify("READY=1")
