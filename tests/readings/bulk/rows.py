"""Applications as rows of a population, and the comparison of every row with the reference."""

import copy
from collections.abc import Mapping, Sequence

import ibis
import pyarrow as pa
from duckdb import DuckDBPyConnection

from decision_service.facts import FactSheet
from decision_service.forms import read_form
from decision_service.offline import evidence_of
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.columns import columns_of, fact_column, form_column, type_of
from decision_service.readings.bulk.comparing import expected, shown, told
from decision_service.readings.bulk.judging import Given, judge_all
from decision_service.readings.bulk.staging import sql_of
from decision_service.readings.reference import judge
from decision_service.sheet import fact_sheet
from tests.properties.applications import Application
from verifiers.kinds import BadValueError, Kind, read

ANY = Given()
Different = dict[str, tuple[object, object]]


def flat(policy: Policy, one: Application) -> tuple[dict[str, object], dict[str, object]]:
    """The row of an application, and the form that it stands for (without what no column can hold)."""
    row: dict[str, object] = {"as_of": one.as_of}
    form: dict[str, object] = {}
    for field in policy.fields:
        raw = one.form.get(field.name)
        if raw is None:
            continue
        try:
            row[form_column(field.name)] = _cell(field.kind, raw)
        except (BadValueError, TypeError):
            continue
        form[field.name] = copy.deepcopy(raw)
    for name, found in evidence_of(policy, one.facts, one.as_of).items():
        row[name] = found.status
        if found.status == "ok":
            row |= {fact_column(name, fact): _column_value(value) for fact, value in found.facts.items()}
    return row, form


def _cell(kind: Kind, raw: object) -> object:
    """What a column holds for JSON of a form: its own text where the kind is a text, right or wrong."""
    if kind.name in ("text", "region", "citizen_id", "credit_code", "disability_certificate", "month"):
        if not isinstance(raw, str) or not raw.isprintable() or len(raw) > 400:
            raise TypeError
        return raw
    if kind.name == "list":
        if not isinstance(raw, list) or kind.item is None:
            raise TypeError
        return [_cell(kind.item, part) for part in raw]
    if kind.name == "record":
        if not isinstance(raw, dict):
            raise TypeError
        return {name: _cell(part, raw[name]) if raw.get(name) is not None else None for name, part in kind.fields}
    return read(Kind(kind.name), raw)


def _column_value(value: object) -> object:
    match value:
        case tuple():
            return [_column_value(one) for one in value]
        case Mapping():
            return {name: _column_value(one) for name, one in value.items()}
        case _:
            return value


def arrow(policies: Sequence[Policy], rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """The rows as a table with every column that the policies may have, and their numbers as `row`."""
    fields = [pa.field("row", pa.int64())]
    for name, kind in columns_of(policies):
        fields.append(pa.field(name, pa.string() if kind is None else type_of(kind).to_pyarrow()))
    return pa.Table.from_pylist([{"row": at, **row} for at, row in enumerate(rows)], schema=pa.schema(fields))


def sheet_of(policy: Policy, catalogue: Catalogue, form: Mapping[str, object], one: Application) -> FactSheet:
    """What is known of an application with this form."""
    mine = {field.name: form[field.name] for field in policy.fields if field.name in form}
    reading = read_form(policy, mine, one.as_of, catalogue.prefectures)
    evidence = {} if reading.stopped else evidence_of(policy, one.facts, one.as_of)
    return fact_sheet(policy, reading, evidence, one.as_of, catalogue.calendar)


def differences(
    policies: Sequence[Policy],
    catalogue: Catalogue,
    made: Sequence[Application],
    connection: DuckDBPyConnection,
    given: Given = ANY,
    judged_as: Sequence[Policy] | None = None,
) -> list[tuple[Application, Different]]:
    """Every application that comes out otherwise than in the reference under one of the policies, with what differs.
    Rows that are left out are at most one in ten, or this fails. `judged_as`: policies in their place in bulk."""
    pairs = [(one, flat(policies[0], one)) for one in made]
    rows_of_all = arrow(policies, [row for _, (row, _) in pairs])
    connection.register("population", rows_of_all)
    table = ibis.table(ibis.Schema.from_pyarrow(rows_of_all.schema), name="population")
    judged = judge_all(judged_as or policies, catalogue, table, given)
    found: list[tuple[Application, Different]] = []
    for policy, verdict in zip(policies, judged.verdicts, strict=True):
        out = ibis.literal(False) if judged.left_out is False else judged.left_out
        wanted = shown(verdict) | {"row": judged.table["row"], "left out": out}
        rows = connection.sql(sql_of(judged.table.select(**wanted), "duckdb")).to_arrow_table().to_pylist()
        assert sum(row["left out"] for row in rows) * 10 <= len(rows)
        assert len(rows) == len(made)
        for row in rows:
            one, (_, form) = pairs[row["row"]]
            ours = told(policy, verdict, row)
            theirs = expected(judge(policy, sheet_of(policy, catalogue, form, one)))
            different = {
                name: (ours.get(name), theirs.get(name))
                for name in ours.keys() | theirs.keys()
                if ours.get(name) != theirs.get(name)
            }
            if different and not row["left out"]:
                found.append((one, different))
    return found
