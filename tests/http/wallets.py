"""A service that takes the credentials of its sandbox's issuers, with wallets at hand."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from decision_service.forms import read_form
from decision_service.planning import question
from tests.http.staging import CASES, DAY, TOKEN, Got, Stage, application, publication, sandbox_config, staged
from verifiers.sandbox.running import running
from verifiers.verifier import Question

AUDIENCE = "https://spz.example"
CONTROL = {"Miaopi-Control": TOKEN}


@dataclass(frozen=True)
class Counter:
    """Where credentials are shown, and the issuers and wallets that make them."""

    stage: Stage

    def issue(self, sent: Mapping[str, Any], register: str, **changes: object) -> dict[str, Any]:
        """What the issuer of a register and the applicant's wallet make for an application."""
        wanted = {
            "register": register,
            "subject": asked_of(sent, register).subject,
            "params": dict(asked_of(sent, register).params),
            "application_id": sent["application_id"],
            "audience": AUDIENCE,
        }
        got = self.stage.send("POST", "/control/credentials", wanted | changes, CONTROL, self.stage.sandbox)
        assert got.status == 200, got.body
        return got.json

    def control(self, method: str, path: str, body: object = None) -> Got:
        got = self.stage.send(method, f"/control/credentials/{path}", body, CONTROL, self.stage.sandbox)
        assert got.status in (200, 204), got.body
        return got

    def decide(self, sent: Mapping[str, Any], **tokens: str) -> Got:
        shown = [{"register": register, "token": token} for register, token in tokens.items()]
        got = self.stage.decide({**sent, "credentials": shown})
        assert got.status == 200, got.body
        return got


def asked_of(sent: Mapping[str, Any], register: str) -> Question:
    """The question that the service would put to the register."""
    published = publication().in_force(sent["matter"], DAY)
    assert published is not None
    reading = read_form(published.policy, sent["form"], DAY, publication().catalogue.prefectures)
    return question(published.policy, register, reading, sent["application_id"])


@contextmanager
def opened(folder: Path) -> Iterator[Counter]:
    """A sandbox and a service of their own: key sets and status lists are kept for a while, across tests."""
    with (
        running(sandbox_config()) as sandbox,
        staged(folder, sandbox, issuers=issuers_of(sandbox, folder), audience=AUDIENCE) as stage,
    ):
        yield Counter(stage)


def issuers_of(sandbox: str, folder: Path) -> Path:
    """The issuer file that a sandbox writes of itself."""
    address = urlsplit(sandbox)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
    try:
        connection.request("GET", "/control/issuers", headers=CONTROL)
        path = folder / "issuers.toml"
        path.write_bytes(connection.getresponse().read())
    finally:
        connection.close()
    return path


CASE = next(case for case in CASES if case["id"] == "ROAD-1")
REGISTER = "driving_licences"


def begun(counter: Counter) -> dict[str, Any]:
    sent = application(CASE)
    counter.stage.play(sent["application_id"], CASE["facts"])
    return sent


def verification(got: Got) -> dict[str, Any]:
    return next(one for one in got.json["verifications"] if one["register"] == REGISTER)
