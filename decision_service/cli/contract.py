"""`miaopi contract`: what platforms and the service owe each other, checked from both sides."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from decision_service.cli.output import FINDINGS, Json, console, folding, misuse, print_json, progress

if TYPE_CHECKING:
    from decision_service.client.connecting import Credential
    from decision_service.client.contract.report import Report


def build() -> typer.Typer:
    """The command group."""
    group = typer.Typer(help="平台接入约定。 The contract between platforms and the service.", no_args_is_help=True)
    group.command("check")(check)
    group.command("stand-in")(stand_in)
    return group


def check(
    url: Annotated[str, typer.Argument(help="服务地址 address of a running service")],
    key_file: Annotated[Path | None, typer.Option("--key-file", help="密钥文件 file of the API key")] = None,
    other_key_file: Annotated[Path | None, typer.Option("--other-key-file", help="另一平台 another platform's")] = None,
    public_key: Annotated[str | None, typer.Option("--public-key", help="回执公钥 trusted key of receipts")] = None,
    matter: Annotated[str, typer.Option("--matter", help="只用这个事项 apply for this one alone")] = "",
    json: Json = False,
) -> None:
    """按平台接入约定检查运行中的服务。 Check a running service by an integrator's rules.

    Submits some thirty applications with the published samples, which are recorded: for a service on trial. Exit 0: no
    rule is broken; 1: one is.
    """
    from decision_service.client.contract.checking import check as checked
    from decision_service.client.contract.probe import NoServiceError, Probe
    from decision_service.client.contract.rules import RULES

    key, other = _credential(key_file, json=json), _credential(other_key_file, json=json)
    probe = Probe(url, key, other, public_key, matter)
    try:
        with progress() as bar:
            task = bar.add_task("contract", total=len(RULES))
            report = checked(probe, lambda _: bar.advance(task))
    except (NoServiceError, ValueError) as error:
        misuse(str(error), "没有这样的服务，或地址、密钥不可用", json=json)
    _print(report, json=json)


def stand_in(
    port: Annotated[int, typer.Option("--port", help="端口 loopback port, 0 for a free one")] = 0,
    json: Json = False,
) -> None:
    """不守规矩的替身服务。 Serve what misbehaves until Ctrl-C, and judge the platform that was pointed at it.

    Submit an application for each number that is printed. What only the platform knows (whether it acted on an answer
    or took a receipt) is shown by `decision_service.client.contract.examine` in its tests.
    """
    from decision_service.client.contract.examining import judged
    from decision_service.client.contract.standin import standing_in
    from decision_service.client.contract.trials import PLAYS, TRIALS

    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    try:
        with standing_in(PLAYS, port) as serving:
            out = console()
            table = folding("application_id", "规则 rule")
            for one in TRIALS:
                numbers = "\n".join(f"{one.name}-{number}" for number in range(1, one.submissions + 1))
                table.add_row(numbers + ("\n(两次 twice)" if one.again else ""), f"{one.zh}\n{one.en}")
            out.print(table)
            typer.echo(f"stand-in listening on {serving.url}")
            done.wait()
            report = judged(serving)
    except OSError as error:
        misuse(f"port {port}: {error.strerror}", f"端口 {port} 不可用：{error.strerror}", json=json)
    _print(report, json=json)


def _credential(path: Path | None, *, json: bool) -> "Credential | None":
    if path is None:
        return None
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        misuse(
            f"{path.name}: can't be read; name a file with the key alone",
            f"{path.name}：读不了；请指明只写有密钥的文件",
            json=json,
        )
    return lambda: key


def _print(report: "Report", *, json: bool) -> None:
    """The table, or JSON; leaves with exit code 1 where a rule is broken."""
    if json:
        print_json(report.as_json())
    else:
        table = folding("规则 rule", "应当 must be", "结果 verdict", "实际 seen")
        for one in report.rules:
            table.add_row(one.rule, f"{one.zh}\n{one.en}", one.verdict, one.why)
        out = console()
        out.print(table)
        counts = {word: sum(one.verdict == word for one in report.rules) for word in ("kept", "broken", "not shown")}
        out.print(f"遵守 kept {counts['kept']}, 违反 broken {counts['broken']}, 未检查 not shown {counts['not shown']}")
    if not report.holds:
        raise typer.Exit(FINDINGS)
