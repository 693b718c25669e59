"""A world's unknowns set to one sheet of facts: what its formulas then come to is what they say of that sheet."""

from dataclasses import replace

import z3

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.interpreter import scope_of
from decision_service.language.meaning import conjunction, evaluate
from decision_service.readings.reference import judge
from decision_service.readings.smt.formulas import Formula, iff, raw
from decision_service.readings.smt.replaying import differences
from decision_service.readings.smt.telling import Model
from decision_service.readings.smt.terms import Terms
from decision_service.readings.smt.world import World

_CLASSES = {Why.FORM: 0, Why.PAPER_OFFERED: 1, Why.NOT_ASKED: 2}


def pins(world: World, terms: Terms, sheet: FactSheet) -> list[Formula]:
    """That the world's unknowns are those of the sheet."""
    found: list[Formula] = [world.equals(world.as_of, sheet.as_of)]
    for name, value in sheet.form.items():
        found.append(iff(terms.sheet.lacking[name], isinstance(value, Unknown)))
        if not isinstance(value, Unknown):
            found.append(world.equals(world.application.values[name], value))
    for name, answer in sheet.registers.items():
        found += _causes(terms, name, answer)
        if not isinstance(answer, Unknown):
            found += [world.equals(world.facts[name, key], value) for key, value in answer.items()]
    found += [iff(applied, item in sheet.items) for item, applied in terms.sheet.applied.items()]
    found += [iff(one, sheet.form_outcome is outcome) for outcome, one in terms.sheet.form_outcome.items()]
    return found


def _causes(terms: Terms, name: str, answer: object) -> list[Formula]:
    classes = {_CLASSES.get(cause.why, 3) for cause in answer.causes} if isinstance(answer, Unknown) else set()
    return [iff(one, place in classes) for place, one in enumerate(terms.sheet.causes[name].parts)]


def pinned(world: World, sheet: FactSheet) -> Model | None:
    """The model of a world of one policy at a sheet; None where the sheet is none of the world's."""
    terms = world.terms[0]
    _ = terms.settled, [terms.result(one.name) for one in terms.policy.results]
    solver = z3.Solver()
    wanted = pins(world, terms, sheet)
    solver.add(*(raw(one) for one in (*wanted, *world.calendar.defined, *world.texts.named_rules())))
    return Model(solver.model(), world.texts) if solver.check() == z3.sat else None


def disagreements(world: World, sheet: FactSheet) -> list[str] | None:
    """In what the formulas and the reference differ on a sheet; None where the sheet is none of the world's."""
    meant = replace(sheet, calendar=world.catalogue.calendar)
    model = pinned(world, meant)
    if model is None:
        return None
    terms = world.terms[0]
    return [*differences(terms, model, judge(terms.policy, meant)), *_table_differences(world, model, meant)]


def _table_differences(world: World, model: Model, sheet: FactSheet) -> list[str]:
    """Rows that fit, and what tables give."""
    terms = world.terms[0]
    scope = scope_of(terms.policy, sheet)
    found = []
    for name, table in terms.policy.tables.items():
        for place, row in enumerate(table.rows):
            fits = conjunction(evaluate(test, scope) for test in row.tests if test is not None)
            if model.true(terms.fits(name, place)) != (fits is True):
                found.append(f"row {place} of {name}")
        meant, term = scope.tables(name, scope), terms.table(name)
        classes = {_CLASSES.get(cause.why, 3) for cause in meant.causes} if isinstance(meant, Unknown) else set()
        if classes != {place for place, one in enumerate(term.causes.parts) if model.true(one)}:
            found.append(f"table {name} is unknown for other reasons")
        elif not isinstance(meant, Unknown) and model.value(term) != meant:
            found.append(f"table {name}: {model.value(term)} for {meant}")
    return found
