"""docs/events.md: its file is read, its code verifies what is signed, its commands, types and metrics are there."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import CollectorRegistry, generate_latest
from typer.main import get_command

from decision_service.cli.app import build
from decision_service.outbox.metrics import OutboxMetrics
from decision_service.outbox.subscribers import read_subscribers
from decision_service.outbox.types import NAMES
from decision_service.outbox.webhooks import read_keys, signed_headers

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
SHARED = "whsec_" + base64.b64encode(bytes(range(24))).decode()
PRIVATE = "whsk_" + base64.b64encode(bytes(range(32))).decode()


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_file_of_subscribers_is_read(tmp_path: Path) -> None:
    for name in ("exchange.keys", "supervision.keys", "city-hall.keys", "own-root.pem"):
        (tmp_path / name).write_text(PRIVATE + "\n", encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "subscribers.toml").write_text(block("toml"), encoding="utf-8")
    found = read_subscribers(tmp_path / "subscribers.toml")
    assert [one.kind for one in found] == ["exchange", "supervision", "platform"]


@pytest.fixture
def verify() -> Any:
    names: dict[str, Any] = {}
    exec(block("python"), names)  # noqa: S102 - the page's own example
    return names["is_from_miaopi"]


def test_the_code_accepts_what_is_signed_and_nothing_else(verify: Any) -> None:
    seed = base64.b64decode(PRIVATE.removeprefix("whsk_"))
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    body, at = '{"a": "甲"}'.encode(), 1_773_600_000
    headers = signed_headers(read_keys(f"{SHARED}\n{PRIVATE}"), "miaopi:1:ab", at, body)
    for key in (SHARED, "whpk_" + base64.b64encode(public).decode()):
        assert verify(headers, body, key, at + 1)
        assert not verify(headers, body + b" ", key, at + 1)
        assert not verify(headers | {"webhook-id": "miaopi:2:ab"}, body, key, at + 1)
        assert not verify(headers, body, key, at + 301)
    assert not verify(headers, body, "whpk_" + base64.b64encode(stranger).decode(), at)
    assert not verify(headers, body, "whsec_" + base64.b64encode(bytes(24)).decode(), at)


def test_the_commands_have_those_options() -> None:
    outbox = get_command(build()).commands["outbox"]  # type: ignore[attr-defined]  # a group of commands
    for command, options in re.findall(r"^miaopi outbox (\w+) (.*)$", TEXT, re.MULTILINE):
        known = {name for one in outbox.commands[command].params for name in one.opts}
        assert set(re.findall(r"--[\w-]+", options)) <= known


def test_every_type_is_told_and_every_metric() -> None:
    told = re.findall(r"`(?:miaopi)?\.([a-z_.…]+)`", TEXT)
    for name in NAMES.values():
        assert any(name == one or (one.endswith("…") and name.startswith(one[:-1])) for one in told), name
    registry = CollectorRegistry()
    metrics = OutboxMetrics(registry)
    metrics.stands("one", 1, gone=False)
    metrics.sent("one")
    metrics.failed("one", "late")
    made = set(re.findall(r"^(miaopi_outbox_\w+)\{", generate_latest(registry).decode(), re.MULTILINE))
    assert {name for name in made if not name.endswith("_created")} <= set(re.findall(r"`(miaopi_outbox_\w+)`", TEXT))
