"""Orders to `miaopi sandbox` and `miaopi serve` that cannot be carried out: exit code 2, a sentence, no traceback."""

import socket
from pathlib import Path

import pytest

from tests.cli.running import RULES, miaopi


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as-of", "2026-02-30"), "--as-of 应是日期"),
        (("--as-of", "yesterday"), "a day such as 2026-03-16 is expected"),
        (("--data", "nosuch"), "there is no folder nosuch"),
        (("--scenarios", "nosuch.json"), "--scenarios nosuch.json：场景文件有误"),
        (("--port", "99999"), "less than or equal to 65535"),
        (("--latency", "-1"), "greater than or equal to 0"),
        (("--host", "192.0.2.1", "--port", "0"), "不能监听 192.0.2.1:0"),
    ],
)
def test_orders_that_mean_nothing_are_misuse(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = miaopi("sandbox", "--rules", RULES, *arguments, cwd=tmp_path)
    assert done.code == 2, done.err
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_service_that_cannot_write_says_where(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "gate").write_text("")
    done = miaopi("serve", "--rules", RULES, "--registers-url", "http://127.0.0.1:9", "--port", "0", cwd=tmp_path)
    assert done.code == 2, done.err
    assert "cannot start: var/gate" in done.err
    assert "is the port free" not in done.err


def test_a_port_that_is_taken_says_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = miaopi("sandbox", "--rules", RULES, "--port", port, cwd=tmp_path)
    assert done.code == 2
    assert f"cannot listen on 127.0.0.1:{port} (Address already in use); give another" in done.err
