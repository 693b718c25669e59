"""A column of any kind: by what the marginals say of it, else something plausible of its kind."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

import numpy as np
import pyarrow as pa

from decision_service.readings.bulk.columns import type_of
from decision_service.simulating.drawing import (
    CITIES,
    DISTRICTS,
    Array,
    Chunk,
    amounts,
    blanked,
    credit_codes,
    mixed,
    pick,
    shared,
    taken,
    texts,
)
from decision_service.simulating.marginals import marginals
from verifiers.kinds import Kind

Spec = Mapping[str, Any]
NULLS = 0.3
"""How often a value that may be null is, where nothing is stated."""


def drawn(chunk: Chunk, name: str, kind: Kind, example: object, type_name: str = "") -> pa.Array:
    """A column of that kind. `example` is JSON, `type_name` the type of a form field."""
    spec = marginals()["values"].get(name, {})
    random = chunk.random(name)
    column = _column(chunk, name, kind, example, spec, type_name)
    nulls = spec.get("null", 0 if spec or not kind.nullable or type_name else NULLS)
    return blanked(column, random.random(chunk.count) < nulls) if kind.nullable and nulls else column


def _column(chunk: Chunk, name: str, kind: Kind, example: object, spec: Spec, type_name: str) -> pa.Array:
    random = chunk.random(f"value {name}")
    if "same_as" in spec:
        return _alike(chunk, spec, kind, random)
    match kind.name:
        case "boolean":
            share = spec.get("share", 0.9 if type_name == "confirmation" or example is True else 0.1)
            return pa.array(random.random(chunk.count) < share)
        case "whole":
            return pa.array(_wholes(chunk, spec, kind, random))
        case "money" | "decimal":
            return amounts(_units(chunk, spec, kind, example, random), type_of(kind).to_pyarrow())
        case "date":
            return pa.array(_days(chunk, spec, random).astype("datetime64[D]"))
        case "month":
            return pa.array(np.datetime_as_string(_days(chunk, spec, random).astype("datetime64[M]")))
        case "region":
            return _region(chunk, spec, random, type_name)
        case "citizen_id":
            return texts(person(chunk, name))
        case "list":
            return listed(chunk, name, kind, example)
        case _:
            return _text(chunk, spec, kind, example, random)


def person(chunk: Chunk, name: str) -> Array:
    """Citizen IDs: the applicant's own, the spouse's, or a stranger's, as the marginals say."""
    spec = marginals()["values"].get(name, {})
    random = chunk.random(f"person {name}")
    stranger = chunk.people(f"stranger {name}", 18, 75)
    if "own_number" in spec:
        return mixed(chunk.numbers, stranger, spec["own_number"], random)
    if "spouse" in spec:
        return mixed(chunk.people("spouse", 20, 75), stranger, spec["spouse"], random)
    return stranger


def listed(chunk: Chunk, name: str, kind: Kind, example: object) -> pa.Array:
    """A column of lists: whole lists with their shares, `{city}` standing for the applicant's city."""
    spec = marginals()["values"].get(name, {})
    choices = spec.get("lists") or [[1.0, example if isinstance(example, list) else []]]
    weights = np.array([share for share, _ in choices], dtype=float)
    lists = [_of_city(value, kind, city) for _, value in choices for city in CITIES]
    places = pick(chunk.random(f"list {name}"), weights, chunk.count) * len(CITIES) + chunk.city
    return taken(lists, places, type_of(kind).to_pyarrow())


def _of_city(value: object, kind: Kind, city: int) -> object:
    """One list as a column holds it."""
    text = json.dumps(value, default=str, ensure_ascii=False).replace("{city}", f"{city // 100}02")
    return [_raw(one, cast("Kind", kind.item)) for one in json.loads(text)]


def _raw(value: object, kind: Kind) -> object:
    match value:
        case dict():
            return {name: _raw(value.get(name), part) for name, part in kind.fields}
        case str() if kind.name == "date":
            return date.fromisoformat(value)
        case str() if kind.name in ("money", "decimal"):
            return Decimal(value)
        case _:
            return value


def _alike(chunk: Chunk, spec: Spec, kind: Kind, random: np.random.Generator) -> pa.Array:
    """What the register states of what the form says: mostly the same."""
    source = str(spec["same_as"]).removeprefix("form.")
    own = marginals()["values"].get(source, {})
    values, weights = shared(own["shares"])
    places = pick(chunk.random(f"value {source}"), weights, chunk.count)
    other = random.integers(0, len(values), chunk.count)
    return taken(
        values, np.where(random.random(chunk.count) < spec["share"], places, other), type_of(kind).to_pyarrow()
    )


def _wholes(chunk: Chunk, spec: Spec, kind: Kind, random: np.random.Generator) -> Array:
    if "shares" in spec:
        values, weights = shared(spec["shares"])
        return np.array([int(one) for one in values])[pick(random, weights, chunk.count)]
    low, high = spec.get("between", (0, 24))
    low = max(low, int(kind.minimum)) if kind.minimum is not None else low
    high = min(max(high, low), int(kind.maximum)) if kind.maximum is not None else max(high, low)
    return random.integers(low, high + 1, chunk.count)


def _units(chunk: Chunk, spec: Spec, kind: Kind, example: object, random: np.random.Generator) -> Array:
    """Amounts around a middle, with a long tail, in last places."""
    scale = 2 if kind.name == "money" else 6
    around = float(spec.get("around", str(example or 0)) or 0) or 1000.0
    value = np.round(around * np.exp(random.normal(0, 0.5, chunk.count)), 2)
    low = float(kind.minimum) if kind.minimum is not None else 0.0
    high = float(kind.maximum) if kind.maximum is not None else 1e8
    return np.round(np.clip(value, low, high) * 100).astype(np.int64) * 10 ** (scale - 2)


def _days(chunk: Chunk, spec: Spec, random: np.random.Generator) -> Array:
    low, high = spec.get("days", (-720, 720))
    return np.datetime64(chunk.as_of) + random.integers(low, high + 1, chunk.count).astype("timedelta64[D]")


def _region(chunk: Chunk, spec: Spec, random: np.random.Generator, type_name: str) -> pa.Array:
    other = pick(random, np.ones(len(CITIES)), chunk.count)
    share = spec.get("division_of_city", spec.get("city", 1.0 if type_name else 0.9))
    city = np.where(random.random(chunk.count) < share, chunk.city, other)
    if type_name == "prefecture" or "city" in spec:
        return taken([str(one) for one in CITIES], city, pa.string())
    codes = [f"{one // 100}{district}" for one in CITIES for district in DISTRICTS]
    return taken(codes, city * len(DISTRICTS) + random.integers(0, len(DISTRICTS), chunk.count), pa.string())


def _text(chunk: Chunk, spec: Spec, kind: Kind, example: object, random: np.random.Generator) -> pa.Array:
    if kind.name == "credit_code":
        codes = credit_codes()
        return taken(codes, random.integers(0, len(codes), chunk.count), pa.string())
    if "shares" in spec:
        values, weights = shared(spec["shares"])
        return taken(values, pick(random, weights, chunk.count), pa.string())
    if kind.values:
        weights = np.array([6.0 if one == example else 1.0 for one in kind.values])
        return taken(kind.values, pick(random, weights, chunk.count), pa.string())
    fallback = "示例" if kind.pattern is None else None
    return taken([fallback if example is None else str(example)], np.zeros(chunk.count, dtype=np.int64), pa.string())
