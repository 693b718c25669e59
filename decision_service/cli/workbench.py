"""`miaopi workbench`: the pages for analysts, approvers, auditors and operators, until stopped."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.output import Rules, misuse, must_hold_rules
from decision_service.cli.workshop import needed


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
    rules: Rules = Path("rules"),
) -> None:
    """工作台。 The pages on which rules are seen, tried, proved and released, and decisions followed; until stopped."""
    needed("nicegui", extra="workbench")
    must_hold_rules(rules, json=False)
    if bool(service) != bool(staff):
        misuse("name both addresses of the service: --service and --staff", "请同时给出办理服务和控制面的地址")
    if not service and host not in {"127.0.0.1", "localhost", "::1"}:
        misuse(
            "without a service that knows who is who, the workbench serves this desk alone: leave out --host",
            "没有办理服务核实身份时，工作台只在本机使用：请去掉 --host",
        )
    from decision_service.clock import ServiceClock
    from decision_service.workbench.serving import Place, run

    place = Place(rules, data, host, port, tuple(origin or ()), service, staff)
    try:
        run(place, ServiceClock().now, lambda up: _say(up.link))
    except OSError as error:
        misuse(f"cannot start: {error.strerror or error}", "不能启动：端口或数据文件夹不可用")


def _say(link: str) -> None:
    sys.stdout.write(f"workbench listening on {link}\n")
    sys.stdout.flush()
