"""`miaopi sandbox`: the registers, played over HTTP until stopped."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.output import Rules, misuse, shelf_or_exit
from decision_service.cli.secret import APP, shared_secret
from verifiers.registers import Register
from verifiers.sandbox.config import SandboxConfig
from verifiers.sandbox.faults.plan import FaultPlan, SwitchError, read_switch
from verifiers.sandbox.files import DataFileError
from verifiers.sandbox.proxy.standing import run_fronted
from verifiers.sandbox.running import run
from verifiers.sandbox.scenarios import ScenarioError
from verifiers.signing import SigningKey


def sandbox(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口 0: any free port")] = 8090,
    host: Annotated[str, typer.Option("--host", help="监听地址 address to listen on")] = "127.0.0.1",
    data: Annotated[Path | None, typer.Option("--data", help="自备数据文件夹 folder with people of your own")] = None,
    scenarios: Annotated[Path | None, typer.Option("--scenarios", help="场景文件 answers per application")] = None,
    as_of: Annotated[str, typer.Option("--as-of", help="固定日期 pin the day")] = "",
    seed: Annotated[int, typer.Option("--seed", help="随机种子 seed of the latencies")] = 0,
    fault: Annotated[
        list[str] | None, typer.Option("--fault", help="故障，可重复 REGISTER=FAULT[:VARIANT][@SHARE]; repeatable")
    ] = None,
    fault_seed: Annotated[
        int | None, typer.Option("--fault-seed", help="故障随机种子 seed of faults; puts the fault proxy in front")
    ] = None,
    latency: Annotated[
        float, typer.Option("--latency", min=0.0, help="延迟倍数 times the usual latency; 0: none")
    ] = 1.0,
    rules: Rules = Path("rules"),
) -> None:
    """启动模拟数据源。 Play the registers until stopped."""
    if data is not None and not data.is_dir():
        misuse(f"--data: there is no folder {data}", f"--data：没有文件夹 {data}")
    shelf = shelf_or_exit(rules)
    secret, control = shared_secret("registers"), shared_secret("control")
    plan = _plan(shelf.catalogue.registers, fault or [], fault_seed)
    config = SandboxConfig(
        registers=shelf.catalogue.registers,
        keys={APP: SigningKey(APP, secret)},
        control_token=control.decode(),
        data=data,
        scenarios=scenarios,
        as_of=_day(as_of) if as_of else None,
        seed=seed,
        latency_scale=latency,
        host=host,
        port=port,
        plan=plan,
    )
    _run(config)


def _run(config: SandboxConfig) -> None:
    try:
        if config.plan is None:
            run(config, _listening)
        else:
            run_fronted(config, config.plan, _listening)
    except DataFileError as error:
        misuse(str(error), "数据文件有误")
    except ScenarioError as error:
        misuse(f"--scenarios {config.scenarios}: {error}", f"--scenarios {config.scenarios}：场景文件有误")
    except OSError as error:
        why = (error.strerror or str(error)).split(" (while", 1)[0]  # the address is told already
        misuse(
            f"cannot listen on {config.host}:{config.port} ({why}); give another --host or --port, 0 for any free port",
            f"不能监听 {config.host}:{config.port}；请换 --host 或 --port，0 为任意空闲端口",
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        misuse("--as-of: a day such as 2026-03-16 is expected", "--as-of 应是日期，如 2026-03-16")


def _plan(registers: Mapping[str, Register], faults: Sequence[str], seed: int | None) -> FaultPlan | None:
    """What is switched on from the start; None where no fault below HTTP can ever be."""
    if seed is None and not faults:
        return None
    plan = FaultPlan(registers, seed or 0, proxied=True)
    for written in faults:
        try:
            plan.put(read_switch(written))
        except SwitchError as error:
            misuse(f"--fault: {error.en}", f"--fault：{error.zh}")
    return plan


def _listening(url: str) -> None:
    sys.stdout.write(f"sandbox registers listening on {url}\n")
    sys.stdout.flush()
