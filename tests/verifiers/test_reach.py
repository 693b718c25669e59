"""Whatever this service asks, the operator has named; and it never asks the machine's own insides for anybody."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from decision_service.ledger.witnesses import WitnessesRefusedError, read_witnesses
from decision_service.outbox.subscribers import SubscribersRefusedError, read_subscribers
from decision_service.proof.note import SignatureType, VerifierKey
from tests.http.staging import ROOT
from verifiers.credentials.pinned import PinError, pinned_url
from verifiers.exchange import AddressError, Exchange
from verifiers.signing import SigningKey

INSIDES = (
    "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254",
    "https://metadata.google.internal",
    "https://100.100.100.200",
    "https://[fd00:ec2::254]",
    "https://[::ffff:169.254.169.254]",
    "https://2852039166",
    "https://0x7f.1",
    "https://0.0.0.0",
    "https://[fe80::1]",
    "https://224.0.0.1",
)


def exchange(url: str, _: Path) -> None:
    Exchange(url, SigningKey("miaopi", b"s" * 32))


def keys(url: str, _: Path) -> None:
    pinned_url(url)


def witness(url: str, _: Path) -> None:
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    read_witnesses(f"{VerifierKey('w.example', public, SignatureType.COSIGNATURE_V1)} {url}")


def webhook(url: str, folder: Path) -> None:
    file = folder / "subscribers.toml"
    (folder / "keys").write_text("whsec_" + "A" * 43 + "=\n")
    (folder / "keys").chmod(0o600)
    lines = ("[[subscriber]]", 'name = "a"', f'url = "{url}"', 'keys_file = "keys"', "allow_private = true")
    file.write_text("\n".join(lines))
    with pytest.raises(SubscribersRefusedError, match=r"(url: no receiver is there|an address is expected)"):
        read_subscribers(file)
    raise SubscribersRefusedError


@pytest.mark.parametrize("url", INSIDES)
@pytest.mark.parametrize(
    ("read", "refused"),
    [(exchange, AddressError), (keys, PinError), (witness, WitnessesRefusedError), (webhook, SubscribersRefusedError)],
)
def test_no_setting_leads_to_the_insides_of_the_machine_or_its_cloud(
    read: Callable[[str, Path], None], refused: type[Exception], url: str, tmp_path: Path
) -> None:
    with pytest.raises(refused):
        read(url, tmp_path)


CLIENTS = frozenset(
    {"pyreqwest", "http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp", "httptools", "socket"}
)
ASKING = {
    "decision_service/ledger/witnessing.py": "checkpoints to the witnesses that the operator lists",
    "decision_service/outbox/sending.py": "events to the subscribers that the operator lists, over strict_client",
    "verifiers/connection.py": "registers, key sets and status lists: one connection of the transport",
    "verifiers/transport.py": "the same, by that; strict_client",
}
"""Modules of the service that open connections, and to whom."""

ELSEWHERE = (
    *tuple(f"decision_service/{room}/" for room in ("cli", "client", "demo", "drill", "load", "witness", "workbench")),
    "verifiers/conformance/",
    "verifiers/sandbox/",
)
"""Programs of their own, which no request to the service reaches."""

LISTENING = frozenset(f"decision_service/http/{name}.py" for name in ("listening", "service", "keeping"))
NO_HTTP = {
    "decision_service/http/notifying.py": "tells the service manager of this machine",
    "decision_service/outbox/subscribers.py": "builds a client that asks nobody, to read certificates",
    "decision_service/workers/channel.py": "speaks over a pair of sockets that keeper and worker share",
    "decision_service/workers/process.py": "hands a worker its end of the pair",
    "decision_service/workers/service.py": "listens, as one process does in http/listening.py",
    "decision_service/workers/worker.py": "has its end of the pair, and listens",
    "verifiers/adapters/postgres.py": "speaks to a view that the connection file names, and shuts its socket",
}
"""Modules that import such a library, and ask nobody over HTTP."""


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {one for one in found if one in CLIENTS or one.split(".")[0] in CLIENTS}


def test_only_these_modules_open_connections_and_none_follows_a_redirect() -> None:
    found = {}
    for folder in ("decision_service", "verifiers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if imported(path) and not name.startswith(ELSEWHERE) and name not in LISTENING | NO_HTTP.keys():
                found[name] = path.read_text(encoding="utf-8")
    assert found.keys() == ASKING.keys()
    for name, text in found.items():
        if name == "verifiers/connection.py" or ("strict_client(" in text and name != "verifiers/transport.py"):
            continue  # the one sends what it is given, and follows nothing (test_exchange_faults.py)
        for held in (".follow_redirects(False)", ".no_proxy()", ".default_cookie_store(False)", ".gzip(False)"):
            assert held in text, (name, held)
