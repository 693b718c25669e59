"""RQ-D1: who calls is shown by the platform's own sign-on; without that nothing is served. No password is stored."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from decision_service.access.file import AccessFileError, read_access
from decision_service.settings import Settings
from tests.access.issuing import AUDIENCE, ISSUER, Issuer
from tests.http.members import PLENTY, Guarded, Members, guarded, usual_members
from tests.http.staging import application, sandbox_config
from verifiers.sandbox.running import running


@pytest.fixture(scope="module")
def registers() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@contextmanager
def publishing(issuer: Issuer) -> Iterator[str]:
    """The issuer's keys at an address of this machine."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.fetched += 1
            content = issuer.jwks()
            self.send_response(200)
            self.send_header("Content-Type", "application/jwk-set+json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = HTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/keys.json"
    finally:
        server.shutdown()
        server.server_close()


def signed_on(keys: str) -> Members:
    """A platform and staff that show tokens of the provincial sign-on, and nothing else."""
    found = Members()
    found.lines += [
        f'audience = "{AUDIENCE}"',
        f'[[caller]]\nname = "city-hall"\n{PLENTY}\nissuers = ["{ISSUER}/platforms"]',
    ]
    for kind, claim, value, role in (
        ("caller", "scope", "miaopi", "platform"),
        ("staff", "realm_access.roles", "miaopi-analyst", "analyst"),
    ):
        name = ISSUER if kind == "staff" else f"{ISSUER}/platforms"
        found.lines.append(
            f'[[issuer]]\nidentifier = "{name}"\nkind = "{kind}"\nalgorithms = ["ES256"]\nclaim = "{claim}"\n'
            f'jwks_url = "{keys}"\n[issuer.roles]\n{value} = "{role}"'
        )
    return found


def test_without_proof_nothing_is_served_but_probes(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, usual_members()) as service:
        described = service.stage.send("GET", "/openapi.json").json
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                got = service.stage.send(method.upper(), path, {})
                is_open = operation["security"] == []
                assert (got.status == 401) == (not is_open), path
                assert not is_open or path in ("/livez", "/readyz")
        assert service.stage.records() == 0


def test_the_platform_s_own_token_is_taken_and_staff_come_with_theirs(registers: str, tmp_path: Path) -> None:
    issuer = Issuer()
    issuer.add("k1")
    with publishing(issuer) as keys, guarded(tmp_path, registers, signed_on(keys)) as service:
        now = time.time()
        platform = issuer.token("k1", now, iss=f"{ISSUER}/platforms", sub="city-hall", scope="miaopi")
        person = issuer.token("k1", now)
        service.members.keys = {"hall": platform, "person": person}
        decided = service.decide("hall", application("ELD-1"), "k")
        assert (decided.status, decided.json["outcome"]) == (200, "APPROVED")
        assert service.send("person", "GET", "/control/v1/suspensions").status == 200
        assert service.decide("person", application("ELD-1"), "k").status == 403
        stranger = Issuer()
        stranger.add("k1")
        for wrong in (
            stranger.token("k1", now, iss=f"{ISSUER}/platforms", sub="city-hall", scope="miaopi"),
            issuer.token("k1", now - 7200, iss=f"{ISSUER}/platforms", sub="city-hall", scope="miaopi"),
            issuer.token("k1", now, sub="city-hall"),
            issuer.token("k1", now, iss=f"{ISSUER}/platforms", sub="other-hall", scope="miaopi"),
        ):
            service.members.keys["wrong"] = wrong
            got = service.decide("wrong", application("ELD-1"), "k")
            assert (got.status, got.headers["retry-after"]) == (401, "30")
        assert issuer.fetched <= 2


def test_no_password_and_no_key_is_stored_anywhere(registers: str, tmp_path: Path) -> None:
    members = usual_members()
    with guarded(tmp_path, registers, members) as service:
        assert service.decide("platform-a", application("ELD-1"), "k").status == 200
        service.send("operator", "POST", "/control/v1/suspensions", {"matter": "*", "reason": "drill"})
        log = service.stage.log.getvalue().encode()
        shown = service.send("operator", "GET", "/metrics").body
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) >= 5
    for key in members.keys.values():
        for name, content in {**written, "log": log, "metrics": shown}.items():
            assert key.encode() not in content, name
            assert key[16:].encode() not in content, name
    assert not any("password" in name for name in Settings.model_fields)
    (tmp_path / "with-password.toml").write_text('[[staff]]\nname = "a"\nroles = ["analyst"]\npassword = "x"\n')
    with pytest.raises(AccessFileError, match=r"staff\[1\]\.password: is not known here"):
        read_access(tmp_path / "with-password.toml")


def test_a_guarded_service_serves_nobody_anonymous(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, usual_members()) as service:
        assert isinstance(service, Guarded)
        for headers in ({}, {"X-Forwarded-User": "platform-a"}, {"Authorization": ""}, {"Authorization": "Bearer "}):
            assert service.stage.send("GET", "/v1/matters", None, headers).status == 401
            assert service.stage.send("GET", "/control/v1/releases", None, headers, service.stage.control).status == 401
