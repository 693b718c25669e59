"""`miaopi ledger tables` and `miaopi ledger copy`: for a ledger that lies in PostgreSQL."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.output import Json, misuse, print_json, progress

Role = Annotated[str, typer.Option("--role", help="服务登录角色 that the service logs in as")]
Target = Annotated[Path | None, typer.Argument(help="目标文件 file to make; beside the keys if none is named")]


def tables(role: Role) -> None:
    """打印建账本的 SQL。 Print the SQL by which the owner of a database makes an empty ledger for a service that logs
    in as another role, with no more rights than it needs."""
    from decision_service.ledger import postgres_schema
    from decision_service.settings import SettingsRefusedError, read_settings

    try:
        log = read_settings({}).log
    except SettingsRefusedError as error:
        misuse(str(error), "设置有误")
    statements = ("BEGIN", *postgres_schema.made(log), *postgres_schema.grants(role), "COMMIT")
    sys.stdout.write("".join(f"{one};\n" for one in statements))


def copy(file: Target = None, json: Json = False) -> None:
    """把数据库中的账本复制为文件，供审计。 Copy the ledger from the database that MIAOPI_LEDGER names into a file that
    verify, replay and reconcile read."""
    from decision_service.ledger.errors import LedgerError, LedgerRefusedError
    from decision_service.settings import SettingsRefusedError, read_settings

    try:
        files = read_settings({}).ledger_files
        if files.address is None:
            raise LedgerRefusedError("MIAOPI_LEDGER names no database; a ledger in a file needs no copy to be read")
        from decision_service.ledger.copying import copy_ledger

        target = file or files.ledger
        with progress() as bar:
            task = bar.add_task("记录 records", total=None)
            count = copy_ledger(files.address, target, lambda at, of: bar.update(task, completed=at, total=of))
    except (SettingsRefusedError, LedgerError) as error:
        misuse(str(error), "账本不能复制", json=json)
    except OSError as error:
        misuse(f"{error.filename}: {error.strerror}", "文件不能写入", json=json)
    if json:
        print_json({"file": str(target), "records": count})
    else:
        sys.stdout.write(f"{target}: {count} 条记录 record(s)\n")
