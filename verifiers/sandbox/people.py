"""Whom the sandbox knows: people, organisations and names, and what each register has on them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

SECTIONS: Mapping[str, str] = {"people": "id_no", "organisations": "uscc", "names": "name"}
"""The kinds of subject, each with the field (and parameter of a question) that tells its members apart."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a register has on someone: some of its fields, or that it has no record.

    `when` closes it to questions whose parameters have one of the values named. `data_as_of` is the day it dates from,
    None where that is the sandbox's day.
    """

    status: Literal["ok", "no_record"] = "ok"
    fields: Mapping[str, object] = field(default_factory=dict, repr=False)
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    data_as_of: str | None = None

    def fits(self, params: Mapping[str, object]) -> bool:
        """Whether it speaks to a question with these parameters."""
        return all(params.get(name) in values for name, values in self.when.items())

    def over(self, other: "Record | None") -> "Record":
        """This record with what it leaves open filled from `other`."""
        if other is None or "no_record" in (self.status, other.status):
            return self
        return replace(self, fields={**other.fields, **self.fields}, data_as_of=self.data_as_of or other.data_as_of)


NO_RECORD = Record("no_record")
Records = tuple[Record, ...]


def first_fitting(records: Records, params: Mapping[str, object]) -> Record | None:
    """The first record that speaks to such a question."""
    return next((record for record in records if record.fits(params)), None)


@dataclass(frozen=True, slots=True)
class Subject:
    """Someone or something that registers know, with its own records by register."""

    section: str
    identifier: str = field(repr=False)
    name: str = field(repr=False)
    records: Mapping[str, Records] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a register finds its subjects, and what it says where there is no own record.

    `found_by` names the parameters that lead to a subject (`subject` is that of the envelope). `compared` maps a
    parameter to the field of the answer that says whether it is the subject's name. `known` answers for subjects
    without own record, by section; `anyone` for who is not in the data: none means that there is no record.
    """

    found_by: tuple[str, ...]
    compared: Mapping[str, str]
    known: Mapping[str, Records]
    anyone: Records

    def usual(self, params: Mapping[str, object]) -> Record | None:
        """What the register usually says to such a question."""
        sections = (section for section, key in SECTIONS.items() if key in params or key in self.found_by)
        usual = (first_fitting(self.known.get(section, ()), params) for section in sections)
        return next((record for record in usual if record is not None), first_fitting(self.anyone, params))


@dataclass(frozen=True, slots=True)
class People:
    """All that the sandbox knows: subjects by identifier, habits by register."""

    subjects: Mapping[str, Subject] = field(repr=False)
    habits: Mapping[str, Habit]

    def record(self, register: str, subject: str, params: Mapping[str, object]) -> Record:
        """What `register` has in answer to such a question. Of several subjects, lists are joined."""
        habit = self.habits[register]
        found = tuple(self._named(habit, {**params, "subject": subject}))
        if not found:
            return first_fitting(habit.anyone, params) or NO_RECORD
        records = [_of(one, register, habit, params) for one in found]
        answer = next((record for record in records if record.status == "ok"), NO_RECORD)
        for other in records[records.index(answer) + 1 :]:
            answer = _joined(answer, other)
        differs = {
            matched: False
            for name, matched in habit.compared.items()
            if params.get(name, found[0].name) != found[0].name
        }
        return replace(answer, fields={**answer.fields, **differs}) if answer.status == "ok" else answer

    def _named(self, habit: Habit, params: Mapping[str, object]) -> Iterator[Subject]:
        for name in habit.found_by:
            value = params.get(name)
            for identifier in dict.fromkeys(value if isinstance(value, list) else [value]):
                subject = self.subjects.get(identifier) if isinstance(identifier, str) else None
                if subject is not None:
                    yield subject


def _of(subject: Subject, register: str, habit: Habit, params: Mapping[str, object]) -> Record:
    usual = first_fitting(habit.known.get(subject.section, ()), params)
    own = subject.records.get(register)
    if own is None:
        return usual or NO_RECORD
    return (first_fitting(own, params) or NO_RECORD).over(usual)


def _joined(one: Record, other: Record) -> Record:
    if other.status != "ok":
        return one
    lists = {
        name: [*value, *more]
        for name, value in one.fields.items()
        if isinstance(value, list) and isinstance(more := other.fields.get(name), list)
    }
    return replace(one, fields={**one.fields, **lists})
