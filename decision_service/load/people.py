"""The people of a load run: written down for the sandbox, each known to registers as one application needs it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from decision_service.forms import read_form
from decision_service.load.applications import Candidate, renamed
from decision_service.planning import can_ask, question
from decision_service.policy.catalogue import Catalogue
from verifiers.identifiers import CitizenId, CreditCode, citizen_id, credit_code, make_citizen_id, make_credit_code
from verifiers.sandbox.people import NO_RECORD, Habit, People
from verifiers.verifier import Question

_A_FILE = 2000
"""People a data file; the sandbox reads none over 16 MiB."""

_SEQUENCES = 1000
_BODIES = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Characters of an organisation's body (GB 32100-2015)."""


class Numbers:
    """Hands out identifiers of nobody, none of them twice nor one that somebody has already."""

    def __init__(self, taken: Mapping[str, object]) -> None:
        self._taken = taken
        self._next: dict[str, int] = {}
        self._organisations = 0

    def another(self, identifier: str) -> str | None:
        """One like it: a citizen ID of the same birth and sex in a region that numbers nobody, or a credit code of the
        same sort. None where there is no further one, or it is neither."""
        if isinstance(citizen_id(identifier, date.max), CitizenId):
            return self._citizen(f"{identifier[:4]}00{identifier[6:14]}", int(identifier[16]) % 2)
        if isinstance(credit_code(identifier), CreditCode):
            return self._organisation(identifier[:2], identifier[2:8])
        return None

    def _citizen(self, front: str, odd: int) -> str | None:
        at = f"{front}{odd}"
        for sequence in range(self._next.get(at, odd), _SEQUENCES, 2):
            made = make_citizen_id(f"{front}{sequence:03d}")
            if made is not None and made not in self._taken:
                self._next[at] = sequence + 2
                return made
        return None

    def _organisation(self, sort: str, division: str) -> str | None:
        while self._organisations < len(_BODIES) ** 4:
            self._organisations += 1
            number, body = self._organisations, ""
            for _ in range(4):
                number, digit = divmod(number, len(_BODIES))
                body = _BODIES[digit] + body
            made = make_credit_code(sort, division, f"DEML{body}")
            if made is None or made not in self._taken:
                return made
        return None


@dataclass(slots=True)
class Entry:
    """Somebody, and what registers have on him."""

    name: str
    records: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Town:
    """The people, organisations and names of one run, by section and identifier, as the sandbox's data files have them.
    `habits` say how each register finds its subjects."""

    catalogue: Catalogue
    known: People
    day: date
    sections: dict[str, dict[str, "Entry"]] = field(
        default_factory=lambda: {"people": {}, "organisations": {}, "names": {}}
    )
    _numbers: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = Numbers(self.known.subjects)

    @property
    def count(self) -> int:
        """How many people there are."""
        return len(self.sections["people"])

    def settle(self, one: Candidate) -> Candidate | None:
        """The application as one of somebody who was not there before, and about whom registers say its facts. None
        where no further such person can be numbered."""
        names = dict(self._names(one))
        if any(new is None for new in names.values()):
            return None
        settled = renamed(one, {old: new for old, new in names.items() if new is not None})
        reading = read_form(settled.policy, settled.form, self.day, self.catalogue.prefectures)
        for register, fact in (settled.facts or {}).items():
            if can_ask(settled.policy, register, reading) and not settled.policy.asks[register].register.allocator:
                asked = question(settled.policy, register, reading, "load")
                self._write(asked, self.known.habits[register], fact, settled)
        return settled

    def _names(self, one: Candidate) -> Iterator[tuple[str, str | None]]:
        """Each identifier of the form, and the one that takes its place."""
        for name in one.policy.fields:
            value = one.form.get(name.name)
            if isinstance(value, str) and _section(value) != "names":
                yield value, self._numbers.another(value)

    def _write(self, asked: Question, habit: Habit, fact: object, one: Candidate) -> None:
        """What the register says goes to the first whom the question leads to; the others are there, with nothing of
        their own."""
        params = {**asked.params, "subject": asked.subject}
        values = [params.get(name) for name in habit.found_by]
        whom = [each for value in values for each in (value if isinstance(value, list) else [value])]
        for place, identifier in enumerate(dict.fromkeys(each for each in whom if isinstance(each, str) and each)):
            if identifier in self.known.subjects:
                continue
            section = _section(identifier)
            called = params.get("name") if section == "people" else None
            name = str(called or one.form.get("applicant_name") or "示例")
            entry = self.sections[section].setdefault(identifier, Entry(name))
            if place == 0:
                entry.records.setdefault(asked.register.name, self._record(fact))

    def _record(self, fact: object) -> object:
        """An answer as data files write it; one of that day needs no date."""
        if not isinstance(fact, Mapping) or fact.get("status") != "ok":
            return "no_record"
        today = fact.get("data_as_of") == str(self.day)
        return {
            name: value for name, value in fact.items() if name != "status" and not (today and name == "data_as_of")
        }

    def write(self, folder: Path) -> None:
        """Write the data files of the sandbox. JSON is YAML, and quicker to write."""
        folder.mkdir(parents=True, exist_ok=True)
        keys = {"people": "id_no", "organisations": "uscc", "names": "name"}
        for section, entries in self.sections.items():
            listed = [
                {keys[section]: identifier, "name": one.name, "records": self._complete(section, keys[section], one)}
                for identifier, one in entries.items()
            ]
            for start in range(0, len(listed), _A_FILE):
                path = folder / f"{section}-{start // _A_FILE}.yaml"
                path.write_text(json.dumps({section: listed[start : start + _A_FILE]}, ensure_ascii=False), "utf-8")

    def _complete(self, section: str, key: str, one: "Entry") -> dict[str, object]:
        """The records of an entry; where a register has none and what it usually says is not all of an answer, that
        there is no record."""
        records = dict(one.records)
        for name, habit in self.known.habits.items():
            usual = habit.known.get(section, ())
            answers = self.catalogue.registers[name].answers_when_asked_with((key,))
            own = records.get(name)
            said = [{**usually.fields, **(own if isinstance(own, dict) else {})} for usually in usual or (NO_RECORD,)]
            lacking = any(
                field not in each or (each[field] is None and not kind.nullable)
                for each in said
                for field, kind in answers.items()
            )
            if {key, "subject"} & set(habit.found_by) and own != "no_record" and lacking and (usual or own):
                records[name] = "no_record"
        return records


def _section(identifier: str) -> str:
    if isinstance(citizen_id(identifier, date.max), CitizenId):
        return "people"
    return "organisations" if isinstance(credit_code(identifier), CreditCode) else "names"
