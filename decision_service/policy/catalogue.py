"""What all matters share: registers, reasons, regions, remedies, outcomes, calendar, common fields, standing rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from decision_service.outcome import Outcome
from decision_service.policy.afterwards import Afterwards, read_afterwards
from decision_service.policy.changes import Changes, read_changes
from decision_service.policy.entries import Complaints, Entries
from decision_service.policy.formfields import read_fields
from decision_service.policy.jsontext import as_json
from decision_service.policy.kindtext import kind_of
from decision_service.policy.nodes import MapNode, TextNode, read_nodes, read_source
from decision_service.policy.officehours import OfficeHours, read_office_hours
from decision_service.policy.shape import Bilingual, Field
from decision_service.policy.words import read_words
from decision_service.source import Problem
from verifiers.kinds import BadValueError, Kind, Value, read
from verifiers.registers import Register

FOLDER = "catalogue"
FILES = ("registers", "reasons", "regions", "remedies", "calendar", "outcomes", "form", "standing", "results")
AFTERWARDS = "afterwards"
"""A file that may be missing (nothing is checked after a grant then) and is no part of a version's digest."""
CHANGES = "changes"
"""Another such file: without it nothing counts as something that an applicant can change."""
WORDS = "words"
"""And another: without it facts of registers go by the names that the catalogue has for them."""
FILES_READ = (*FILES, AFTERWARDS, CHANGES, WORDS)
"""All that a catalogue is read from."""


@dataclass(frozen=True, slots=True)
class Remedies:
    """Where an applicant of one city turns to (domain 2.4)."""

    reconsideration_body: Bilingual
    court: Bilingual
    review_channel: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The shared definitions. `examples` are the answers that worked cases assume, as JSON, by register.

    `results` says what the values of `result:` and `tell:` are called on a notice. `calendar` maps a published year to
    its working days; `office_hours` are those of each such day, None where the catalogue states none; `standing` is the
    node of the standing rules, read with each policy since they are typed against its form, and `standing_basis` the
    law that they cite. `nodes` are the contents
    of all files that a decision leans on, for the digest; `afterwards`, `changes` and the
    words for facts are none of them.
    """

    registers: Mapping[str, Register]
    examples: Mapping[str, Mapping[str, object]]
    reasons: Mapping[str, Bilingual]
    provinces: Mapping[str, Bilingual]
    prefectures: Mapping[str, Bilingual]
    remedies: Mapping[str, Remedies]
    remedy_texts: Mapping[str, Bilingual]
    outcomes: Mapping[Outcome, Bilingual]
    notices: Mapping[Outcome, Bilingual]
    results: Mapping[str, Bilingual]
    calendar: Mapping[int, frozenset[date]]
    office_hours: OfficeHours | None
    fields: tuple[Field, ...]
    standing: MapNode
    standing_basis: Bilingual
    nodes: Mapping[str, MapNode]
    afterwards: Afterwards = field(default_factory=Afterwards)
    changes: Changes = field(default_factory=Changes)


def read_catalogue(folder: Path, complaints: Complaints) -> Catalogue | None:
    """The catalogue of a rules folder; None where a file is missing or can't be read (and complained of)."""
    nodes: dict[str, MapNode] = {}
    for name in FILES:
        node = _file(folder, name, complaints)
        if node is not None:
            nodes[name] = node
    if len(nodes) < len(FILES):
        return None
    parts = {name: Entries(node, complaints, (f"{name}.yaml ", f"{name}.yaml")) for name, node in nodes.items()}
    registers, examples = _registers(parts["registers"], complaints)
    registers = _called(folder, registers, complaints)
    regions = parts["regions"]
    outcomes, notices = _outcomes(parts["outcomes"])
    remedies, remedy_texts = _remedies(parts["remedies"])
    catalogue = Catalogue(
        registers=registers,
        examples=examples,
        reasons=_labels(parts["reasons"]),
        provinces=_labels(regions.inner("provinces", needed=True)),
        prefectures=_labels(regions.inner("prefectures", needed=True)),
        remedies=remedies,
        remedy_texts=remedy_texts,
        outcomes=outcomes,
        notices=notices,
        results=_labels(parts["results"]),
        calendar=_calendar(parts["calendar"]),
        office_hours=read_office_hours(parts["calendar"]),
        fields=tuple(read_fields(parts["form"], complaints, common=True)),
        standing=nodes["standing"],
        standing_basis=parts["standing"].inner("basis", needed=True).bilingual(),
        nodes=nodes,
        afterwards=_afterwards(folder, registers, complaints),
        changes=_changes(folder, registers, complaints),
    )
    regions.done()
    return catalogue


