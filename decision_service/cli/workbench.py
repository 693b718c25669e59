"""`miaopi workbench`: the pages for analysts, approvers, auditors and operators, until stopped."""

import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from decision_service.cli.output import Rules, console, misuse, must_hold_rules, progress
from decision_service.cli.workshop import needed

if TYPE_CHECKING:
    from decision_service.workbench.serving import Place
    from decision_service.workbench.trust import Trust

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CASES = Path("fixtures/cases")


def workbench(
    service: Annotated[str, typer.Option("--service", help="办理服务地址 the service, as http://127.0.0.1:8080")] = "",
    staff: Annotated[str, typer.Option("--staff", help="控制面地址 its control plane, as http://127.0.0.1:8081")] = "",
    host: Annotated[str, typer.Option("--host", help="监听地址 address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口 0: any free port")] = 8090,
    origin: Annotated[
        list[str] | None, typer.Option("--origin", help="代理后的网址 address behind a proxy, as https://…; repeatable")
    ] = None,
    data: Annotated[Path, typer.Option("--data", help="工作台数据 folder of drafts and remarks")] = Path(
        "var/workbench"
    ),
    log_key: Annotated[
        list[str] | None, typer.Option("--log-key", help="账本公钥 of the log, as `miaopi ledger key` prints it")
    ] = None,
    witness: Annotated[list[str] | None, typer.Option("--witness", help="见证人公钥 of a witness; repeatable")] = None,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="账本文件，试改动之用，只读 the record, to try changes on; read only"),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="演示环境 with registers, a service and people to be")] = False,
    rules: Rules = Path("rules"),
) -> None:
    """工作台。 The pages on which rules are seen, tried, proved and released, and decisions followed; until stopped."""
    needed("nicegui", extra="workbench")
    must_hold_rules(rules, json=False)
    _fit_together(service, staff, host, origin or [], ledger, demo=demo)
    from decision_service.workbench.serving import Place

    if demo:
        _demonstrate(rules, host, port)
    else:
        trust = _trust(log_key or (), witness or ())
        _run(Place(rules, data, host, port, tuple(origin or ()), service, staff, {}, trust, ledger), None)


def _fit_together(
    service: str, staff: str, host: str, origin: Sequence[str], ledger: Path | None, *, demo: bool
) -> None:
    if demo and (service or staff or origin or ledger):
        misuse(
            "--demo brings a service of its own: leave out --service, --staff, --origin and --ledger",
            "--demo 自带办理服务和账本",
        )
    if ledger is not None and not ledger.is_file():
        misuse(f"there is no record {ledger}", f"没有账本文件 {ledger}")
    if bool(service) != bool(staff):
        misuse("name both addresses of the service: --service and --staff", "请同时给出办理服务和控制面的地址")
    if not service and host not in LOOPBACK:  # of a demonstration too: there one comes in by a click
        misuse(
            "without a service that knows who is who, the workbench serves this desk alone: leave out --host",
            "没有办理服务核实身份时，工作台只在本机使用：请去掉 --host",
        )


def _trust(log_keys: Sequence[str], witnesses: Sequence[str]) -> "Trust":
    from decision_service.proof.note import NoteError, VerifierKey
    from decision_service.proof.trusted import public_key_of
    from decision_service.workbench.trust import Trust

    try:
        return Trust(tuple(map(public_key_of, log_keys)), tuple(map(VerifierKey.parse, witnesses)))
    except NoteError as error:
        misuse(f"--log-key, --witness: {error}", "公钥格式不对")


def _demonstrate(rules: Path, host: str, port: int) -> None:
    from decision_service.demo.cases import read_demo_cases
    from decision_service.demo.processes import ProcessFailedError
    from decision_service.ledger.keys import load_or_create_key
    from decision_service.ledger.opening import LedgerFiles
    from decision_service.workbench.demonstration import DAY, demonstrated
    from decision_service.workbench.serving import Place
    from decision_service.workbench.trust import Trust

    # The server gives the signal back when it has ended; with it, what was put up would stay.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    cases = read_demo_cases(CASES)
    console().print("启动模拟数据源与服务（首次先让两个引擎相互核对） starting registers and service …", markup=False)
    try:
        with ExitStack() as shown:
            bar = shown.enter_context(progress())
            task = bar.add_task("办理演示案例 deciding cases to look at", total=len(cases))
            found = shown.enter_context(demonstrated(rules, cases, lambda: bar.advance(task, 1)))
            bar.stop()
            running = found.running
            # Known from the files of the record, not from what the service says of itself.
            trust = Trust((load_or_create_key(LedgerFiles.beside(found.ledger).key).public_key,))
            addresses = (host, port, (), running.service, running.control)
            _run(Place(found.rules, found.data, *addresses, running.staff_keys, trust, found.ledger), DAY)
    except ProcessFailedError as error:
        misuse(str(error), "服务或模拟数据源没有启动")


def _run(place: "Place", day: date | None) -> None:
    from decision_service.clock import ServiceClock
    from decision_service.workbench.serving import run

    try:
        run(place, ServiceClock(day).now, lambda up: _say(up.link))
    except OSError as error:
        misuse(f"cannot start: {error.strerror or error}", "不能启动：端口或数据文件夹不可用")


def _say(link: str) -> None:
    sys.stdout.write(f"workbench listening on {link}\n")
    sys.stdout.flush()
