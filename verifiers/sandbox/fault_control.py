"""The control routes of faults: which are switched on, switching them, and what was played."""

from dataclasses import asdict
from urllib.parse import parse_qs

import orjson

from verifiers.sandbox.config import Send
from verifiers.sandbox.faults.plan import FaultPlan, Switch, SwitchError
from verifiers.sandbox.faults.playing import PlayedLog
from verifiers.sandbox.proxy.wirelog import InFront
from verifiers.sandbox.replies import Receive, Refused, Scope, body_of, send_bytes, send_json

FAULTS = "/control/faults"
_MAX_SWITCH = 4096
_MOST_SHOWN = 10_000
"""Lines of each log that are shown at most, the latest."""

_NAMES = {"fault", "variant", "share"}


class FaultControl:
    """Serves `/control/faults…`. Holds the note of the faults that were played."""

    def __init__(self, plan: FaultPlan, played: PlayedLog, front: InFront | None) -> None:
        self._plan = plan
        self._front = front
        self.played = played

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises Refused."""
        register = scope["path"].removeprefix(FAULTS).removeprefix("/") or None
        application_id = _application(scope)
        match scope["method"], register:
            case "GET", None:
                await self._show(application_id, send)
            case "PUT", str():
                await self._put(register, application_id, await body_of(receive, _MAX_SWITCH))
                await send_bytes(send, b"", status=204)
            case "DELETE", _:
                if register is None and application_id is not None:
                    raise Refused(400, "register", f"name the register: DELETE {FAULTS}/REGISTER?application_id=…")
                if not self._plan.drop(register, application_id):
                    raise Refused(404, "fault", "no such fault is switched on")
                await send_bytes(send, b"", status=204)
            case _:
                raise Refused(405, "method", f"GET {FAULTS}, PUT and DELETE {FAULTS}/REGISTER, DELETE {FAULTS}")

    async def _show(self, application_id: str | None, send: Send) -> None:
        shown: dict[str, object] = {
            "switches": [asdict(one) for one in self._plan.switches(application_id)[-_MOST_SHOWN:]],
            "played": [asdict(one) for one in self.played.of(application_id)[-_MOST_SHOWN:]],
        }
        if self._front is not None:
            shown["wire"] = [asdict(one) for one in self._front.log.of(application_id)[-_MOST_SHOWN:]]
            shown["doors"] = self._front.doors
            shown["trusted_certificate"] = self._front.root
        await send_json(send, shown)

    async def _put(self, register: str, application_id: str | None, body: bytes) -> None:
        try:
            raw = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise Refused(422, "fault", "not JSON in UTF-8") from None
        if not isinstance(raw, dict) or not isinstance(raw.get("fault"), str) or raw.keys() - _NAMES:
            raise Refused(422, "fault", 'an object is expected: {"fault": …, "variant": …, "share": 0 to 1}')
        variant, share = raw.get("variant"), raw.get("share", 1)
        if not isinstance(variant, str | None):
            raise Refused(422, "variant", "`variant` must be text")
        if not isinstance(share, int | float) or isinstance(share, bool):
            raise Refused(422, "share", "`share` must be a number from 0 to 1")
        try:
            self._plan.put(Switch(register, raw["fault"], variant, float(share), application_id))
        except SwitchError as error:
            raise Refused(422, error.code, error.en) from None


def _application(scope: Scope) -> str | None:
    text: str = scope["query_string"].decode("ascii", "replace")
    query = parse_qs(text, keep_blank_values=True)
    if query.keys() - {"application_id"}:
        raise Refused(400, "query", "the only parameter here is `application_id`")
    return query["application_id"][0] if query else None
