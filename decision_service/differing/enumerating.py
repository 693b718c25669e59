"""Every way in which decisions change, found by asking the solver for one more until there is none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from decision_service.differing.asking import Asking
from decision_service.differing.aspects import Aspect, Aspects
from decision_service.differing.progressing import Stretch
from decision_service.differing.report import Kind
from decision_service.outcome import Outcome

if TYPE_CHECKING:
    import z3

MOST_WAYS = 4
"""Where an outcome changes into another in more ways than these, they stay one region."""

MANY = 12
"""With more regions than these, further ones are not told apart but by outcome."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How one aspect stands on both sides in a way: its states, None where nothing is told or it has only one."""

    aspect: Aspect
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Way:
    """Applications that change alike. `outcomes`: the pair where the outcome changes, else None. `stands` are the
    aspects that differ in it, or, where it holds `several` ways together, those that may; `model` is one of its
    applications."""

    kind: Kind
    outcomes: tuple[Outcome, Outcome] | None
    stands: tuple[Stand, ...]
    formula: "z3.BoolRef"
    model: "z3.ModelRef"
    several: bool = False


def ways(asking: Asking, aspects: Aspects, stretch: Stretch) -> Iterator[Way]:
    """A partition of all applications that change, among those that `asking` holds to. What is only told besides is one
    way."""
    coarse, more = list(_coarse(asking, aspects)), 0
    for kind, outcomes, formula, model in stretch.each(coarse):
        most = min(MOST_WAYS, MANY - len(coarse) - more + 1)
        with asking.within(formula):
            found = list(_fine(asking, aspects, formula, most)) if kind != "advice" and most > 1 else []
        if 0 < len(found) <= most:
            more += len(found) - 1
            yield from (Way(kind, outcomes, stands, one, seen) for stands, one, seen in found)
        else:
            moved = [one for one in aspects.all if one.moved and not asking.never(formula, one.differs)]
            yield Way(kind, outcomes, tuple(Stand(one, None, None) for one in moved), formula, model, several=True)


_Coarse = tuple[Kind, tuple[Outcome, Outcome] | None, "z3.BoolRef", "z3.ModelRef"]


def _coarse(asking: Asking, aspects: Aspects) -> Iterator[_Coarse]:
    """By outcome where that changes, else by what is told otherwise."""
    import z3

    same = aspects.same_outcome
    seen: list[z3.BoolRef] = []
    while (model := asking.model(z3.Not(same), *(z3.Not(one) for one in seen))) is not None:
        old, new = (
            next(one for one, both in aspects.outcomes.items() if asking.holds(model, both[side])) for side in (0, 1)
        )
        seen.append(z3.And(aspects.outcomes[old][0], aspects.outcomes[new][1]))
        yield "outcome", (old, new), seen[-1], model
    rules = z3.Or(*(one.differs for one in aspects.all if one.what == "rule"), z3.BoolVal(False))
    reasons = aspects.reasons_differ
    values = z3.And(same, z3.Not(rules), aspects.differs)
    kinds: tuple[tuple[Kind, z3.BoolRef], ...] = (
        ("reasons", z3.And(same, reasons)), ("values", values), ("advice", z3.And(same, rules, z3.Not(reasons))),
    )  # fmt: skip
    for kind, formula in kinds:
        model = asking.model(formula)
        if model is not None:
            yield kind, None, formula, model


_Fine = tuple[tuple[Stand, ...], "z3.BoolRef", "z3.ModelRef"]


def _fine(asking: Asking, aspects: Aspects, within: "z3.BoolRef", most: int) -> Iterator[_Fine]:
    """By which of the changed definitions make the difference, and how; stops one beyond `most`."""
    import z3

    moved = [one for one in aspects.all if one.moved]
    seen: list[z3.BoolRef] = []
    while len(seen) <= most and (model := asking.model(*(z3.Not(one) for one in seen))) is not None:
        stands, parts = [], []
        for aspect in moved:
            if asking.holds(model, aspect.differs):
                stands.append(Stand(aspect, _state(asking, model, aspect.old), _state(asking, model, aspect.new)))
                parts += [aspect.differs, *_as_in(asking, model, aspect.old), *_as_in(asking, model, aspect.new)]
            else:
                parts.append(z3.Not(aspect.differs))
        seen.append(z3.And(*parts, z3.BoolVal(True)))
        yield tuple(stands), z3.And(within, seen[-1]), model


def _state(asking: Asking, model: "z3.ModelRef", states: Mapping[str, "z3.BoolRef"]) -> str | None:
    return next((name for name, condition in states.items() if asking.holds(model, condition)), None)


def _as_in(asking: Asking, model: "z3.ModelRef", states: Mapping[str, "z3.BoolRef"]) -> Iterator["z3.BoolRef"]:
    """The states as the model has them."""
    import z3

    for condition in states.values():
        yield condition if asking.holds(model, condition) else z3.Not(condition)
