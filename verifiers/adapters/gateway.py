"""The `gateway_*` form of provincial exchange gateways (省共享交换平台), for compatibility.

Three headers: gateway_appid, gateway_rtime (ms since 1970), gateway_sig = Base64(HMAC-SHA256(key, appid + rtime)). The
application's key signs a login; the login's token decrypts to a short-lived session key, and that signs the calls.

Weaker than docs/registers.md on purpose of others: the signature covers neither body nor path, there is no nonce in
it, and the answer is not signed at all. So TLS is required, the operator accepts it register by register, and the
answer must still repeat subject, purpose and nonce in its body.
"""

import base64
import re
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from verifiers.adapters.session import Session, SessionFault
from verifiers.connections.addresses import read_address
from verifiers.connections.connection import Clocks
from verifiers.connections.entries import Entries, TableRefusedError
from verifiers.deadline import Deadline
from verifiers.delivery import Answered, Delivery, Failed, Late
from verifiers.envelope import judge_body, question_body
from verifiers.evidence import Evidence
from verifiers.freshness import live_moment
from verifiers.nonces import fresh_nonce
from verifiers.registers import Register
from verifiers.signing import SigningKey, SigningKeyError, mac
from verifiers.transport import Transport
from verifiers.verifier import Question, Verifier

_PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]+)+", re.ASCII)


class GatewayConnection:
    """One gateway, with one application's key and its session."""

    signs = False

    def __init__(self, entries: Entries, clocks: Clocks) -> None:
        """From base_url (https unless loopback), allow_private, app, secret_file or secret_env, token_path,
        session_seconds, trusted_certificates, most_in_flight. Raises TableRefusedError.
        """
        base_url = read_address(entries, https_only=True)
        certificates = entries.certificates()
        most = entries.whole("most_in_flight", 64, 1, 4096)
        seconds = entries.whole("session_seconds", 600, 10, 86_400)
        token_path = _path(entries, "token_path", "/auth/token")
        key = _key(entries)
        entries.done()
        if key is None:
            raise TableRefusedError
        self._base_url, self._clocks, self._app = base_url, clocks, key.app
        self._transport = Transport(max_connections=most, trusted_certificates=certificates)
        self._session = Session(key, base_url + token_path, self._transport, self.headers, seconds)

    def verifier(self, register: Register, entries: Entries) -> Verifier:
        """Who asks `register` at the `path` of its table. Raises TableRefusedError."""
        path = _path(entries, "path", f"/v1/registers/{register.name}")
        entries.done()
        return GatewayVerifier(self, path)

    def headers(self, key: SigningKey) -> dict[str, str]:
        """The three headers of a call now, signed with `key`: the application's, or the session's."""
        return gateway_headers(key, self._clocks.now())

    async def send(self, path: str, body: bytes, limit: Deadline) -> Delivery | SessionFault:
        """One call with the session's key. A session that is refused (401) is made anew and the call sent once more:
        the gateway turned it away, so the register has not seen it. Never more than that."""
        key = await self._session.key(limit)
        if isinstance(key, SessionFault):
            return key
        delivery = await self._post(path, key, body, limit)
        if not _refused(delivery):
            return delivery
        self._session.forget(key)
        key = await self._session.key(limit)
        if isinstance(key, SessionFault):
            return key
        delivery = await self._post(path, key, body, limit)
        return SessionFault("session_refused") if _refused(delivery) else delivery

    def judged_at(self) -> datetime:
        """The time by which answers are fresh or stale."""
        return self._clocks.judged_at()

    async def close(self) -> None:
        """End the session and close the pool."""
        await self._session.close()
        await self._transport.close()

    async def _post(self, path: str, key: SigningKey, body: bytes, limit: Deadline) -> Delivery:
        return await self._transport.post(self._base_url + path, self.headers(key), body, limit)


class GatewayVerifier:
    """Puts questions to one register behind a gateway."""

    def __init__(self, connection: GatewayConnection, path: str) -> None:
        self._connection = connection
        self._path = path

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What the register said, by `deadline` or the register's own limit. The body is that of docs/registers.md."""
        started = deadline.clock()
        limit = deadline.at_most(question.register.timeout_ms / 1000)
        evidence = await self._ask(question, limit)
        return replace(evidence, elapsed_ms=round((deadline.clock() - started) * 1000))

    async def _ask(self, question: Question, limit: Deadline) -> Evidence:
        name, nonce = question.register.name, fresh_nonce()
        body = question_body(question, nonce, limit)
        if body is None:
            return Evidence(name, "error", fault="unspeakable")
        delivery = await self._connection.send(self._path, body, limit)
        match delivery:
            case Answered():
                return judge_body(question, nonce, delivery.body, live_moment(self._connection.judged_at()))
            case Late() | SessionFault("late"):
                return Evidence(name, "timeout")
            case Failed(fault) | SessionFault(fault):
                return Evidence(name, "error", fault=fault)
            case _:
                assert_never(delivery)


def gateway_headers(key: SigningKey, now: datetime) -> dict[str, str]:
    """The headers of the form, at `now` (with an offset)."""
    rtime = str(int(now.timestamp() * 1000))
    signature = base64.b64encode(mac(key, (key.app + rtime).encode())).decode()
    return {"gateway_appid": key.app, "gateway_rtime": rtime, "gateway_sig": signature}


def _refused(delivery: Delivery) -> bool:
    return isinstance(delivery, Failed) and delivery.status == 401


def _key(entries: Entries) -> SigningKey | None:
    app, secret = entries.text("app"), entries.secret("secret")
    if not app or not secret:
        return None
    try:
        return SigningKey(app, secret)
    except SigningKeyError as error:
        entries.complain("app", "不能使用", str(error))
        return None


def _path(entries: Entries, name: str, default: str) -> str:
    path = entries.text(name, default)
    if not _PATH.fullmatch(path) or "/.." in path or "/./" in path:
        entries.complain(name, "应为路径，如 /share/housing-fund", "must be a path such as /share/housing-fund")
    return path
