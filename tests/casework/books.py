"""Decisions put on record without a service: real rules, a real ledger, any day, many of them."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

from decision_service.archive import Archive
from decision_service.casework.file import CaseworkFile
from decision_service.casework.projection import Projection, Reading
from decision_service.casework.tables import NAMES
from decision_service.decision import Occasion, answer
from decision_service.ledger.entry import DECISION, Contents, Entry, canonical
from decision_service.ledger.writer import Ledger
from decision_service.numbering import new_occasion
from decision_service.offline import Engines, decide
from decision_service.policy.shelf import read_shelf, rule_files
from decision_service.publishing import Publication, Published, publish
from tests.http.staging import BY_ID, RULES, publication
from tests.ledger.making import sqlite_store

KEY = bytes(range(32))
"""That of the draws."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(born: date, number: int) -> str:
    """A well-formed number of a resident, issued to nobody (GB 11643)."""
    digits = f"210100{born:%Y%m%d}{number % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


@cache
def wrong_parameter(folder: Path) -> Published:
    """The elderly allowance as it would be with a slip of the pen: from 95 on, not from 80."""
    rules = folder / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    shutil.copytree(RULES / "elderly_allowance", rules / "elderly_allowance")
    (path,) = rule_files(rules / "elderly_allowance")
    text = path.read_text(encoding="utf-8")
    assert text.count("    value: 80\n") == 1
    path.write_text(text.replace("    value: 80\n", "    value: 95\n"), encoding="utf-8")
    return publish(read_shelf(rules)).versions["elderly_allowance"][0]


def with_both(other: Published) -> Publication:
    """The rules of this checkout, and one more version."""
    found = publication()
    matter = other.policy.matter
    return replace(found, versions={**found.versions, matter: (*found.versions[matter], other)})


def decision_entry(
    published: Published, form: Mapping[str, object], facts: Mapping[str, object], at: datetime, **more: object
) -> Entry:
    """The record of a decision by these rules at that instant."""
    policy = published.policy
    engines = Engines(published.judge, published.judge)
    decided = decide(policy, publication().catalogue, engines, form, facts, at.date())
    occasion: Occasion = replace(new_occasion("application", "mobile", at, 1), **more)  # type: ignore[arg-type]  # fields of the occasion, by their names
    occasion = replace(occasion, application_id=f"app-{occasion.decision_id}")
    archive = Archive(form, at.date(), policy.digest, occasion, decided.referred_by, {})
    told = canonical(answer(decided, occasion))
    return Entry(
        kind=DECISION,
        record_id=occasion.decision_id,
        decision_id=occasion.decision_id,
        application_id=occasion.application_id,
        matter=policy.matter,
        caller="platform",
        key=occasion.decision_id,
        at=occasion.decided_at,
        policy_digest=policy.digest,
        subject=hashlib.sha256(occasion.application_id.encode()).digest()[:16],
        contents=Contents(hashlib.sha256(told).hexdigest(), told, archive.to_bytes()),
    )


def shared_case(case: str, at: datetime) -> Entry:
    """The record of a shared case, decided at that instant."""
    found = BY_ID[case]
    fresh = {name: {**one, "data_as_of": str(at.date())} for name, one in found["facts"].items()}
    return decision_entry(publication().versions[found["matter"]][0], found["form"], fresh, at)


@dataclass(slots=True)
class Books:
    """A ledger, and what casework read of it."""

    folder: Path
    ledger: Ledger
    publication: Publication
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def projection(self, name: str = "casework") -> Iterator[Projection]:
        """What is kept under that name."""
        file = CaseworkFile(self.folder / f"{name}.sqlite3")
        try:
            reading = Reading(self.ledger, lambda: self.publication, KEY, lambda where, _: self.faults.append(where))
            yield Projection(file, reading)
        finally:
            file.close()


def contents(projection: Projection) -> dict[str, list[tuple[object, ...]]]:
    """All that a projection holds."""
    with projection.file.reading() as connection:
        tables = {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)  # noqa: S608 - names of ours
            for name in NAMES
        }
        return tables | {"scanned": connection.execute("SELECT next, rate, key_id FROM scanned").fetchall()}


@contextmanager
def books(folder: Path, rules: Publication | None = None) -> Iterator[Books]:
    """A new ledger."""
    ledger = Ledger(sqlite_store(folder / "ledger.sqlite3"))
    try:
        yield Books(folder, ledger, rules or publication())
    finally:
        ledger.close()
