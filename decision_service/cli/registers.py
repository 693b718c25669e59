"""`miaopi registers check`: whether live registers answer and refuse as docs/registers.md asks."""

import asyncio
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from decision_service.cli.output import (
    FINDINGS,
    MISUSE,
    Json,
    Rules,
    console,
    folding,
    misuse,
    must_hold_rules,
    print_json,
    show_problems,
)

if TYPE_CHECKING:
    from decision_service.settings import Settings
    from verifiers.conformance.endpoint import Finding
    from verifiers.conformance.probe import Person, Sample
    from verifiers.connections.router import Router
    from verifiers.registers import Register


def build() -> typer.Typer:
    """The command group."""
    group = typer.Typer(help="数据源接入。 Registers and how they are reached.", no_args_is_help=True)
    group.command("check")(check)
    group.callback()(_group)
    return group


def _group() -> None:
    """数据源接入。 Registers and how they are reached."""


def check(
    sample: Annotated[Path, typer.Option("--sample", help="试接人员文件 whom to ask about: test persons (TOML)")],
    names: Annotated[list[str] | None, typer.Argument(help="登记库 registers; all of the sample if none")] = None,
    connections: Annotated[Path | None, typer.Option("--connections", help="接入文件 connection file")] = None,
    registers_url: Annotated[str | None, typer.Option("--registers-url", help="数据源地址 where registers are")] = None,
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """检查数据源是否符合接口规范。 Ask live registers rightly and wrongly, and say what they must put right.

    Real questions are put, about the persons of the sample alone: use test persons. Exit 0: all conform; 1: findings.
    """
    from decision_service.clock import ServiceClock
    from decision_service.http.connecting import connected
    from decision_service.settings import SettingsRefusedError

    registers = _registers(rules, json=json)
    samples = _samples(sample, registers, names or [], json=json)
    try:
        settings = _settings(connections, registers_url)
        router = connected(settings, registers, ServiceClock(settings.as_of))
    except SettingsRefusedError as error:
        misuse(str(error), "设置有误", json=json)
    found = asyncio.run(_checked(router, registers, samples))
    _print(found, json=json)
    if any(one.result == "failed" for one in found):
        raise typer.Exit(FINDINGS)


def _registers(rules: Path, *, json: bool) -> "Mapping[str, Register]":
    """Those of the catalogue; the matters are not read. Leaves with exit code 2 where it can't be used."""
    from decision_service.policy.catalogue import read_catalogue
    from decision_service.policy.entries import Complaints
    from decision_service.source import PolicyProblems

    must_hold_rules(rules, json=json)
    complaints = Complaints()
    catalogue = read_catalogue(rules, complaints)
    if catalogue is None or complaints.problems:
        show_problems(PolicyProblems(complaints.problems), json=json)
        raise typer.Exit(MISUSE)
    return catalogue.registers


def _settings(connections: Path | None, registers_url: str | None) -> "Settings":
    """As for `serve`: options first, then the environment, then the secret shared on this machine."""
    from decision_service.cli.serve import with_shared_secret
    from decision_service.settings import read_settings

    return with_shared_secret(read_settings({"connections": connections, "registers_url": registers_url}))


async def _checked(
    router: "Router", registers: "Mapping[str, Register]", samples: "Mapping[str, Sample]"
) -> "list[Finding]":
    from verifiers.conformance.endpoint import check_register

    found: list[Finding] = []
    try:
        for name, sample in samples.items():
            route = router.route(name)
            if route is not None:
                found += await check_register(registers[name], route, sample)
    finally:
        await router.close()
    return found


def _samples(path: Path, registers: "Mapping[str, Register]", names: list[str], *, json: bool) -> "dict[str, Sample]":
    """The samples of the registers named, or of all in the file; leaves with exit code 2 where it is no such file."""
    from verifiers.conformance.probe import Sample

    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        misuse(
            f"{path.name}: {error.strerror}; name a file that can be read",
            f"{path.name}：读不出（{error.strerror}）",
            json=json,
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        misuse(
            f"{path.name}: is no TOML in UTF-8; docs/connections.md shows one",
            f"{path.name}：不是 UTF-8 的 TOML，写法见 docs/connections.md",
            json=json,
        )
    wrong = [f"{name}: is no register of the catalogue" for name in (*raw, *names) if name not in registers]
    missing = [name for name in names if name in registers and name not in raw]
    wrong += [f"{name}: is not in the sample file; add [{name}]" for name in missing]
    found = {}
    for name in (name for name in names or raw if name in raw):
        table = raw[name]
        known = _person(table)
        nobody = _person(table.get("nobody")) if isinstance(table, dict) and "nobody" in table else None
        if known is None or (nobody is None and isinstance(table, dict) and "nobody" in table):
            wrong.append(f'{name}: write subject = "…" and params = {{…}}, in [{name}.nobody] too where it is there')
        else:
            found[name] = Sample(known, nobody)
    if wrong:
        misuse("; ".join(dict.fromkeys(wrong)), "试接人员文件有误", json=json)
    return found


def _person(table: object) -> "Person | None":
    from verifiers.conformance.probe import Person

    if not isinstance(table, dict):
        return None
    subject, params = table.get("subject"), table.get("params")
    if not isinstance(subject, str) or not subject or not isinstance(params, dict) or not params:
        return None
    return Person(subject, cast("Mapping[str, object]", params))


def _print(found: "list[Finding]", *, json: bool) -> None:
    if json:
        print_json({"findings": [asdict(one) for one in found]})
        return
    out = console()
    table = folding("登记库 register", "检查 check", "应当 must be", "实际 seen", "怎么办 what to do")
    for one in found:
        if one.result != "passed":
            must, advice = f"{one.zh}\n{one.en}", f"{one.advice_zh}\n{one.advice_en}".strip()
            table.add_row(one.register, one.check, must, f"{one.result}: {one.seen}", advice)
    if table.row_count:
        out.print(table)
    counts = {result: sum(one.result == result for one in found) for result in ("passed", "failed", "skipped")}
    out.print(
        f"通过 passed {counts['passed']}, 未通过 failed {counts['failed']}, 未检查 skipped {counts['skipped']}",
        markup=False,
    )