def _afterwards(folder: Path, registers: Mapping[str, Register], complaints: Complaints) -> Afterwards:
    if not (folder / FOLDER / f"{AFTERWARDS}.yaml").exists():
        return Afterwards()
    node = _file(folder, AFTERWARDS, complaints)
    if node is None:
        return Afterwards()
    # What is used up by a question, or asked once by law, is not for asking again.
    names = tuple(name for name, one in registers.items() if not (one.asked_once or one.allocator))
    return read_afterwards(Entries(node, complaints, (f"{AFTERWARDS}.yaml ", f"{AFTERWARDS}.yaml")), names)


def _called(folder: Path, registers: dict[str, Register], complaints: Complaints) -> dict[str, Register]:
    node = _file(folder, WORDS, complaints) if (folder / FOLDER / f"{WORDS}.yaml").exists() else None
    if node is None:
        return registers
    words = read_words(Entries(node, complaints, (f"{WORDS}.yaml ", f"{WORDS}.yaml")), registers)
    return {name: replace(one, called=words.get(name, {})) for name, one in registers.items()}


def _changes(folder: Path, registers: Mapping[str, Register], complaints: Complaints) -> Changes:
    if not (folder / FOLDER / f"{CHANGES}.yaml").exists():
        return Changes()
    node = _file(folder, CHANGES, complaints)
    if node is None:
        return Changes()
    return read_changes(Entries(node, complaints, (f"{CHANGES}.yaml ", f"{CHANGES}.yaml")), registers)


def _file(folder: Path, name: str, complaints: Complaints) -> MapNode | None:
    shown = f"{FOLDER}/{name}.yaml"
    source = read_source(folder / FOLDER / f"{name}.yaml", shown)
    if isinstance(source, Problem):
        complaints.problems.append(source)
        return None
    node, problems = read_nodes(source)
    complaints.problems += problems
    if node is not None and not isinstance(node, MapNode):
        complaints.add("wrong_shape", "文件应是若干“键: 值”", "the file must be a mapping", node.span)
    return node if isinstance(node, MapNode) else None


def _labels(entries: Entries) -> dict[str, Bilingual]:
    labels = {}
    for name in entries.names():
        inner = entries.inner(name)
        labels[name] = inner.bilingual()
        inner.done()
    return labels


def _registers(entries: Entries, complaints: Complaints) -> tuple[dict[str, Register], dict[str, dict[str, object]]]:
    registers, examples = {}, {}
    for name in entries.names():
        inner = entries.inner(name)
        inner.what = (f"登记库 `{name}` ", f"the register `{name}`")
        registers[name], examples[name] = _register(name, inner, complaints)
    return registers, examples


