"""Raw requests to a running service, right and wrong ones, and what came of them."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Self

from pyreqwest.client import SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from decision_service.client.connecting import Credential, base_url, configured
from decision_service.client.exchange import MEDIA_TYPE, Delivered
from decision_service.client.requests import new_key

ONE_REQUEST = timedelta(seconds=30)

CANARY = "CANARY-7f3a"
"""Put into everything that is wrong on purpose; no answer may repeat it."""


class NoServiceError(Exception):
    """Nobody answers at that address, or not as this service does."""


class NotShownError(Exception):
    """A rule can't be tried here; the text says what is missing."""


@dataclass(slots=True)
class Probe:
    """A service under check. `matter`: the only one to apply for, "" for all that publish a sample, in turn. `other`:
    the key of a second platform, where there is one; `public_key`: what receipts are trusted by, else the key that
    they name."""

    url: str
    credential: Credential | None = None
    other: Credential | None = None
    public_key: str | None = None
    matter: str = ""
    samples: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    problems: list[Delivered] = field(default_factory=list)
    _run: str = field(default_factory=lambda: secrets.token_hex(4))
    _count: int = 0

    @property
    def form(self) -> dict[str, Any]:
        """The form of the sample that is applied with."""
        return self.samples[0][1]

    def turn(self) -> None:
        """On to the next matter: a person is asked about in one matter only so often a day."""
        self.samples.append(self.samples.pop(0))

    def applied(self, **form: object) -> dict[str, Any]:
        """A new application: the sample with some fields of its form replaced."""
        self._count += 1
        number, matter = f"CT-{self._run}-{self._count}", self.samples[0][0]
        return {"application_id": number, "matter": matter, "channel": "pc", "form": {**self.form, **form}}

    def decide(self, application: object, key: str | None = None) -> Delivered:
        """Submit; JSON unless it is bytes."""
        return self.send("POST", "/v1/decisions", application, {"Idempotency-Key": new_key() if key is None else key})

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        credential: Credential | None = None,
    ) -> Delivered:
        """One request, once; a `credential` in place of the usual one. Raises NoServiceError, and NotShownError where
        the service has had enough of us."""
        sent = {"Accept": MEDIA_TYPE, **(headers or {})}
        shown = credential or self.credential
        if shown is not None:
            sent["Authorization"] = f"Bearer {shown()}"
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        if content is not None:
            sent.setdefault("Content-Type", MEDIA_TYPE)
        came = self._exchanged(method, base_url(self.url, shown) + path, sent, content)
        if came.status >= 400:
            self.problems.append(came)
        if came.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise NotShownError(f"a limit is reached, back in {came.headers.get('retry-after')} s")
        return came

    def __enter__(self) -> Self:
        """Itself, once the service has told its matters. Raises NoServiceError."""
        listed = self.send("GET", "/v1/matters")
        if listed.status != 200:
            raise NoServiceError(f"GET /v1/matters: {listed.status}")
        names = [one["matter"] for one in loaded(listed)["matters"] if not one.get("suspended")]
        for name in [self.matter] if self.matter else names:
            sample = loaded(self.send("GET", f"/v1/matters/{name}")).get("sample")
            if sample:
                self.samples.append((name, sample["form"]))
        if not self.samples:
            raise NoServiceError("no matter with a sample is in force")
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open."""

    def _exchanged(self, method: str, url: str, headers: dict[str, str], content: bytes | None) -> Delivered:
        try:
            with configured(SyncClientBuilder(), None).build() as client:
                built = client.request(method, url).headers(headers).timeout(ONE_REQUEST)
                response = (built if content is None else built.body_bytes(content)).build().send()
                told = {name.lower(): value for name, value in response.headers.items()}
                return Delivered(response.status, told, bytes(response.bytes()))
        except PyreqwestError as error:
            raise NoServiceError(f"{method} {url}: {type(error).__name__}") from None


def loaded(came: Delivered) -> dict[str, Any]:
    """The JSON object of an answer, an empty one where there is none."""
    try:
        value = json.loads(came.body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def code_of(came: Delivered) -> str:
    """The code of a problem, "" where it is none."""
    return str(loaded(came).get("type", "")).rpartition(":")[2]
