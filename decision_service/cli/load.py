"""`miaopi load`: applications made from the rule files, in stages, held to budgets and to the reference interpreter."""

import tempfile
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from decision_service.cli.loadtables import show
from decision_service.cli.output import FINDINGS, Json, Rules, console, misuse, print_json, shelf_or_exit
from decision_service.cli.reconcile import catalogued
from decision_service.demo.processes import ProcessFailedError
from decision_service.load.door import Door, NobodyThereError
from decision_service.load.stages import Stage, StagesError, built_in, chosen, read_stages
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import Shelf
from decision_service.proof.note import NoteError
from decision_service.proof.trusted import public_key_of
from verifiers.freshness import CHINA
from verifiers.sandbox.files import DataFileError

if TYPE_CHECKING:
    from decision_service.load.judging import Bench
    from decision_service.load.plan import Plan
    from decision_service.load.run import Orders, Result
    from decision_service.load.running import Watcher

OWN_DAY = date(2026, 3, 16)
"""The day of the cases in the rule files and of the shared ones."""


def load(
    url: Annotated[str | None, typer.Option("--url", help="服务地址 a running service; own one if left out")] = None,
    stages: Annotated[str, typer.Option("--stages", help="阶段 such as steady,peak; all if left out")] = "",
    plan: Annotated[Path | None, typer.Option("--plan", help="阶段文件 TOML file of stages of your own")] = None,
    rate: Annotated[float, typer.Option("--rate", min=0.1, max=5000, help="每秒申请数 base rate, a second")] = 10,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=86400, help="每阶段时长（秒） of each stage")] = 10,
    seed: Annotated[int, typer.Option("--seed", help="随机种子 the same seed sends the same stream")] = 1,
    senders: Annotated[int, typer.Option("--senders", min=0, max=64, help="发送进程数 processes; 0: as needed")] = 0,
    latency: Annotated[float, typer.Option("--latency", min=0.0, help="延迟倍数 own registers: times the usual")] = 1.0,
    cases: Annotated[Path, typer.Option("--cases", help="申请样例 folder of applications")] = Path("fixtures/cases"),
    data: Annotated[
        Path | None, typer.Option("--data", help="该服务的人员数据 with --url: its sandbox's people")
    ] = None,
    key_file: Annotated[Path | None, typer.Option("--key-file", help="密钥文件 file with a platform's key")] = None,
    public_key: Annotated[str | None, typer.Option("--public-key", help="回执公钥 of the log, for receipts")] = None,
    as_of: Annotated[str, typer.Option("--as-of", help="服务所处日期 day of the service, if pinned")] = "",
    html: Annotated[Path | None, typer.Option("--html", help="写出报告网页 write the report as a page")] = None,
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """分阶段负载测试，按时限与参考解释器评判。 Load a service in stages; exit 1 if a line is not met."""
    from decision_service.cli.workshop import needed
    from decision_service.load.run import Orders

    needed("hypothesis", json=json)
    shelf, day = shelf_or_exit(rules, json=json), _day(as_of, outside=url is not None, json=json)
    policies = _policies(shelf, day, json=json)
    wanted = _stages(stages, plan, list(policies.values()), json=json)
    _require_usable(cases, url, (data, key_file, public_key), json=json)
    orders = Orders(
        rules, policies, shelf.catalogue, day, cases, wanted, rate, seconds, seed, data=data, latency=latency,
        senders=senders,
    )  # fmt: skip
    if url is not None:
        orders = _outside(orders, url, key_file, public_key, json=json)
    _require_possible(orders, stages, json=json)
    _tell(_run(orders, shelf, json=json), html, json=json)


def _require_usable(cases: Path, url: str | None, of_a_service: tuple[object, ...], *, json: bool) -> None:
    if not cases.is_dir():
        misuse(f"--cases: there is no folder {cases}", f"--cases：没有文件夹 {cases}", json=json)
    if url is None and any(of_a_service):
        misuse(
            "--data, --key-file and --public-key are about the service that --url names",
            "--data、--key-file、--public-key 须与 --url 同用",
            json=json,
        )


def _tell(result: "Result", html: Path | None, *, json: bool) -> None:
    """The report in the ways asked for; leaves with exit code 1 where a line is not met."""
    if html is not None:
        from decision_service.load.page import page

        try:
            html.write_text(page(result), encoding="utf-8")
        except OSError as error:
            why = error.strerror
            misuse(f"--html: {html} can't be written ({why})", f"--html：{html} 写不出（{why}）", json=json)
    if json:
        from decision_service.load.asjson import as_json

        print_json(as_json(result))
    else:
        show(result)
    if not result.passed:
        raise typer.Exit(FINDINGS)