def _register(name: str, entries: Entries, complaints: Complaints) -> tuple[Register, dict[str, object]]:
    shapes = entries.inner("answers", needed=True)
    answers = {field: kind_of(shapes.get(field), complaints) for field in shapes.names()}
    latency = [_milliseconds(word) for word in entries.words("latency")]
    or_with = tuple(word.text for word in entries.words("or_with"))
    loosened = entries.inner("may_be_null_when_asked_with")
    nullable = {key: tuple(word.text for word in loosened.words(key)) for key in loosened.names()}
    register = Register(
        name=name,
        zh=entries.text("zh"),
        en=entries.text("en"),
        owner_zh=entries.text("owner_zh"),
        owner_en=entries.text("owner_en"),
        asked_with=tuple(word.text for word in entries.words("asked_with")),
        optional_parameters=tuple(word.text for word in entries.words("optional")),
        alternatives=(or_with,) if or_with else (),
        answers=answers,
        nullable_when_asked_with=nullable,
        timeout_ms=entries.whole("within", unit=" ms"),
        max_age_hours=entries.whole("fresh_for", unit=" h"),
        cache_seconds=entries.whole("cache_for", 0, unit=" s"),
        cached_when_asked_with=tuple(word.text for word in entries.words("cache_when_asked_with")),
        no_record=_facts(entries, "no_record", answers, complaints),
        allocator=entries.yes("allocator", default=False),
        asked_once=entries.yes("asked_once", default=False),
        sensitive=entries.text("sensitive", "none"),
        latency_ms=(latency[0], latency[1]) if len(latency) == 2 else (0, 0),
    )
    example_node = entries.need("in_cases")
    example = _json(example_node, answers) if isinstance(example_node, MapNode) else {}
    entries.done()
    return register, example


def _milliseconds(word: TextNode) -> int:
    number = word.text.removesuffix(" ms").strip()
    return int(number) if number.isascii() and number.isdigit() else 0


def _json(node: MapNode, answers: Mapping[str, Kind]) -> dict[str, object]:
    return {key.text: as_json(value, answers.get(key.text)) for key, value in node.entries}


def _facts(entries: Entries, name: str, answers: Mapping[str, Kind], complaints: Complaints) -> dict[str, Value] | None:
    node = entries.get(name)
    if not isinstance(node, MapNode):
        return None
    facts: dict[str, Value] = {}
    for fact, raw in _json(node, answers).items():
        try:
            facts[fact] = None if raw is None else read(answers[fact], raw)
        except (BadValueError, KeyError):
            complaints.add(
                "wrong_kind",
                f"`{fact}` 不是这个登记库的值",
                f"`{fact}` is no value of this register",
                node.span,
                ("对照 answers 中的类型改正", "put it right by the kinds under `answers`"),
            )
    return facts


def _outcomes(entries: Entries) -> tuple[dict[Outcome, Bilingual], dict[Outcome, Bilingual]]:
    names, notices = {}, {}
    for outcome in Outcome:
        inner = entries.inner(outcome.value, needed=True)
        names[outcome] = inner.bilingual()
        notices[outcome] = inner.bilingual("notice_zh", "notice_en")
        inner.done()
    entries.done()
    return names, notices


def _remedies(entries: Entries) -> tuple[dict[str, Remedies], dict[str, Bilingual]]:
    cities = entries.inner("cities", needed=True)
    remedies = {}
    for city in cities.names():
        inner = cities.inner(city)
        remedies[city] = Remedies(
            inner.inner("reconsideration_body", needed=True).bilingual(),
            inner.inner("court", needed=True).bilingual(),
            inner.text("review_channel"),
        )
        inner.done()
    return remedies, _labels(entries.inner("texts", needed=True))


def _calendar(entries: Entries) -> dict[int, frozenset[date]]:
    """Working days by published year: the weekdays without holidays, and the make-up days."""
    years = entries.inner("years", needed=True)
    calendar = {}
    for year in years.names():
        inner = years.inner(year)
        inner.choice("working_days", ("Monday to Friday",))
        holidays = {_day(word, inner) for word in inner.words("holidays")}
        extra = {_day(word, inner) for word in inner.words("make_up_days")}
        inner.done()
        days = _days_of(int(year)) if year.isascii() and year.isdigit() and len(year) == 4 else []
        calendar[int(year)] = frozenset(
            day for day in days if (day.weekday() < 5 and day not in holidays) or day in extra
        )
    return calendar


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=number) for number in range(366) if (first + timedelta(days=number)).year == year]


def _day(word: TextNode, entries: Entries) -> date:
    try:
        return date.fromisoformat(word.text)
    except ValueError:
        entries.complaints.add(
            "wrong_shape", "应是日期，如 2026-10-01", "a day such as 2026-10-01 is needed", word.span
        )
        return date.min
