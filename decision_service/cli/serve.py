"""`miaopi serve`: the service, until stopped."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, Protocol

import typer

from decision_service.cli.output import console, misuse, progress, shelf_or_exit
from decision_service.cli.secret import shared_secret
from decision_service.policy.shelf import Shelf

if TYPE_CHECKING:
    from decision_service.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option("--host", help="监听地址 address to listen on")] = None,
    port: Annotated[int | None, typer.Option("--port", help="端口 0: any free port")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="规则文件夹 folder of rule files")] = None,
    ledger: Annotated[Path | None, typer.Option("--ledger", help="账本文件 file of the record")] = None,
    registers_url: Annotated[str | None, typer.Option("--registers-url", help="数据源地址 where registers are")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="固定日期 pin the day, for trials")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="运行方式 trial or production")] = None,
    workers: Annotated[int | None, typer.Option("--workers", help="办理进程数 processes that decide")] = None,
) -> None:
    """启动办理服务。 Decide applications over HTTP until stopped; settings also from MIAOPI_… variables."""
    first = {"host": host, "port": port, "rules": rules, "ledger": ledger, "registers_url": registers_url}
    _serve({**first, "as_of": as_of, "profile": profile, "workers": workers})


def _serve(given: Mapping[str, object]) -> None:
    """Serves under these settings until stopped; leaves with exit code 2 where it can't start."""
    from decision_service.clock import ServiceClock
    from decision_service.gate import GateError
    from decision_service.http.connecting import connected, require_reachable
    from decision_service.http.service import Parts, require_fit, run
    from decision_service.ledger.errors import LedgerError
    from decision_service.publishing import publish
    from decision_service.settings import SettingsRefusedError, read_settings
    from decision_service.source import PolicyProblems
    from decision_service.workers.crew import NotStartedError
    from decision_service.workers.service import run as run_all

    try:
        settings = with_shared_secret(read_settings(given))
        _say_who_is_served(settings)
        require_reachable(settings)  # before the rules are read: a wrong setting is told at once
        shelf = shelf_or_exit(settings.rules)
        publication = publish(shelf)
        require_fit(settings, publication)
        connected(settings, shelf.catalogue.registers, ServiceClock(settings.as_of))  # told now, not after the gate
        gated(settings, shelf)
        (run_all if settings.workers > 1 else run)(Parts(settings, publication), _told)
    except GateError as error:
        misuse(f"the publish gate stopped the start: {error}", "发布前核对未通过，服务没有启动")
    except SettingsRefusedError as error:
        misuse(str(error), "设置有误，服务没有启动")
    except PolicyProblems as problems:
        misuse(str(problems), "规则文件有误，服务没有启动")
    except LedgerError as error:
        misuse(str(error), "账本不能使用，服务没有启动")
    except NotStartedError as error:
        misuse(str(error), "办理进程没有启动，原因见标准错误输出")
    except OSError as error:
        _not_started(error)


def _say_who_is_served(settings: "Settings") -> None:
    """Warns where nobody has to show who he is. Raises SettingsRefusedError as `listed_by` does."""
    from decision_service.http.admitting import ANYBODY, ANYBODY_ZH, listed_by

    if listed_by(settings) is None:
        console().print(f"miaopi: {ANYBODY_ZH}\n  {ANYBODY}", markup=False)


def _not_started(error: OSError) -> NoReturn:
    """Says which file or address the machine refused; leaves with exit code 2."""
    why = error.strerror or str(error)
    if error.filename is not None:
        misuse(
            f"cannot start: {error.filename} ({why}); name a place that can be written to",
            f"不能启动：{error.filename} 不能写入",
        )
    misuse(f"cannot start ({why}); is the port free?", "不能启动：端口是否空闲？")


def gated(settings: "Settings", shelf: Shelf) -> None:
    """Both engines over generated cases in child processes, for versions that have no certificate yet."""
    from decision_service.gate import pass_gate

    policies = list(shelf.policies())
    with progress() as bar:
        task = bar.add_task("发布前核对 publish gate", total=len(policies))
        pass_gate(settings.rules, policies, settings.certificates, lambda _: bar.advance(task, 1), settings.gate_cases)


def with_shared_secret(settings: "Settings") -> "Settings":
    """Outside production, the secret that a sandbox on this machine shares, where the short form names none."""
    from pydantic import SecretStr

    if settings.connections is not None or settings.secret() is not None or settings.profile == "production":
        return settings
    return settings.model_copy(update={"registers_secret": SecretStr(shared_secret("registers").decode())})


class _Listens(Protocol):
    @property
    def url(self) -> str: ...
    @property
    def control(self) -> str: ...


def _told(up: _Listens) -> None:
    sys.stdout.write(f"miaopi listening on {up.url}\n")
    if up.control:
        sys.stdout.write(f"miaopi control plane on {up.control}\n")
    sys.stdout.flush()
