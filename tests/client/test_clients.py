"""The clients themselves: what they refuse before it is sent, what they show to nobody, what they need beside them."""

import inspect
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from rich.pretty import pretty_repr

from decision_service.client import AsyncClient, Client, Credential, NotFoundError, ProblemError
from decision_service.client.contract.logbook import Logbook
from tests.client.agents import AGENT, MANDATE
from tests.client.unruly import BEFORE, Say, Unruly
from tests.client.ways import WAYS, Way, sent
from tests.http.staging import ROOT, Stage

SECRET = "mp_platformkey01_thisisverysecret"  # noqa: S105 - made up here


@pytest.mark.parametrize("way", WAYS)
def test_the_credential_is_asked_for_at_each_try_and_shown_to_nobody(
    stage: Stage, proxy: Unruly, way: Way, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    keys = iter(f"{SECRET}{number}" for number in range(9))
    proxy.play(BEFORE, BEFORE, Say(404))
    with pytest.raises(NotFoundError):
        way(proxy.url, "matters", credential=lambda: next(keys))
    assert [one.authorization for one in proxy.passed] == [f"Bearer {SECRET}{number}" for number in range(3)]
    with pytest.raises(ProblemError) as caught:
        way(stage.url, "decision", "nothing", credential=lambda: SECRET)
    for client in (Client(stage.url, lambda: SECRET), AsyncClient(stage.url, lambda: SECRET)):
        told = f"{client!r}{vars(client)}{caught.value!r}{caught.value}{vars(caught.value)}"
        assert SECRET not in told
    out = capfd.readouterr()
    assert SECRET not in caplog.text + out.out + out.err


@pytest.mark.parametrize("bad", ["", " ", "a\nb", "a\r\nX: y", "秘密"])
def test_a_credential_that_can_stand_in_no_header_is_not_repeated(stage: Stage, bad: str) -> None:
    with Client(stage.url, lambda: bad) as client, pytest.raises(Exception, match="can't stand in a header") as caught:
        client.matters()
    assert bad.strip() == "" or bad not in str(caught.value)


@pytest.mark.parametrize("url", ["http://10.0.0.1", "http://example.org:80/x", "http://127.0.0.1.example.org"])
def test_a_key_does_not_travel_in_the_clear(url: str) -> None:
    assert repr(Client(url))
    with pytest.raises(ValueError, match="https"):
        Client(url, lambda: SECRET)


@pytest.mark.parametrize("url", ["", "ftp://x", "https://", "https://u:p@x", "https://x?y=1", "x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="the address of the service"):
        Client(url)


@pytest.mark.parametrize("key", ["", "é", "a\nb", "x" * 256])
def test_a_key_that_is_none_is_refused_before_it_is_sent(stage: Stage, key: str) -> None:
    with Client(stage.url) as client, pytest.raises(ValueError, match="idempotency key"):
        client.decide(sent(), key=key)


def test_nothing_of_an_application_stands_in_a_repr() -> None:
    asked = sent("ELD-1")
    shown = Credential(register="photo", token="very secret")  # noqa: S106 - made up here
    told = f"{asked!r}{AGENT!r}{MANDATE!r}{shown!r}"
    told += "".join(pretty_repr(one, expand_all=True) for one in (asked, AGENT, MANDATE, shown))
    for value in (*map(str, asked.form.values()), "very secret", AGENT.name, AGENT.id_no):
        assert len(value) < 4 or value not in told


def test_both_clients_offer_the_same() -> None:
    """Same calls, same parameters, same answers: one way to learn."""
    public = [name for name in vars(Client) if not name.startswith("_")]
    assert public == [name for name in vars(AsyncClient) if not name.startswith("_")]
    for name in [*public, "__init__"]:
        one, other = (inspect.signature(getattr(kind, name)) for kind in (Client, AsyncClient))
        assert str(one) == str(other), name


ALONE = """
import sys
ALLOWED = {allowed!r}
class Only:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or name in OURS or name.startswith(FREE):
            return None
        raise ModuleNotFoundError(name + " is no part of the client")
OURS, FREE = {ours!r}, tuple(ALLOWED)
sys.meta_path.insert(0, Only())
{code}
print(sorted(one for one in sys.modules if one.startswith("decision_service")))
"""


def alone(code: str, allowed: list[str]) -> str:
    """Runs `code` where only the client and these packages can be imported; the modules of ours that it loaded."""
    text = ALONE.format(allowed=allowed, ours=["decision_service"], code=code)
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


LIGHT = ["decision_service.client", "pyreqwest", "msgspec"]


def test_the_client_works_without_the_service() -> None:
    """No module of the service, and of other people's only pyreqwest and msgspec until a receipt is checked."""
    loaded = alone("from decision_service.client import Client, AsyncClient; Client('https://x')", LIGHT)
    assert "decision_service.proof" not in loaded
    assert "decision_service.client.blocking" in loaded


def test_a_receipt_is_checked_without_the_service(tmp_path: Path) -> None:
    """Then `cryptography` is needed too, and of ours the room `proof`."""
    log = Logbook()
    answer = log.append(
        {"decision_id": "d", "application_id": "a", "matter": "m", "decided_at": "x", "policy": {"digest": "sha256:0"}}
    )
    for name, content in (("receipt", log.receipt("d")), ("answer", answer)):
        (tmp_path / name).write_bytes(content)
    code = f"""
from pathlib import Path
from decision_service.client import Client
receipt, answer = (Path({str(tmp_path)!r}, name).read_bytes() for name in ("receipt", "answer"))
Client.verify(receipt, {log.public_key!r}, answer)"""
    loaded = alone(code, [*LIGHT, "decision_service.proof", "cryptography", "_cffi_backend", "cffi"])
    assert "decision_service.proof.receipt" in loaded
    assert "decision_service.ledger" not in loaded


def test_the_contract_kit_needs_no_more() -> None:
    code = "from decision_service.client.contract import examine, check"
    loaded = alone(code, [*LIGHT, "decision_service.proof", "cryptography", "_cffi_backend", "cffi"])
    assert "decision_service.client.contract.standin" in loaded


def test_what_it_loads_is_little() -> None:
    """Counted, not timed: a sixth of what the service brings, and no event loop for who does not await."""
    code = """
import sys
before = set(sys.modules)
import decision_service.client
print(len(set(sys.modules) - before), "asyncio" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    count, loop = done.stdout.split()
    assert (int(count) < 160, loop) == (True, "False")


def test_only_these_rooms_are_imported() -> None:
    for path in (ROOT / "decision_service" / "client").glob("*.py"):
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            if line.strip().startswith(("from decision_service", "import decision_service", "from verifiers")):
                assert line.strip().startswith(("from decision_service.client", "from decision_service.proof")), path
