"""Where a run is played: a service that runs elsewhere, or one of its own beside a sandbox whose registers can fail."""

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from decision_service.demo.processes import Running, staged
from decision_service.demo.processes import Stage as Setting
from decision_service.ledger.keys import load_or_create_key
from decision_service.ledger.opening import LedgerFiles
from decision_service.load.door import Door, NobodyThereError
from decision_service.load.plan import Pool
from decision_service.load.stages import Stage

DOWN: Mapping[str, str] = {"fault": "status", "variant": "503"}
SLOW: Mapping[str, str] = {"fault": "slow"}
"""Each call draws one: just in time, just too late, well under."""

RECOVERY_SECONDS = 45.0
"""A breaker that opened stays so for half a minute at most."""

_HEARD_WELL = 4
_PAUSE_SECONDS = 0.3


@dataclass(slots=True)
class Site:
    """A service under load. `ledger`, `public_key` and `sandbox` (address, and the word for its control routes) where
    they are at hand; without a sandbox no register can be made to fail."""

    url: str
    key: str = field(repr=False)
    ledger: Path | None = None
    public_key: bytes | None = None
    sandbox: tuple[str, str] | None = field(default=None, repr=False)
    _failed: str = ""

    @property
    def shows(self) -> dict[str, str]:
        """The header that tells the service who calls."""
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def failing(self, stage: Stage) -> None:
        """Makes the register of a stage fail, or where it has none whichever failed well again."""
        if self.sandbox is None:
            return
        if stage.fault:
            self._failed = stage.register
            fault = DOWN if stage.fault == "down" else SLOW
            self._control(*self.sandbox, "PUT", f"/control/faults/{stage.register}", fault)
        elif self._failed:
            self._control(*self.sandbox, "DELETE", f"/control/faults/{self._failed}", None)

    def _control(self, url: str, token: str, method: str, path: str, body: object) -> None:
        answer = Door(url).send(method, path, body, {"Miaopi-Control": token})
        if answer.status >= 400:
            raise RuntimeError(f"the sandbox refused {method} {path}: {answer.status}")

    def settle(self, pool: Pool) -> bool:
        """Returns once the service hears the register that failed last, or half a minute is over; says whether it does.
        Whoever guards registers leaves one that failed alone for a while, and the next stage is not about that."""
        failed, self._failed, until, well = self._failed, "", time.monotonic() + RECOVERY_SECONDS, 0
        if not failed:
            return True
        concerned = [one.one for one in pool.applications if failed in one.facts and one.one.sort == "valid"]
        for one in concerned * 100:
            if well == _HEARD_WELL or time.monotonic() > until:
                break
            try:
                status = self.submit(one.policy.matter, one.form).get(failed)
            except NobodyThereError:
                return False  # what follows will show that
            well = well + 1 if status in ("ok", "no_record") else 0 if status else well
            time.sleep(0 if status in ("ok", "no_record") else _PAUSE_SECONDS)
        return well == _HEARD_WELL

    def warm(self, pool: Pool) -> None:
        """One application of each matter, that no stage is charged with what a service does once."""
        for matter in pool.weights:
            one = next(known.one for known in pool.applications if known.one.policy.matter == matter)
            self.submit(matter, one.form)

    def submit(self, matter: str, form: Mapping[str, object]) -> dict[str, str]:
        """Submits an application that is not counted; the registers that were asked, and what came of it."""
        body = {"application_id": uuid.uuid4().hex, "matter": matter, "channel": "mobile", "form": form}
        headers = {"Idempotency-Key": uuid.uuid4().hex, **self.shows}
        answer = Door(self.url).send("POST", "/v1/decisions", body, headers).json()
        asked = cast("list[dict[str, str]]", answer.get("verifications", []))
        return {one["register"]: one["status"] for one in asked}

    def fetch(self, path: str) -> bytes | None:
        """What is at an address, None where that is not to be had."""
        try:
            answer = Door(self.url).send("GET", path, headers=self.shows)
        except NobodyThereError:
            return None
        return answer.content if answer.status == 200 else None


@contextmanager
def own_site(setting: Setting) -> Iterator[Site]:
    """A sandbox and a service of one's own. Raises ProcessFailedError."""
    with staged(setting) as running:
        yield _site(running, setting)


def _site(running: Running, setting: Setting) -> Site:
    key = load_or_create_key(LedgerFiles.beside(setting.ledger).key).public_key
    sandbox = (running.sandbox, running.control_token)
    return Site(running.service, running.key, setting.ledger, key, sandbox)
