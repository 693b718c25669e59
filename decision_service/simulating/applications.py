"""Rows of a population that was opened as applications, in the shape of worked cases: to be tried one by one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from duckdb import DuckDBPyConnection

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Ask, Policy
from decision_service.readings.bulk.columns import AS_OF, fact_column, form_column
from decision_service.simulating.making import ROW
from decision_service.simulating.population import ASSUMED, VIEW, present


@dataclass(frozen=True, slots=True)
class Application:
    """What a row holds: the day, the form and the answers of registers as JSON of a case."""

    as_of: date
    form: Mapping[str, object] = field(repr=False)
    facts: Mapping[str, object] = field(repr=False)


def applications(
    connection: DuckDBPyConnection, policies: Sequence[Policy], catalogue: Catalogue, rows: Collection[int]
) -> dict[int, Application]:
    """These rows of the population that the connection has open (`population.opened`), by their numbers. What no column
    holds, and no rule reads, is what worked cases assume."""
    numbers = ", ".join(str(int(one)) for one in rows) or "NULL"
    query = f"SELECT * FROM {VIEW} WHERE {ROW} IN ({numbers})"  # noqa: S608  # whole numbers
    found: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
    return {int(row[ROW]): _application(row, policies, catalogue) for row in found}


def _application(row: Mapping[str, Any], policies: Sequence[Policy], catalogue: Catalogue) -> Application:
    names = dict.fromkeys(one.name for policy in policies for one in policy.fields)
    form = {name: _plain(row[form_column(name)]) for name in names if row.get(form_column(name)) is not None}
    assumed = {name: ASSUMED[name] for name in names if name in ASSUMED and form_column(name) not in row}
    facts: dict[str, object] = {}
    for name, ask in {name: ask for policy in policies for name, ask in policy.asks.items()}.items():
        status = row.get(name) if name in row else "ok" if present(name, row) else None
        if status in {"ok", "stale"}:
            facts[name] = _answer(row, name, ask, catalogue, is_stale=status == "stale")
        elif status not in {None, "not_asked"}:
            facts[name] = {"status": status}
    return Application(row[AS_OF], assumed | form, facts)


def _answer(
    row: Mapping[str, Any], name: str, ask: Ask, catalogue: Catalogue, *, is_stale: bool
) -> Mapping[str, object]:
    old = timedelta(hours=ask.register.max_age_hours) + timedelta(days=1) if is_stale else timedelta()
    held = {
        fact: _plain(row[fact_column(name, fact)])
        for fact in ask.register.answers_when_asked_with(ask.asked_with)
        if fact_column(name, fact) in row
    }
    return {"status": "ok", "data_as_of": str(row[AS_OF] - old), **catalogue.examples.get(name, {}), **held}


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case list():
            return [_plain(one) for one in value]
        case dict():
            return {name: _plain(one) for name, one in value.items() if one is not None}  # optional parts are left out
        case _:
            return value
