"""`miaopi archive`: the archive package of a decision, of a day, or of all."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from decision_service.archival.making import OnRecord, Rules, package_of
from decision_service.archival.zipped import PackageError
from decision_service.cli.accesses import day_between
from decision_service.cli.output import FINDINGS, Json, console, misuse, print_json, progress, shelf_or_exit
from decision_service.cli.output import Rules as RulesFolder
from decision_service.cli.records import Ledger, take_down
from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.keys import Signer, load_or_create_key, sync_directory
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.reading import LedgerReader
from decision_service.ledger.sqlite import SqliteStore
from decision_service.publishing import publish
from decision_service.seals import TEST, OwnSeal, SealError, SealProvider, provider_of

PURPOSE = "miaopi archive"
Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What packages are made with."""

    reader: LedgerReader
    checkpoints: Checkpoints
    rules: Rules
    seal: OwnSeal
    further: Mapping[str, SealProvider]

    def package(self, decision: Recorded) -> bytes:
        """The package of a decision. Raises PackageError, LedgerError."""
        case = [one for one in self.reader.about(decision.entry.decision_id) if one.index != decision.index]
        later = [self._on_record(one) for one in case]
        return package_of(self._on_record(decision), later, self.rules, self.seal, self.further)

    def _on_record(self, one: Recorded) -> OnRecord:
        return OnRecord(one, None if one.entry.is_erased else self.checkpoints.receipt(one))


def archive(
    out: Annotated[Path, typer.Option("--out", help="输出文件或文件夹 file, or folder with --day or --all")],
    decision_id: Annotated[str | None, typer.Argument(help="决定编号 number of the decision")] = None,
    day: Annotated[str | None, typer.Option("--day", help="日期 every decision of a day, such as 2026-03-16")] = None,
    every: Annotated[bool, typer.Option("--all", help="全部决定 every decision on record")] = False,
    seal: Annotated[list[str] | None, typer.Option("--seal", help="另加印章 a further seal by its name")] = None,
    ledger: Ledger = Path("var/ledger.sqlite3"),
    rules: RulesFolder = Path("rules"),
    json: Json = False,
) -> None:
    """归档。 Write the archive package of a decision, or a package each; exit 1 where one can't be made."""
    if [decision_id is not None, day is not None, every].count(True) != 1:
        misuse("name one decision, or --day, or --all", "请写一个决定编号，或 --day，或 --all", json=json)
    if day is not None:
        day_between(day, json=json)
    shelf = shelf_or_exit(rules, json=json)
    wanted = _Wanted(decision_id, day, out)
    try:
        with _opened(ledger, Rules(rules, publish(shelf)), seal or ()) as desk:
            made, failed = _make(desk, wanted, lambda entry: take_down(ledger, entry, PURPOSE, json=json))
    except (LedgerError, SealError) as error:
        misuse(str(error), "档案包不能制作", json=json)
    except OSError as error:
        misuse(f"--out: can't be written ({error.strerror})", f"--out：写不了（{error.strerror}）", json=json)
    if decision_id is not None and not made and not failed:
        misuse("there is no such decision in this ledger", "账本中没有这个决定", json=json)
    _show(made, failed, json=json)
    if failed:
        raise typer.Exit(FINDINGS)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which decisions, and where their packages go: `out` is a file for one, else a folder."""

    decision_id: str | None
    day: str | None
    out: Path

    def of(self, reader: LedgerReader) -> Iterator[tuple[Recorded, Path]]:
        """Each decision with the file that it becomes."""
        for one in reader.decisions(self.decision_id):
            if self.day is None or one.entry.at[:10] == self.day:
                name = quote(one.entry.decision_id, safe="")
                yield one, self.out if self.decision_id is not None else self.out / f"{name}.zip"


def _make(desk: _Desk, wanted: _Wanted, noted: Callable[[Entry | None], None]) -> tuple[Rows, Rows]:
    """The packages made, and those that can't be; `noted` takes down who reads what before it is read."""
    made: Rows = []
    failed: Rows = []
    if wanted.decision_id is None:
        noted(None)
        wanted.out.mkdir(parents=True, exist_ok=True)
    with progress() as bar:
        task = bar.add_task("档案包 packages", total=None)
        for one, path in wanted.of(desk.reader):
            if wanted.decision_id is not None:
                noted(one.entry)
            told: dict[str, object] = {"decision_id": one.entry.decision_id}
            try:
                _write(path, desk.package(one))
                made.append(told | {"file": str(path)})
            except PackageError as error:
                failed.append(told | {"what": str(error)})
            bar.advance(task, 1)
    return made, failed


@contextmanager
def _opened(ledger: Path, rules: Rules, seals: Sequence[str]) -> Iterator[_Desk]:
    files = LedgerFiles.beside(ledger)
    if not files.key.is_file():
        raise SealError(f"{files.key.name} is not beside the ledger: packages are sealed with the key of the record")
    signer: Signer = load_or_create_key(files.key)
    further = {name: provider_of(name, signer) for name in seals if name != TEST}
    with reading(files) as reader:
        log = reader.log
    # Opened as the service opens it, since the receipt of a fresh record needs a checkpoint that may still be made; and
    # before it is read: what was put back from a backup has no write-ahead log yet, and gets none under a reader.
    with (
        closing(files.existing_ring()) as ring,
        closing(SqliteStore(ledger, log=log, signer=signer, ring=ring)) as store,
        reading(files) as reader,
    ):
        yield _Desk(reader, Checkpoints(store, log, signer), rules, OwnSeal(signer), further)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for its owner alone: an archive takes nothing half written, and a package tells all."""
    from decision_service.backup.copying import write_file

    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_file(beside, content)
        os.replace(beside, path)  # noqa: PTH105 - Path.replace says the same, and hides that it replaces
        sync_directory(path.absolute().parent)
    finally:
        beside.unlink(missing_ok=True)


def _show(made: Rows, failed: Rows, *, json: bool) -> None:
    if json:
        print_json({"made": made, "failed": failed})
        return
    out = console()
    for one in failed:
        out.print(f"{one['decision_id']}: {one['what']}", markup=False)
    out.print(
        f"已制作{len(made)}包，未制作{len(failed)}包 {len(made)} package(s) made, {len(failed)} not", markup=False
    )