def _policies(shelf: Shelf, day: date, *, json: bool) -> dict[str, Policy]:
    found = {name: policy for name in sorted(shelf.versions) if (policy := shelf.in_force(name, day)) is not None}
    if not found:
        misuse(f"no matter is in force on {day}", f"{day} 没有生效的事项", json=json)
    return found


def _outside(orders: "Orders", url: str, key_file: Path | None, public_key: str | None, *, json: bool) -> "Orders":
    """The orders against a service that runs elsewhere, once it is known to be there and ready."""
    from dataclasses import replace

    _require_ready(url, json=json)
    try:
        trusted = None if public_key is None else public_key_of(public_key)
    except NoteError as error:
        misuse(f"--public-key: {error}", "--public-key：应为base64的32字节或核验公钥", json=json)
    return replace(orders, url=url, key=_key(key_file, json=json), public_key=trusted)


def _stages(names: str, file: Path | None, policies: list[Policy], *, json: bool) -> tuple[Stage, ...]:
    try:
        return chosen(names, built_in(policies) if file is None else read_stages(file, policies))
    except StagesError as error:
        option = "--plan" if file else "--stages"
        misuse(f"{option}: {error}", f"{option}：阶段有误（{error}）", json=json)
    except OSError as error:
        why = error.strerror
        misuse(f"--plan: {file} can't be read ({why})", f"--plan：{file} 读不出（{why}）", json=json)


def _require_possible(orders: "Orders", named: str, *, json: bool) -> None:
    """A stage that was asked for by its name is not left out in silence."""
    can, not_possible = orders.possible()
    if not_possible and (named.strip() or not can):
        names = ", ".join(one.name for one in not_possible)
        misuse(
            f"--stages: {names} need registers that can be made to fail: leave --url out",
            f"--stages：{names} 须由本工具自行启动模拟数据源，请去掉 --url",
            json=json,
        )


def _day(as_of: str, *, outside: bool, json: bool) -> date:
    try:
        return date.fromisoformat(as_of) if as_of else datetime.now(CHINA).date() if outside else OWN_DAY
    except ValueError:
        misuse("--as-of: a day such as 2026-03-16 is expected", "--as-of 应为日期，例如 2026-03-16", json=json)


def _key(file: Path | None, *, json: bool) -> str:
    """From a file: what stands on a command line is seen by everybody on the machine."""
    try:
        return "" if file is None else file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        misuse("--key-file: a file with the key is expected", "--key-file 应是写有密钥的文件", json=json)


def _require_ready(url: str, *, json: bool) -> None:
    """A service that isn't there is no finding about its speed."""
    try:
        status = Door(url).send("GET", "/readyz").status
    except NobodyThereError:
        misuse(
            "--url: no service answers there; start `miaopi serve` or name its address",
            "--url：该地址没有服务；请先运行 miaopi serve 或写明地址",
            json=json,
        )
    if status != 200:
        misuse(
            f"--url: the service is not ready (its /readyz answers {status})",
            f"--url：服务尚未就绪（/readyz 答复 {status}）",
            json=json,
        )


def _run(orders: "Orders", shelf: Shelf, *, json: bool) -> "Result":
    from decision_service.load.live import View
    from decision_service.load.run import NoApplicationsError, load_run
    from decision_service.load.running import SendersFailedError

    out = console()
    with tempfile.TemporaryDirectory(prefix="miaopi-load-") as folder, ExitStack() as stack:

        def watching(plan: "Plan", bench: "Bench") -> "Watcher":
            return stack.enter_context(View(plan, bench, out))

        try:
            rules = catalogued(shelf, orders.day)
            return load_run(orders, Path(folder), rules, watching, lambda text: out.print(text, markup=False))
        except NoApplicationsError:
            misuse(
                f"no applications for the matters in force on {orders.day}", f"{orders.day} 没有可发送的申请", json=json
            )
        except ProcessFailedError as error:
            misuse(str(error), "服务或模拟数据源没有启动", json=json)
        except SendersFailedError as error:
            misuse(f"the load generator failed: {error}", "负载发生器失败", json=json)
        except NobodyThereError:
            misuse("the service went away", "服务中途停止", json=json)
        except DataFileError as error:
            misuse(f"--data: {error}", "--data：数据文件有误", json=json)
