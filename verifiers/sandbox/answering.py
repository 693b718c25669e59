"""From a question to what the register says: its records, a scenario laid over them, a number from the pool."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from verifiers.freshness import CHINA
from verifiers.kinds import Kind
from verifiers.registers import Register
from verifiers.sandbox.config import Asked, SandboxConfig
from verifiers.sandbox.loading import load_people
from verifiers.sandbox.numbers import NumberPool
from verifiers.sandbox.people import NO_RECORD, People, Record
from verifiers.sandbox.scenarios import Override, Scenarios


@dataclass(frozen=True, slots=True)
class Said:
    """What a register says. `data` is empty unless `status` is ok; timeout and error are played, not said."""

    status: Literal["ok", "no_record", "timeout", "error"]
    data_as_of: str
    data: Mapping[str, object]


class IncompleteError(Exception):
    """A scenario makes someone known of whom there is no record, and leaves fields open. Holds their names."""


class Registrars:
    """The registers' people at work: one answers for each register of `config`.

    Raises DataFileError or ScenarioError at the start, when the data or the scenarios can't be used.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self._config = config
        self._people = load_people(config.registers, config.built_in, config.data)
        self.scenarios = Scenarios(config.registers, config.scenarios)
        self._pool = NumberPool(_bodies(self._people))

    def say(self, asked: Asked) -> Said:
        """What the register says. Raises IncompleteError, and PoolExhaustedError from an empty pool."""
        register = self._config.registers[asked.register]
        record = self._people.record(asked.register, asked.subject, asked.params)
        override = self.scenarios.override(asked.application_id, asked.register)
        dated = (override and override.data_as_of) or record.data_as_of or self._today()
        if override is not None and override.status != "ok":
            return Said(override.status, dated, {})
        fields = self._fields(asked, record, override)
        if register.allocator:
            wanted = fields.get("body")
            fields = {"body": self._pool.hand_out(asked.application_id, wanted if isinstance(wanted, str) else None)}
        elif record.status != "ok" and override is None:
            return Said("no_record", dated, {})
        return Said("ok", dated, _only(register, fields))

    def _fields(self, asked: Asked, record: Record, override: Override | None) -> dict[str, object]:
        if override is None:
            return dict(record.fields)
        if record.status != "ok":
            record = self._people.habits[asked.register].usual(asked.params) or NO_RECORD
        return {**record.fields, **override.fields}

    def _today(self) -> str:
        day = self._config.as_of or datetime.fromtimestamp(self._config.clock(), CHINA).date()
        return day.isoformat()


def _only(register: Register, fields: Mapping[str, object]) -> dict[str, object]:
    """All fields of the catalogue and no other one. Raises IncompleteError when one is not there."""
    missing = [name for name in register.answers if name not in fields]
    if missing:
        raise IncompleteError(f"{register.name}: {', '.join(missing)}")
    return {name: _pruned(kind, fields[name]) for name, kind in register.answers.items()}


def _pruned(kind: Kind, value: object) -> object:
    if isinstance(value, list) and kind.item is not None:
        return [_pruned(kind.item, element) for element in value]
    if isinstance(value, dict) and kind.name == "record":
        return {name: _pruned(inside, value[name]) for name, inside in kind.fields if name in value}
    return value


def _bodies(people: People) -> set[str]:
    """Bodies that organisations have (characters 9 to 16 of the credit code), and those kept for somebody."""
    bodies = {subject.identifier[8:16] for subject in people.subjects.values() if subject.section == "organisations"}
    for subject in people.subjects.values():
        for record in subject.records.get("number_pool", ()):
            bodies.add(str(record.fields.get("body", "")))
    return bodies
