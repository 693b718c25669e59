"""Populations for the sandbox: as many made-up applicants of any matter as asked for, straight to a Parquet file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from decision_service.language.tree import Literal
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Field, Policy
from decision_service.readings.bulk.columns import AS_OF, fact_column, form_column, type_of
from decision_service.simulating.drawing import Array, Chunk, blanked, mixed, pick, shared, taken, texts
from decision_service.simulating.files import whole
from decision_service.simulating.kinds import drawn, listed
from decision_service.simulating.marginals import marginals

CHUNK = 250_000
ROW = "row"
ASSUMED = {"applicant_name": "示例"}
"""Form fields without a column, and what is assumed of everybody: no rule reads a name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A population to make: for these versions of a matter, so many rows, all on one day."""

    policies: Sequence[Policy]
    catalogue: Catalogue
    rows: int
    seed: int
    as_of: date


def make(wanted: Wanted, path: Path, progress: Callable[[int], None] = lambda _: None) -> None:
    """Writes the file, whole or not at all. Raises OSError."""
    with whole(path) as draft:
        _write(wanted, draft, progress)


def _write(wanted: Wanted, path: Path, progress: Callable[[int], None]) -> None:
    schema = _schema(wanted)
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=True) as writer:
        for number, first in enumerate(range(0, wanted.rows, CHUNK)):
            count = min(CHUNK, wanted.rows - first)
            chunk = Chunk(wanted.seed, number, first, count, wanted.as_of, wanted.policies[0].matter)
            arrays = dict(_columns(chunk, wanted))
            writer.write_table(pa.table([arrays[name] for name in schema.names], schema=schema))
            progress(count)


def _schema(wanted: Wanted) -> pa.Schema:
    fields = [pa.field(ROW, pa.int64()), pa.field(AS_OF, pa.date32())]
    fields += [
        pa.field(form_column(name), type_of(one.kind).to_pyarrow()) for name, one in _fields(wanted.policies).items()
    ]
    for name, facts in _registers(wanted.policies).items():
        fields.append(pa.field(name, pa.string()))
        fields += [pa.field(fact_column(name, fact), type_of(kind).to_pyarrow()) for fact, kind in facts.items()]
    return pa.schema(fields)


def _fields(policies: Sequence[Policy]) -> dict[str, Field]:
    return {one.name: one for policy in policies for one in policy.fields if one.name not in ASSUMED}


def _registers(policies: Sequence[Policy]) -> dict[str, Mapping[str, Any]]:
    return {
        name: ask.register.answers_when_asked_with(ask.asked_with)
        for policy in policies
        for name, ask in policy.asks.items()
    }


def _columns(chunk: Chunk, wanted: Wanted) -> Iterator[tuple[str, pa.Array]]:
    yield ROW, pa.array(np.arange(chunk.first + 1, chunk.first + chunk.count + 1))
    yield AS_OF, taken([wanted.as_of], np.zeros(chunk.count, dtype=np.int64), pa.date32())
    for register, facts in _registers(wanted.policies).items():
        yield register, _status(chunk, register)
        examples = wanted.catalogue.examples.get(register, {})
        for fact, kind in facts.items():
            column = fact_column(register, fact)
            chunk.kept[column] = drawn(chunk, column, kind, examples.get(fact))
            yield column, chunk.kept[column]
    fields = _fields(wanted.policies)
    for name, one in fields.items():
        yield form_column(name), _field(chunk, one, len(fields))


def _status(chunk: Chunk, register: str) -> pa.Array:
    asking = marginals()["asking"]
    missing = asking["no_record"].get(register, asking["no_record"]["anything"])
    rest = {name: asking[name] for name in ("timeout", "error", "stale")}
    names, weights = shared({"ok": 1 - missing - sum(rest.values()), "no_record": missing, **rest})
    return taken(names, pick(chunk.random(f"status {register}"), weights, chunk.count), pa.string())


def _field(chunk: Chunk, one: Field, fields: int) -> pa.Array:
    faults = marginals()["forms"]
    random = chunk.random(f"fault {one.name}")
    column = _value(chunk, one, random)
    gone = random.random(chunk.count) < faults["blank"] / fields
    if one.upload:
        gone = random.random(chunk.count) >= faults["upload"]
    elif one.name not in marginals()["values"] and isinstance(one.required, Literal) and not one.required.value:
        gone = random.random(chunk.count) >= faults["optional"]
    return blanked(column, gone)


def _value(chunk: Chunk, one: Field, random: np.random.Generator) -> pa.Array:
    match one.type_name:
        case "citizen_id":
            return texts(_mistyped(_person(chunk, one.name), random))
        case "disability_certificate":
            return texts(_certificate(chunk))
        case "upload":
            return taken([one.example], np.zeros(chunk.count, dtype=np.int64), pa.string())
        case "prefecture" | "division" | "credit_code":
            return drawn(chunk, one.name, one.kind, one.example, one.type_name)
        case "records" | "choices":
            return listed(chunk, one.name, one.kind, one.example)
        case _:
            return drawn(chunk, one.name, one.kind, one.example, one.type_name)


def _person(chunk: Chunk, name: str) -> Array:
    if name == "id_no":
        return chunk.numbers
    from decision_service.simulating.kinds import person

    return person(chunk, name)


def _mistyped(rows: Array, random: np.random.Generator) -> Array:
    """A few with another check character."""
    wrong = random.random(len(rows)) < marginals()["forms"]["check_character"]
    changed = rows.copy()
    changed[wrong, 17] = np.where(rows[wrong, 17] == ord("1"), ord("2"), ord("1"))
    return changed


def _certificate(chunk: Chunk) -> Array:
    """The number on the certificate: mostly the applicant's own, with what the register states."""
    random = chunk.random("certificate")
    share = marginals()["values"]["cert_no"]["certificate"]
    rows = np.empty((chunk.count, 20), dtype=np.uint8)
    rows[:, :18] = mixed(chunk.numbers, chunk.people("other holder", 18, 80), share, random)
    for place, fact in ((18, "disability.category"), (19, "disability.level")):
        known = chunk.kept.get(fact)
        digits = random.integers(1, 5, chunk.count) if known is None else known.to_numpy(zero_copy_only=False)
        rows[:, place] = digits.astype(np.int64) + ord("0")
    return rows
