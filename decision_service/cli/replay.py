"""`miaopi replay`: decide again from the record, and compare byte for byte."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Self

import typer

from decision_service.archival.replaying import keys_inside, replay_package
from decision_service.archival.zipped import PackageError
from decision_service.cli.output import FINDINGS, Json, Rules, console, misuse, print_json, progress, shelf_or_exit
from decision_service.cli.records import Ledger, take_down
from decision_service.facts import FactSheet
from decision_service.ledger.entry import Recorded
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.receipt import full_answer
from decision_service.policy.shape import Policy
from decision_service.proof.note import NoteError
from decision_service.proof.trusted import public_key_of
from decision_service.publishing import Publication, publish
from decision_service.replay import ReplayError, replay
from decision_service.verdict import Verdict

Keys = Annotated[list[str] | None, typer.Option("--public-key", help="可信公钥 of the log, trusted, for a package")]


def replay_command(
    what: Annotated[
        str | None, typer.Argument(help="决定编号或档案包 number of a decision, or an archive package")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="全部决定 every decision on record")] = False,
    public_key: Keys = None,
    ledger: Ledger = Path("var/ledger.sqlite3"),
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """依记录或档案包重算。 Decide again from the record, or from a package alone; exit 1 if it comes out otherwise."""
    if every == (what is not None):
        misuse("name one decision or a package, or --all", "请写一个决定编号或档案包，或 --all", json=json)
    if what is not None and Path(what).is_file():
        _replay_package(Path(what), public_key, json=json)
    else:
        _replay_records(what, ledger, rules, json=json)


def _replay_package(path: Path, public_key: Keys, *, json: bool) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        misuse(f"{path}: {error.strerror}", f"{path}：读不出（{error.strerror}）", json=json)
    told: dict[str, object] = {"file": str(path)}
    trusted = [_key(text, json=json) for text in public_key or ()]
    try:
        with _Seconds() as seconds:
            found = replay_package(content, trusted or keys_inside(content), seconds.of)
        told |= {"sound": True, **asdict(found), "trusted": bool(trusted)}
    except PackageError as error:
        told |= {"sound": False, "what": str(error)}
    if json:
        print_json(told)
    else:
        _show_package(told)
    if not told["sound"]:
        raise typer.Exit(FINDINGS)


def _show_package(told: Mapping[str, object]) -> None:
    out = console()
    if not told["sound"]:
        out.print(f"有误 NOT SOUND {told['file']}: {told['what']}", markup=False)
        return
    place = f"decision {told['decision_id']}, log {told['log']}, record {told['index']}, key {told['key']}"
    out.print(f"完好，重算结果相同 sound, and the same answer again {told['file']}: {place}", markup=False)
    if not told["trusted"]:
        out.print(
            "包内公钥不足为凭，请用 --public-key 给出机关公布的公钥 "
            "checked under the package's own keys, which prove nothing: give --public-key from the authority's site",
            markup=False,
        )


def _key(text: str, *, json: bool) -> bytes:
    try:
        return public_key_of(text)
    except NoteError as error:
        misuse(f"--public-key: {error}", "公钥格式不对", json=json)


def _replay_records(decision_id: str | None, ledger: Path, rules: Path, *, json: bool) -> None:
    every = decision_id is None
    publication = publish(shelf_or_exit(rules, json=json))
    findings: list[dict[str, object]] = []
    checked = erased = 0
    try:
        with reading(LedgerFiles.beside(ledger)) as reader, _Seconds() as seconds, progress() as bar:
            total = 1 if decision_id is not None else reader.count()
            task = bar.add_task("决定 decisions", total=total)
            if every:
                take_down(ledger, None, "miaopi replay", json=json)
            for one in reader.decisions(decision_id):
                if not every:
                    take_down(ledger, one.entry, "miaopi replay", json=json)
                bar.advance(task, 1)
                if one.entry.is_erased:
                    erased += 1
                    continue
                what = _difference(one, publication, seconds.of)
                checked += 1
                if what is not None:
                    findings.append({"index": one.index, "decision_id": one.entry.decision_id, "what": what})
    except LedgerError as error:
        misuse(str(error), "账本读不出", json=json)
    if decision_id is not None and erased:
        misuse("the facts of this decision were erased", "该决定的内容已依法删除", json=json)
    if decision_id is not None and not checked:
        misuse("there is no such decision in this ledger", "账本中没有这个决定", json=json)
    _show(checked, erased, findings, json=json)
    if findings:
        raise typer.Exit(FINDINGS)


def _difference(one: Recorded, publication: Publication, second: Callable[[Policy], "_Judge"]) -> str | None:
    try:
        return None if replay(one, publication, second) == full_answer(one) else "the answer comes out otherwise"
    except ReplayError as error:
        return str(error)


def _show(checked: int, erased: int, findings: list[dict[str, object]], *, json: bool) -> None:
    if json:
        print_json({"replayed": checked, "erased": erased, "findings": findings})
        return
    out = console()
    for one in findings:
        out.print(f"record {one['index']} ({one['decision_id']}): {one['what']}", markup=False)
    out.print(
        f"重算{checked}件，不同{len(findings)}件 {checked} decision(s) made again, {len(findings)} differ", markup=False
    )
    if erased:
        out.print(f"另有{erased}件已依法删除 {erased} more were erased", markup=False)


_Judge = Callable[[FactSheet], Verdict]


class _Seconds:
    """The second engine of every version met, in this process, until the block ends."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._made: dict[str, _Judge] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, policy: Policy) -> _Judge:
        """The engine of one version."""
        from decision_service.readings.rete.engine import ReteEngine

        if policy.digest not in self._made:
            engine = ReteEngine(policy)
            self._stack.callback(engine.close)
            self._made[policy.digest] = engine.judge
        return self._made[policy.digest]
