"""`miaopi access …`: who may call. `keys new` makes a key, `table` shows what each role may do."""

from datetime import datetime, timedelta
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.table import Table

from decision_service.access.actions import COLUMNS, ROLES, SCOPES, TABLE, Role, Scope
from decision_service.access.keys import new_key
from decision_service.access.lines import NAME, NAMES, entry_lines
from decision_service.cli.output import Json, console, misuse, print_json
from verifiers.freshness import CHINA

CALLER_SCOPES: tuple[Scope, ...] = ("read", "decide", "review", "rate")
STAFF_SCOPES: tuple[Scope, ...] = ("read", "rules", "switch", "cases", "audit", "erase")

Name = Annotated[str, typer.Argument(help="平台或人员名称 of the platform or the person")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="人员角色 of staff; a platform where left out")]
Scopes = Annotated[list[str] | None, typer.Option("--scope", help="权限范围 all of the kind where left out")]
Days = Annotated[int, typer.Option("--days", min=1, max=730, help="有效天数 how long it counts")]


def build() -> typer.Typer:
    """The commands of `miaopi access`."""
    app = typer.Typer(
        help="谁可以调用：密钥与权限表。 Who may call: keys, and what each role may do.", no_args_is_help=True
    )
    keys = typer.Typer(help="平台与人员的密钥。 Keys of platforms and staff.", no_args_is_help=True)
    keys.command("new")(new)
    keys.callback()(_keys)
    app.add_typer(keys, name="keys")
    app.command("table")(table)
    return app


def _keys() -> None:
    """平台与人员的密钥。 Keys of platforms and staff."""


def new(name: Name, role: Roles = None, scope: Scopes = None, days: Days = 365, json: Json = False) -> None:
    """生成密钥。 Make a key: shown once on standard error; its lines for the access file go to standard output."""
    roles = _chosen("--role", role or [], tuple(one for one in ROLES if one != "platform"), json=json)
    usual = STAFF_SCOPES if roles else CALLER_SCOPES
    scopes = _chosen("--scope", scope or list(usual), SCOPES, json=json)
    if not NAME.fullmatch(name):
        misuse(
            f"NAME: {NAMES}",
            "名称应为 1 至 64 个字母、数字或 . _ @ -，以字母或数字开头，且不是 miaopi",
            json=json,
        )
    key, key_id, digest = new_key()
    expires = (datetime.now(CHINA) + timedelta(days=days)).date()
    lines = entry_lines(name, cast("list[Role]", roles), key_id, digest, cast("list[Scope]", scopes), expires)
    if json:
        print_json({"key": key, "name": name, "id": key_id, "expires": str(expires), "lines": lines})
        return
    typer.echo(lines)
    said = console()
    said.print(f"密钥仅显示这一次 key, shown this once:\n{key}", markup=False)
    said.print(
        "请安全交付。以上各行写入 MIAOPI_ACCESS 所指文件；名称已在其中的，只把 [[….key]] 部分加在该条下面。\n"
        "Hand it over by a safe way. The lines above go into the file of MIAOPI_ACCESS; if the name is listed there\n"
        "already, only its [[….key]] part, below that entry.",
        markup=False,
    )


def table(json: Json = False) -> None:
    """角色与操作对照表。 Show which role may do what."""
    if json:
        rows = [
            {"action": action.value, "scope": row.scope, "zh": row.zh, "en": row.en, "whose": sorted(row.whose)}
            for action, row in TABLE.items()
        ]
        print_json({"columns": list(COLUMNS), "actions": rows})
        return
    shown = Table("操作 action", "", "scope", *COLUMNS, show_lines=False)
    for column in shown.columns[3:]:
        column.justify = "center"
    for action, row in TABLE.items():
        cells = ["●" if column in row.whose else "" for column in COLUMNS]
        shown.add_row(action.value, f"{row.zh} {row.en}", row.scope, *cells)
    Console(emoji=False, highlight=False, width=max(150, Console().width)).print(shown)


def _chosen(option: str, given: list[str], allowed: tuple[str, ...], *, json: bool) -> list[str]:
    if not set(given) <= set(allowed):
        misuse(
            f"{option}: one of {', '.join(allowed)} is expected", f"{option} 应为 {'、'.join(allowed)} 之一", json=json
        )
    return given
