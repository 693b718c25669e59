"""The sandbox's data folders, read and checked: every field is of its register's kind, every answer is complete."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from verifiers.kinds import Kind
from verifiers.registers import Register
from verifiers.sandbox.files import DataFileError, Entry, open_file
from verifiers.sandbox.people import NO_RECORD, SECTIONS, Habit, People, Record, Records, Subject

_DATE = Kind("date")


def load_people(registers: Mapping[str, Register], built_in: Path, data: Path | None) -> People:
    """The built-in data with those of folder `data` laid over it: what is met again replaces the former.

    Raises DataFileError with every problem of every file. Records of a register that the data know but `registers` does
    not hold are left unread.
    """
    loading = _Loading(registers)
    for folder in (built_in, data) if data is not None else (built_in,):
        loading.folder(folder)
    loading.problems.extend(
        f"register {name}: no data file has it under `registers`; say there how it finds its subjects (`found_by`)"
        for name in registers
        if name not in loading.habits
    )
    if loading.problems:
        raise DataFileError(tuple(loading.problems))
    return People(loading.subjects, loading.habits)


@dataclass(frozen=True, slots=True)
class _Loading:
    """What has been read up to now, and what was wrong with it."""

    registers: Mapping[str, Register]
    habits: dict[str, Habit] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @contextmanager
    def collecting(self) -> Iterator[None]:
        try:
            yield
        except DataFileError as error:
            self.problems.extend(error.problems)

    def folder(self, folder: Path) -> None:
        files = sorted(folder.glob("*.yaml"))
        if not files:
            self.problems.append(f"{folder.name}: no .yaml file in this folder; give a folder of data files")
        tops = []
        for file in files:
            with self.collecting():
                tops.append(_only(open_file(file), (*SECTIONS, "registers")))
        for top in tops:
            if "registers" in top:
                with self.collecting():
                    self.habits_in(top["registers"])
        met: set[str] = set()
        for section in SECTIONS:
            for top in tops:
                if section in top:
                    with self.collecting():
                        self.subjects_in(section, top[section], met)

    def habits_in(self, entry: Entry) -> None:
        for name, one in entry.fields().items():
            # Known even when it is wrong, so that one mistake is told once and not by every record of the register.
            self.habits[name] = Habit((), {}, {}, ())
            with self.collecting():
                self.habits[name] = _habit(one, self.registers.get(name))

    def subjects_in(self, section: str, entry: Entry, met: set[str]) -> None:
        for one in entry.items():
            with self.collecting():
                subject = self.subject(section, one)
                if subject.identifier in met:
                    raise one.fail(f"its {SECTIONS[section]} stands twice in this folder; keep one entry")
                met.add(subject.identifier)
                self.subjects[subject.identifier] = subject

    def subject(self, section: str, entry: Entry) -> Subject:
        key = SECTIONS[section]
        top = _only(entry, (key, "name", "records"))
        if key not in top or "name" not in top:
            raise entry.fail(f"`{key}` and `name` are needed here")
        identifier = top[key].text()
        if section == "people":
            top[key].value(Kind("citizen_id"))
        own: dict[str, Records] = {}
        for name, one in top["records"].fields().items() if "records" in top else ():
            if name not in self.habits:
                raise one.fail("no such register; name one that stands under `registers` in the data files")
            if name in self.registers:
                own[name] = _records(one, self.registers[name])
        for name, register in self.registers.items():
            if name in self.habits:
                _complete(top.get("records", entry), section, register, self.habits[name], own)
        return Subject(section, identifier, top["name"].text(), own)


def _habit(entry: Entry, register: Register | None) -> Habit:
    """Records of a register that is not played are not read: there are no kinds to read them by."""
    top = _only(entry, ("found_by", "compared", "anyone", *SECTIONS))
    if "found_by" not in top:
        raise entry.fail("`found_by` is missing; name the parameters that lead to a subject")
    read = {name: _records(one, register) for name, one in top.items() if register and name in (*SECTIONS, "anyone")}
    found_by = tuple(name.text() for name in top["found_by"].items())
    if register is not None and _parameters(register).isdisjoint(found_by):
        raise top["found_by"].fail(f"{register.name} is asked with none of these; name one of its parameters")
    compared = top["compared"].fields() if "compared" in top else {}
    return Habit(
        found_by=found_by,
        compared={name: one.text() for name, one in compared.items()},
        known={section: read[section] for section in SECTIONS if section in read},
        anyone=read.get("anyone", ()),
    )


def _parameters(register: Register) -> set[str]:
    """What may lead to a subject: every parameter of a question, and the subject of its envelope."""
    return {*register.asked_with, *(name for names in register.alternatives for name in names), "subject"}


def _records(entry: Entry, register: Register) -> Records:
    """One record, or a list of records of which the first that fits the question speaks."""
    return tuple(_record(one, register) for one in (entry.items() if entry.is_list() else [entry]))


def _record(entry: Entry, register: Register) -> Record:
    if entry.is_text():
        if entry.text() == "no_record":
            return NO_RECORD
        raise entry.fail("fields are expected here, or `no_record`")
    top = entry.fields()
    kinds = register.answers_when_asked_with(tuple(register.nullable_when_asked_with))
    when = top.pop("when").fields() if "when" in top else {}
    dated = top.pop("data_as_of", None)
    unknown = [
        one.problem("the register has no such field; take it out") for name, one in top.items() if name not in kinds
    ]
    if unknown:
        raise DataFileError(tuple(unknown))
    return Record(
        fields={name: one.value(kinds[name]) for name, one in top.items()},
        when={name: tuple(v.text() for v in (one.items() if one.is_list() else [one])) for name, one in when.items()},
        data_as_of=None if dated is None else str(dated.value(_DATE)),
    )


def _complete(entry: Entry, section: str, register: Register, habit: Habit, own: Mapping[str, Records]) -> None:
    """Raises DataFileError when an answer about this subject could lack a field, or hold a null that it may not."""
    key = SECTIONS[section]
    if key not in habit.found_by and "subject" not in habit.found_by:
        return
    kinds = register.answers_when_asked_with((key,))
    usual = habit.known.get(section, ())
    for record in own.get(register.name, usual):
        for merged in [record.over(other) for other in usual] or [record]:
            for name, kind in kinds.items():
                if merged.status == "ok" and (
                    name not in merged.fields or (merged.fields[name] is None and not kind.nullable)
                ):
                    raise entry.fail(f"{register.name}.{name} is missing; write it in a record of {register.name}")


def _only(entry: Entry, names: tuple[str, ...]) -> dict[str, Entry]:
    top = entry.fields()
    for name, one in top.items():
        if name not in names:
            raise one.fail(f"not known here; these are: {', '.join(names)}")
    return top
