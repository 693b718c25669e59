"""Columns of made-up applicants, drawn a chunk at a time, whole columns at once. Equal seeds draw equal columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa

from decision_service.simulating.marginals import ages_of, marginals
from verifiers.identifiers.credit_code import make_credit_code

Array = Any
"""An array of NumPy or of Arrow, one entry a row."""

CITIES = tuple(marginals()["cities"]["weights"])
DISTRICTS = ("02", "03", "04", "05", "06", "11")
_WEIGHTS = np.array([1 << (17 - place) for place in range(17)]) % 11  # GB 11643: MOD 11-2
_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_ZERO = ord("0")


@dataclass
class Chunk:
    """Some rows, from number `first` on. Every column has randomness of its own, so a further column changes none."""

    seed: int
    number: int
    first: int
    count: int
    as_of: date
    matter: str
    kept: dict[str, Array] = field(default_factory=dict)

    def random(self, name: str) -> np.random.Generator:
        """The randomness of a column."""
        key = np.array([self.seed, (crc32(name.encode()) << 32) | self.number], dtype=np.uint64)
        return np.random.Generator(np.random.Philox(key=key))

    @cached_property
    def city(self) -> Array:
        """The place of each applicant's city in CITIES."""
        weights = np.array(list(marginals()["cities"]["weights"].values()), dtype=float)
        return pick(self.random("city"), weights, self.count)

    @cached_property
    def numbers(self) -> Array:
        """The applicants' citizen IDs, as rows of 18 characters."""
        return self.people("id_no", *ages_of(self.matter))

    def people(self, name: str, youngest: int, oldest: int) -> Array:
        """Citizen IDs of people of these ages. Their region is a city's own code, which is issued to nobody."""
        random = self.random(f"people {name}")
        bands = {low: share for low, share in marginals()["ages"]["weights"].items() if youngest - 4 <= low <= oldest}
        place = pick(random, np.array(list(bands.values()), dtype=float), self.count)
        age = np.clip(np.array(list(bands))[place] + random.integers(0, 5, self.count), youngest, oldest)
        days = (age * 365.25).astype(np.int64) + random.integers(1, 366, self.count)
        born = np.datetime64(self.as_of) - days.astype("timedelta64[D]")
        months = born.astype("datetime64[M]")
        year = months.astype("datetime64[Y]").astype(int) + 1970
        ymd = year * 10000 + (months.astype(int) % 12 + 1) * 100 + (born - months).astype(int) + 1
        region = np.array(CITIES)[pick(random, np.ones(len(CITIES)), self.count)]
        return numbered(region, ymd, random.integers(800, 1000, self.count))


def pick(random: np.random.Generator, weights: Array, count: int) -> Array:
    """Places drawn with these weights."""
    edges = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(edges, random.random(count), side="right"), len(weights) - 1)


def numbered(region: Array, ymd: Array, sequence: Array) -> Array:
    """Citizen IDs as rows of 18 characters, with their check."""
    rows = np.empty((len(ymd), 18), dtype=np.uint8)
    for start, width, value in ((0, 6, region), (6, 8, ymd), (14, 3, sequence)):
        for place in range(width):
            rows[:, start + place] = value // 10 ** (width - 1 - place) % 10 + _ZERO
    total = (rows[:, :17].astype(np.int64) - _ZERO) @ _WEIGHTS
    rows[:, 17] = _CHECKS[total % 11]
    return rows


def texts(rows: Array) -> pa.Array:
    """Rows of characters as texts."""
    count, width = rows.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    data = np.ascontiguousarray(rows)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets.tobytes()), pa.py_buffer(data.tobytes()))


def taken(values: Sequence[object], places: Array, kind: pa.DataType) -> pa.Array:
    """The values at some places, as a column of that type."""
    return pa.array(list(values), type=kind).take(pa.array(places))


def amounts(units: Array, kind: pa.DataType) -> pa.Array:
    """Whole numbers of last places as decimals."""
    halves = np.empty((len(units), 2), dtype=np.int64)
    halves[:, 0], halves[:, 1] = units, units >> 63
    return pa.Array.from_buffers(kind, len(units), [None, pa.py_buffer(halves.tobytes())])


def blanked(column: pa.Array, gone: Array) -> pa.Array:
    """The column without the values of some rows."""
    if not gone.any():
        return column
    places = pa.array(np.arange(len(gone)), mask=gone)
    return column.take(places)


def mixed(one: Array, other: Array, share: float, random: np.random.Generator) -> Array:
    """Rows of one table of characters, and of another for the rest."""
    return np.where((random.random(len(one)) < share)[:, None], one, other)


def shared(shares: Mapping[str, float]) -> tuple[list[str], Array]:
    """Values and their weights."""
    return [str(one) for one in shares], np.array(list(shares.values()), dtype=float)


def credit_codes() -> list[str]:
    """Codes of businesses that nobody has."""
    made = (make_credit_code("92", f"{city // 100}02", f"DEMX{number:04d}") for city in CITIES for number in range(40))
    return [code for code in made if code is not None]


__all__ = ["Chunk", "amounts", "blanked", "credit_codes", "mixed", "pick", "shared", "taken", "texts"]
