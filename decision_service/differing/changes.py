"""What is written otherwise, part by part, and whether a decision could depend on it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from decision_service.differing.excerpts import Block, Excerpt, beside, block_of
from decision_service.differing.pairing import RulePair
from decision_service.differing.sides import Sides
from decision_service.differing.spelling import Spelling
from decision_service.policy.shape import Field, Note, Obligation, Policy, Result, Rule

T = TypeVar("T")
Coded = TypeVar("Coded", Note, Obligation)
What = Literal["added", "removed", "changed", "renamed"]
Weight = Literal["meaning", "rewritten", "wording", "process"]
"""`meaning`: it says something else, and a decision could depend on that. `rewritten`: it says the same in other words
or under another name. `wording`: texts for people. `process`: how a matter is run, no part of what is decided."""

_PROCESS = (
    "item", "item_type", "handle_type", "applicant", "office", "identity", "weight", "budget", "suitability", "always",
)  # fmt: skip
_WORDING = ("basis", "materials")


@dataclass(frozen=True, slots=True)
class Change:
    """One part that is written otherwise. `section` is its key in the file, `name` what stands under it, empty where
    the section is one whole. `through` are the names that it uses and that mean something else now."""

    section: str
    name: str
    what: What
    weight: Weight
    before: Excerpt | None
    after: Excerpt | None
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Both:
    """Old and new of everything that the comparison needs."""

    old: Policy
    new: Policy
    spelled: tuple[Spelling, Spelling]

    def same(self, first: object, second: object, of: Callable[[Spelling, object], object]) -> bool:
        return of(self.spelled[0], first) == of(self.spelled[1], second)


def changes_between(
    sides: Sides, spelled: tuple[Spelling, Spelling], pairs: tuple[RulePair, ...]
) -> tuple[Change, ...]:
    """Everything that is written otherwise but for comments, cases and the first day."""
    both = _Both(sides.old, sides.new, spelled)
    names = tuple(_names(both))
    moved = {one.name for one in names if one.weight == "meaning"}
    found = [*_form(both), *names, *_rules(both, pairs, moved), *_granted(both, moved), *_whole(both)]
    return tuple(found)


def _parts(
    both: _Both,
    section: str,
    old: Mapping[str, T],
    new: Mapping[str, T],
    weigh: Callable[[T, T], Weight | None],
    moved: set[str] | None = None,
) -> Iterator[Change]:
    """The named parts of a section: those that only one side has, and those to which `weigh` gives a weight."""
    for name in dict.fromkeys([*old, *new]):
        first, second = old.get(name), new.get(name)
        weight: Weight | None = "meaning"
        if first is not None and second is not None:
            weight = weigh(first, second)
        what: What = "added" if first is None else "removed" if second is None else "changed"
        if weight is not None:
            yield _change(both, section, (name, name), what, weight, moved or set())


def _change(
    both: _Both, section: str, names: tuple[str | None, str | None], what: What, weight: Weight, moved: set[str]
) -> Change:
    old = None if what == "added" else _found(both.old, section, names[0])
    new = None if what == "removed" else _found(both.new, section, names[1])
    before, after = beside(old, new, moved)
    through = {
        piece.text
        for excerpt in (before, after)
        for line in (excerpt.lines if excerpt is not None else ())
        for piece in line.pieces
        if piece.mark == "name"
    }
    shown = names[1] if what != "removed" else names[0]
    if what == "renamed":
        shown = f"{names[0]}→{names[1]}"
    return Change(section, shown or "", what, weight, before, after, tuple(sorted(through)))


def _found(policy: Policy, section: str, name: str | None) -> Block | None:
    return block_of(policy, section, name) or block_of(policy, section)


def _form(both: _Both) -> Iterator[Change]:
    def weigh(old: Field, new: Field) -> Weight | None:
        if _accepts(old, both.spelled[0]) != _accepts(new, both.spelled[1]):
            return "meaning"
        if both.spelled[0].of(old.prefill) != both.spelled[1].of(new.prefill):
            return "process"
        texts = [(one.label, one.help, one.example, dict(one.values)) for one in (old, new)]
        return "wording" if texts[0] != texts[1] else None

    fields = [{field.name: field for field in one.fields if not field.common} for one in (both.old, both.new)]
    yield from _parts(both, "form", fields[0], fields[1], weigh)
    yield from _parts(
        both, "ask", both.old.asks, both.new.asks,
        lambda old, new: "meaning" if (old.parameters, old.fallback) != (new.parameters, new.fallback) else None,
    )  # fmt: skip


def _accepts(field: Field, spelling: Spelling) -> tuple[object, ...]:
    """All of a field that decides what may be filled in."""
    return (
        field.type_name, field.kind, spelling.of(field.required), field.confirmation, field.upload, field.identifier,
        field.default, tuple(field.values),
    )  # fmt: skip


def _names(both: _Both) -> Iterator[Change]:
    old, new = both.old, both.new
    parameters = [{one.name: one for one in policy.parameters} for policy in (old, new)]
    yield from _parts(
        both, "parameters", parameters[0], parameters[1],
        lambda first, second: _weighed(
            first.value == second.value, (first.label, first.basis) == (second.label, second.basis)
        ),
    )  # fmt: skip
    for section, varies in (("parameters", True), ("tables", False)):
        tables = [{t.name: t for t in policy.tables.values() if t.varies is varies} for policy in (old, new)]
        yield from _parts(
            both, section, tables[0], tables[1],
            lambda first, second: _weighed(
                both.spelled[0].table(first) == both.spelled[1].table(second),
                (first.label, first.basis) == (second.label, second.basis),
            ),
        )  # fmt: skip
    yield from _lets(both)


def _weighed(same: bool, texts: bool) -> Weight | None:
    return "meaning" if not same else None if texts else "wording"


def _lets(both: _Both) -> Iterator[Change]:
    """Names under `let`; one that is gone and one of the same meaning that has come are one that was renamed."""
    spelled = [
        {let.name: spelling.of(let.value) for let in policy.lets}
        for policy, spelling in zip((both.old, both.new), both.spelled, strict=True)
    ]
    written = [{let.name: let.value for let in policy.lets} for policy in (both.old, both.new)]
    gone = {name: number for name, number in spelled[0].items() if name not in spelled[1]}
    for name, number in spelled[1].items():
        if name in spelled[0]:
            if number != spelled[0][name]:
                yield _change(both, "let", (name, name), "changed", "meaning", set())
            elif written[0][name] != written[1][name]:
                yield _change(both, "let", (name, name), "changed", "rewritten", set())
            continue
        former = next((one for one, other in gone.items() if other == number), None)
        if former is not None:
            del gone[former]
            yield _change(both, "let", (former, name), "renamed", "rewritten", set())
        else:
            yield _change(both, "let", (None, name), "added", "rewritten", set())
    for name in gone:
        yield _change(both, "let", (name, None), "removed", "rewritten", set())


def _rules(both: _Both, pairs: tuple[RulePair, ...], moved: set[str]) -> Iterator[Change]:
    for pair in pairs:
        old, new = pair.old, pair.new
        if old is None or new is None:
            what: What = "added" if old is None else "removed"
            name = new.id if new is not None else old.id if old is not None else ""
            yield _change(both, "rules", (name, name), what, "meaning", moved)
        elif not pair.same:
            yield _change(both, "rules", (old.id, new.id), "changed", "meaning", moved)
        elif old != new:
            renamed = old.id != new.id
            weight: Weight = "wording" if _texts(old) != _texts(new) else "rewritten"
            yield _change(both, "rules", (old.id, new.id), "renamed" if renamed else "changed", weight, moved)


def _texts(rule: Rule) -> tuple[object, ...]:
    return (rule.label, rule.basis, rule.refusal, tuple(dict(one.fills) for one in rule.alternatives))


def _granted(both: _Both, moved: set[str]) -> Iterator[Change]:
    first, second = both.spelled

    def result(old: Result, new: Result) -> Weight | None:
        same = (first.of(old.value), first.of(old.when)) == (second.of(new.value), second.of(new.when))
        return "meaning" if not same else "rewritten" if old != new else None

    def obligation(old: Obligation, new: Obligation) -> Weight | None:
        same = (old.outcomes, old.due, first.of(old.when)) == (new.outcomes, new.due, second.of(new.when))
        return "meaning" if not same else "wording" if old.text != new.text else None

    results = [{one.name: one for one in policy.results} for policy in (both.old, both.new)]
    yield from _parts(both, "result", results[0], results[1], result, moved)
    items = [{one.name: one for one in policy.items} for policy in (both.old, both.new)]
    yield from _parts(
        both, "items", items[0], items[1],
        lambda old, new: _weighed(first.of(old.amount) == second.of(new.amount), old.label == new.label), moved,
    )  # fmt: skip
    notes = [_numbered(policy.notes) for policy in (both.old, both.new)]
    yield from _parts(
        both, "notes", notes[0], notes[1],
        lambda old, new: _weighed(
            (first.of(old.when), old.on_approval) == (second.of(new.when), new.on_approval), old.fills == new.fills
        ),
        moved,
    )  # fmt: skip
    duties = [_numbered(policy.obligations) for policy in (both.old, both.new)]
    yield from _parts(both, "obligations", duties[0], duties[1], obligation, moved)


def _numbered(parts: Iterable[Coded]) -> dict[str, Coded]:
    """By their codes, the second of a code as `CODE 2`."""
    found: dict[str, Coded] = {}
    for part in parts:
        number = sum(one.code == part.code for one in found.values()) + 1
        found[part.code if number == 1 else f"{part.code} {number}"] = part
    return found


def _whole(both: _Both) -> Iterator[Change]:
    """Sections that are told as one: how the matter is run, its law, its papers, the text of its commitment."""
    if both.old.name != both.new.name:
        yield Change("zh, en", "", "changed", "wording", None, None)
    for weight, sections in (("wording", (*_WORDING, "commitment")), ("process", (*_PROCESS, "credit"))):
        for section in sections:
            old, new = block_of(both.old, section), block_of(both.new, section)
            if _bare(old) != _bare(new):
                before, after = beside(old, new)
                what: What = "added" if old is None else "removed" if new is None else "changed"
                yield Change(section, "", what, "wording" if weight == "wording" else "process", before, after)


def _bare(block: Block | None) -> list[str] | None:
    """A block without comments and blank lines."""
    if block is None:
        return None
    return [line.split(" #")[0].strip() for line in block.lines if line.strip() and not line.lstrip().startswith("#")]
