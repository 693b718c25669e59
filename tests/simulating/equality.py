"""Rows of a population judged in bulk beside the reference, every part of every verdict. What is done is kept beside
the population, so a check that was ended goes on where it was."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

import decision_service.readings.bulk
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.cells import column
from decision_service.readings.bulk.comparing import expected, shown, told
from decision_service.readings.bulk.staging import sql_of
from decision_service.simulating.making import ROW
from decision_service.simulating.population import opened
from decision_service.simulating.query import Question, question
from decision_service.simulating.running import connect
from tests.simulating.test_simulation import by_reference

BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Checked:
    """How far a check has come: `rows` of the population that `of` stands for, how many verdicts are `different`, how
    many rows are not judged in bulk, and the seconds that all runs took together."""

    of: str
    rows: int = 0
    different: int = 0
    left_out: int = 0
    seconds: float = 0


def check(
    policies: Sequence[Policy],
    catalogue: Catalogue,
    path: Path,
    rows: int,
    batch: int = BATCH,
) -> Iterator[Checked]:
    """How far it has come, after each batch; goes on where the file beside the population says."""
    kept = path.with_suffix(".checked.json")
    of = _identity(policies, path)
    state = Checked(**json.loads(kept.read_text())) if kept.is_file() else Checked(of)
    state = state if state.of == of else Checked(of)
    connection = connect(1)
    population = opened(connection, path, policies)
    asked = question(policies, catalogue, population.table, population.given, ())
    at = 0
    for facts in (one.to_pylist() for one in pq.ParquetFile(path).iter_batches(batch_size=batch)):
        first, at = at, at + len(facts)
        some = facts[max(0, state.rows - first) : max(0, rows - first)]
        if not some:
            continue
        started = perf_counter()
        different, out = _differing(connection, asked, policies, some)
        state = Checked(
            of,
            min(at, rows),
            state.different + different,
            state.left_out + out,
            state.seconds + perf_counter() - started,
        )
        kept.write_text(json.dumps(asdict(state)))
        yield state


def _identity(policies: Sequence[Policy], path: Path) -> str:
    """Equal for equal rules and an equal file, and for this code: a check of other code proves nothing of this."""
    found = hashlib.sha256()
    for policy in policies:
        found.update(repr(policy).encode())
    found.update(str((path.stat().st_size, pq.ParquetFile(path).metadata.num_rows)).encode())
    for source in sorted(Path(decision_service.readings.bulk.__file__).parent.glob("*.py")):
        found.update(source.read_bytes())
    return found.hexdigest()


def _differing(
    connection: DuckDBPyConnection,
    asked: Question,
    policies: Sequence[Policy],
    facts: Sequence[Mapping[str, object]],
) -> tuple[int, int]:
    table = asked.judged.table
    part = table.filter((table[ROW] >= facts[0][ROW]) & (table[ROW] <= facts[-1][ROW]))
    cells = {ROW: table[ROW], "out": column(asked.judged.left_out, "boolean")}
    for at, verdict in enumerate(asked.judged.verdicts):
        cells |= {f"{at} {name}": cell for name, cell in shown(verdict).items()}
    found = connection.sql(sql_of(part.select(**cells), "duckdb")).to_arrow_table().to_pylist()
    ours = {row[ROW]: row for row in found}
    different = out = 0
    for row in facts:
        mine = ours[row[ROW]]
        if mine["out"]:
            out += 1
            continue
        for at, (policy, verdict) in enumerate(zip(policies, asked.judged.verdicts, strict=True)):
            prefix = f"{at} "
            own = {name.removeprefix(prefix): cell for name, cell in mine.items() if name.startswith(prefix)}
            different += told(policy, verdict, own) != expected(by_reference(policy, row))
    return different, out
