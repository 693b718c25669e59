"""The sandbox's door: `POST /v1/registers/{register}` as docs/registers.md has it, `/control/…`, `/livez`."""

import asyncio
import secrets
from contextlib import suppress

import orjson

from verifiers.exchange import PATH
from verifiers.nonces import NonceBook
from verifiers.sandbox.answering import IncompleteError, Registrars, Said
from verifiers.sandbox.asking import Gate
from verifiers.sandbox.config import Asked, SandboxConfig, Seal, Send
from verifiers.sandbox.control import PREFIX, Control
from verifiers.sandbox.fault_control import FaultControl
from verifiers.sandbox.faults.plan import FaultPlan
from verifiers.sandbox.faults.playing import PlannedFaults, PlayedLog
from verifiers.sandbox.issuing.desk import PUBLIC, IssuingDesk
from verifiers.sandbox.latency import Latency
from verifiers.sandbox.numbers import PoolExhaustedError
from verifiers.sandbox.questions import Noted, QuestionLog
from verifiers.sandbox.replies import Receive, Refused, Scope, body_of, send_bytes, send_json, send_problem
from verifiers.signing import Received, SigningKey

_MAX_QUESTION = 64 * 1024
_SILENCE_SECONDS = 60.0
"""How long a played timeout holds a client that does not go away."""


class Sandbox:
    """The registers as one ASGI application. Its state lives as long as it does; nothing is kept on disk."""

    def __init__(self, config: SandboxConfig) -> None:
        """Raises DataFileError or ScenarioError when the data or the scenarios can't be used."""
        self._config = config
        self._registrars = Registrars(config)
        self._gate = Gate(config.registers, config.keys, NonceBook())
        self._latency = Latency(config.registers, config.seed, config.latency_scale)
        self._log = QuestionLog()
        plan = config.plan or FaultPlan(config.registers, config.seed)
        faults = FaultControl(plan, PlayedLog(), config.front)
        self._faults = config.faults or PlannedFaults(config.registers, plan, faults.played)
        self._issuing = IssuingDesk(config.registers, self._registrars, lambda: int(config.clock()))
        self._control = Control(config.control_token, self._registrars.scenarios, self._log, faults, self._issuing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            raise RuntimeError("the sandbox speaks HTTP only")
        try:
            await self._route(scope, receive, send)
        except Refused as refused:
            await send_problem(send, refused)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if path.startswith(PREFIX):
            await self._control.serve(scope, receive, send)
        elif path.startswith(PUBLIC):
            await self._issuing.serve_public(scope, send)
        elif path == "/livez":
            await send_json(send, {"status": "ok"})
        elif not path.startswith(PATH):
            raise Refused(404, "path", f"registers are at {PATH}")
        elif method != "POST":
            raise Refused(405, "method", "registers are asked with POST")
        elif scope["query_string"]:
            raise Refused(400, "query", "a question has no query string; nothing in it would be signed")
        else:
            await self._register(scope, receive, send)

    async def _register(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await body_of(receive, _MAX_QUESTION)
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        path: str = scope["path"]
        received = Received("POST", path, headers, body, self._now_ms())
        asked, key = self._gate.admit(path.removeprefix(PATH), received)
        said = self._said(asked)
        number = secrets.token_hex(8) if said.status in ("ok", "no_record") else None
        self._log.note(Noted(asked.register, asked.matter, asked.application_id, received.now_ms, said.status, number))
        delay = self._latency.seconds(asked.register)
        if delay > 0:
            await asyncio.sleep(delay)
        match said.status:
            case "timeout":
                await _silence(receive)
                raise Refused(504, "timeout", "a scenario plays this register as one that does not answer")
            case "error":
                raise Refused(500, "failed", "a scenario plays this register as one that fails")
            case "ok" | "no_record":
                await self._answer(asked, key, self._wire(asked, said, number), send)

    def _said(self, asked: Asked) -> Said:
        try:
            return self._registrars.say(asked)
        except IncompleteError as error:
            raise Refused(500, "incomplete", f"the scenario leaves fields open: {error}; write them in it") from None
        except PoolExhaustedError:
            raise Refused(503, "exhausted", "the pool has no number left; start the sandbox anew") from None

    def _wire(self, asked: Asked, said: Said, number: str | None) -> dict[str, object]:
        register = self._config.registers[asked.register]
        return {
            "status": said.status,
            "data_as_of": said.data_as_of,
            "source": register.owner_zh or register.zh,
            "request_id": number,
            "subject": asked.subject,
            "purpose": asked.purpose,
            "nonce": asked.nonce,
            "data": said.data,
        }

    async def _answer(self, asked: Asked, key: SigningKey, answer: dict[str, object], send: Send) -> None:
        seal = Seal(key, PATH + asked.register, asked.nonce, self._now_ms())
        if await self._faults.play(asked, answer, seal, send):
            return
        body = orjson.dumps(answer)
        await send_bytes(send, body, seal(body))

    def _now_ms(self) -> int:
        return int(self._config.clock() * 1000)


def create_app(config: SandboxConfig) -> Sandbox:
    """The registers of `config` as an ASGI application. Raises DataFileError or ScenarioError."""
    return Sandbox(config)


async def _silence(receive: Receive) -> None:
    """Say nothing until the client goes away."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_SILENCE_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass
