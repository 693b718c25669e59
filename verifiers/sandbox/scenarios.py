"""Scenarios: what registers shall say of one application, instead of or on top of what they have on the person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

import orjson

from verifiers.kinds import HINTS, BadValueError, Kind, read
from verifiers.registers import Register

Status = Literal["ok", "no_record", "timeout", "error"]
_KEPT = 1_000_000


class ScenarioError(ValueError):
    """A scenario that can't be played. `place` is a JSON pointer; neither it nor the text holds a value."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place or '/'}: {what}")
        self.place = place
        self.what = what


@dataclass(frozen=True, slots=True)
class Override:
    """What one register shall do. `fields` are laid over its own answer; `data_as_of` stands for the sandbox's day.

    timeout: no answer within the client's time. error: HTTP 500.
    """

    status: Status = "ok"
    fields: Mapping[str, object] = field(default_factory=dict, repr=False)
    data_as_of: str | None = None


Scenario = Mapping[str, Override]
"""By register."""


class Scenarios:
    """The scenarios in play, by application. Bounded: past a million applications a new one is refused."""

    def __init__(self, registers: Mapping[str, Register], file: Path | None = None) -> None:
        """Raises ScenarioError when `file` can't be read or played."""
        self._registers = registers
        self._by_application: dict[str, tuple[Scenario, object]] = {}
        if file is not None:
            for application_id, raw in _parse(_bytes(file)).items():
                self._put(application_id, raw, f"/{len(self._by_application)}")

    def put(self, application_id: str, body: bytes) -> None:
        """Play `body`, the JSON of one scenario, for this application from now on. Raises ScenarioError."""
        self._put(application_id, _parse(body), "")

    def raw(self, application_id: str) -> object | None:
        """The JSON of a scenario in play."""
        found = self._by_application.get(application_id)
        return None if found is None else found[1]

    def drop(self, application_id: str) -> bool:
        """Stop playing it; says whether there was one."""
        return self._by_application.pop(application_id, None) is not None

    def override(self, application_id: str, register: str) -> Override | None:
        """What `register` shall do for this application, if a scenario says so."""
        found = self._by_application.get(application_id)
        return None if found is None else found[0].get(register)

    def _put(self, application_id: str, raw: object, place: str) -> None:
        if application_id not in self._by_application and len(self._by_application) >= _KEPT:
            raise ScenarioError(place, "a million scenarios are in play; take some out with DELETE")
        self._by_application[application_id] = (self._scenario(raw, place), raw)

    def _scenario(self, raw: object, place: str) -> Scenario:
        if not isinstance(raw, dict):
            raise ScenarioError(place, "an object of registers is expected")
        found: dict[str, Override] = {}
        for at, (name, one) in enumerate(raw.items()):
            register = self._registers.get(name)
            if register is None:
                raise ScenarioError(f"{place}/{at}", "this register is not played here; name one of the catalogue")
            found[name] = _override(register, one, f"{place}/{name}")
        return found


def _override(register: Register, raw: object, place: str) -> Override:
    if not isinstance(raw, dict):
        raise ScenarioError(place, "an object is expected: status, data_as_of and fields of the register")
    fields = dict(raw)
    status = fields.pop("status", "ok")
    if status not in get_args(Status):
        raise ScenarioError(f"{place}/status", f"one of {', '.join(get_args(Status))} is expected")
    dated = fields.pop("data_as_of", None)
    if dated is not None:
        _check(Kind("text", maximum=None), dated, f"{place}/data_as_of")
    kinds = register.answers_when_asked_with(tuple(register.nullable_when_asked_with))
    for at, (name, value) in enumerate(fields.items()):
        if name not in kinds:
            raise ScenarioError(f"{place}/{at}", f"{register.name} has no such field; take it out")
        _check(kinds[name], value, f"{place}/{name}")
    return Override(cast("Status", status), fields, cast("str | None", dated))


def _check(kind: Kind, value: object, place: str) -> None:
    try:
        read(kind, value)
    except BadValueError as error:
        raise ScenarioError(place, HINTS[error.hint][1]) from None


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ScenarioError(
            "", f"{file.name} can't be read ({error.strerror}); check the path and its rights"
        ) from None


def _parse(body: bytes) -> dict[str, object]:
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ScenarioError("", "not JSON in UTF-8") from None
    if not isinstance(raw, dict):
        raise ScenarioError("", "an object is expected")
    return cast("dict[str, object]", raw)
