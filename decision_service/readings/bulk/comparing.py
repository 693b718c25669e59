"""Row by row: a verdict's columns brought out as plain values, and the same values of a verdict of another reading."""

from collections.abc import Mapping
from decimal import Decimal

from decision_service.facts import Cause, Unknown
from decision_service.outcome import APPROVALS, RANK
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.cells import BIT, Cell, column, static
from decision_service.readings.bulk.days import day_of
from decision_service.readings.bulk.findings import FAILS, HOLDS, SILENT, UNKNOWN
from decision_service.readings.bulk.shapes import Element, Fields, Items, Length, Number, Plain, Rows, Shape, Term
from decision_service.readings.bulk.verdicts import NOT_CHOSEN, VerdictColumns
from decision_service.verdict import RESULT, State, Verdict
from verifiers.kinds import Kind, Value

_STATES = {State.SILENT: SILENT, State.HOLDS: HOLDS, State.UNKNOWN: UNKNOWN}


def shown(verdict: VerdictColumns) -> dict[str, Cell]:
    """Every part of a verdict, as columns with names."""
    found = {"outcome": verdict.outcome, "lacking": verdict.lacking}
    found |= {f"state {name}": cell for name, cell in verdict.states.items()}
    found |= {f"causes {name}": cell for name, cell in verdict.causes.items()}
    found |= {f"item {name}": cell for name, cell in verdict.items.items()}
    found |= {f"note {place}": cell for place, cell in enumerate(verdict.notes)}
    for word, values in (("result", verdict.granted), ("amount", verdict.amounts)):
        for name, (there, term) in values.items():
            found[f"{word} {name} there"] = there
            found[f"{word} {name} unknown"] = term.mask
            found |= {f"{word} {name} {part}": cell for part, cell in _parts(term.shape).items()}
    return {
        name: column(cell, "boolean" if isinstance(cell, bool) else "int64")
        if static(cell) and not isinstance(cell, str)
        else column(cell, "string")
        for name, cell in found.items()
    }


def _parts(shape: Shape) -> dict[str, Cell]:
    match shape:
        case Plain() | Number() | Items() | Element():
            return {"": shape.cell}
        case Length():
            return {"months": shape.months.cell, "days": shape.days.cell}
        case Rows():
            found: dict[str, Cell] = {}
            for place, (there, one) in enumerate(shape.entries):
                found[f"{place} there"] = there
                found |= {f"{place} {part}": cell for part, cell in _parts(one).items()}
            return found
        case Fields():
            return {f"{name} {part}": cell for name, one in shape.fields.items() for part, cell in _parts(one).items()}


def told(policy: Policy, verdict: VerdictColumns, row: Mapping[str, object]) -> dict[str, object]:
    """What the columns of one row say, as plain values."""
    found: dict[str, object] = {"outcome": row["outcome"], "lacking": row["lacking"]}
    for rule in policy.rules:
        found[rule.id] = (row[f"state {rule.id}"], row[f"causes {rule.id}"])
    for item in verdict.items:
        if row[f"item {item}"] != NOT_CHOSEN:
            _, term = verdict.amounts[item]
            found[f"item {item}"] = (
                row[f"item {item}"],
                _value(f"amount {item}", term, row, policy_kind(policy, item)),
            )
    for result in policy.results:
        if row[f"result {result.name} there"]:
            term = verdict.granted[result.name][1]
            found[f"result {result.name}"] = _value(f"result {result.name}", term, row, result.value.kind)
    found["notes"] = tuple(note.code for place, note in enumerate(policy.notes) if row[f"note {place}"])
    return found


def policy_kind(policy: Policy, item: str) -> Kind:
    """The kind of an item's amount."""
    return next(one.amount.kind for one in policy.items if one.name == item)


def _value(prefix: str, term: Term, row: Mapping[str, object], kind: Kind) -> object:
    if not row[f"{prefix} there"]:
        return None
    if row[f"{prefix} unknown"]:
        return ("unknown", row[f"{prefix} unknown"])
    return value_of(
        term.shape,
        kind,
        {name.removeprefix(f"{prefix} "): cell for name, cell in row.items() if name.startswith(f"{prefix} ")},
    )


def value_of(shape: Shape, kind: Kind, parts: Mapping[str, object]) -> object:
    """A value of the language from the parts of its columns."""
    match shape:
        case Number():
            units = parts[""]
            return None if units is None else Decimal(int(str(units))) / (10**shape.scale * shape.divisor)
        case Plain():
            raw = parts[""]
            return day_of(int(str(raw))) if kind.name == "date" and raw is not None else raw
        case Length():
            return (parts["months"], parts["days"])
        case Rows():
            entries = []
            for place, (_, one) in enumerate(shape.entries):
                if parts[f"{place} there"]:
                    inner = {
                        name.partition(" ")[2]: cell for name, cell in parts.items() if name.startswith(f"{place} ")
                    }
                    entries.append(value_of(one, kind.item or kind, inner))
            return tuple(entries)
        case Fields():
            return {
                name: value_of(
                    one,
                    kind.field(name) or kind,
                    {
                        part.removeprefix(f"{name} "): cell
                        for part, cell in parts.items()
                        if part.startswith(f"{name} ")
                    },
                )
                for name, one in shape.fields.items()
            }
        case Items() | Element():
            return parts[""]


def expected(verdict: Verdict) -> dict[str, object]:
    """The same of a verdict of another reading."""
    lacking = next((one for one in verdict.findings if one.rule == RESULT), None)
    found: dict[str, object] = {
        "outcome": RANK[verdict.outcome],
        "lacking": 0 if lacking is None else mask_of(lacking.causes),
    }
    for one in verdict.findings:
        if one.rule != RESULT:
            state = FAILS + (one.alternative or 0) if one.state is State.FAILS else _STATES[one.state]
            found[one.rule] = (state, mask_of(one.causes))
    for item in verdict.items:
        granted = item.outcome in APPROVALS and verdict.outcome in APPROVALS
        found[f"item {item.item}"] = (RANK[item.outcome], _plain(item.amount) if granted else None)
    found |= {f"result {name}": _plain(value) for name, value in verdict.result.items()}
    found["notes"] = verdict.notes
    return found


def mask_of(causes: frozenset[Cause]) -> int:
    """The mask of some causes."""
    mask = 0
    for cause in causes:
        mask |= BIT[cause.why]
    return mask


def _plain(value: Value | Unknown) -> object:
    match value:
        case Unknown():
            return ("unknown", mask_of(value.causes))
        case bool():
            return value
        case int():
            return Decimal(value)
        case tuple():
            return tuple(_plain(one) for one in value)
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case _:
            return value
