"""The commands, each in a module of its own that is imported when it is called."""

import os
import sys
from contextlib import suppress
from typing import NoReturn

import typer

from decision_service.cli import (
    access,
    accesses,
    archive,
    backup,
    check,
    contract,
    coverage,
    decide,
    demo,
    diff,
    drill,
    explain,
    fmt,
    followups,
    guide,
    ledger,
    lint,
    load,
    lsp,
    new,
    notice,
    outbox,
    prove,
    reconcile,
    registers,
    replay,
    sandbox,
    schema,
    serve,
    simulate,
    table,
    test,
)


def build() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(
        name="miaopi",
        help="秒批 Miaopi: instant decisions for simple government matters, from rule files that analysts write.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.command("demo")(demo.demo)
    app.command("decide")(decide.decide)
    app.command("explain")(explain.explain)
    app.command("check")(check.check)
    app.command("test")(test.test)
    app.command("prove")(prove.prove)
    app.command("guide")(guide.guide)
    app.command("serve")(serve.serve)
    app.command("replay")(replay.replay_command)
    app.command("archive")(archive.archive)
    app.command("notice")(notice.notice_command)
    app.command("backup")(backup.backup)
    app.command("restore")(backup.restore)
    app.command("accesses")(accesses.accesses)
    app.command("reconcile")(reconcile.reconcile_command)
    app.add_typer(access.build(), name="access")
    app.add_typer(ledger.build(), name="ledger")
    app.add_typer(followups.build(), name="followups")
    app.add_typer(outbox.build(), name="outbox")
    app.add_typer(registers.build(), name="registers")
    app.add_typer(contract.build(), name="contract")
    app.command("sandbox")(sandbox.sandbox)
    app.command("load")(load.load)
    app.command("drill")(drill.drill)
    _workshop(app)
    return app


def _workshop(app: typer.Typer) -> None:
    """The tools of those who write rules."""
    app.command("new")(new.new)
    app.command("fmt")(fmt.fmt)
    app.command("lint")(lint.lint)
    app.command("schema")(schema.schema)
    app.command("lsp")(lsp.lsp)
    app.add_typer(table.build(), name="table")
    app.command("coverage")(coverage.coverage)
    app.command("diff")(diff.diff)
    app.command("simulate")(simulate.simulate)


def main() -> NoReturn:
    """The entry point of the console script."""
    code: object = 0
    try:
        build()()
    except SystemExit as left:
        code = left.code
    if not isinstance(code, int):
        code = 0 if code is None else 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):  # whoever reads has had enough
            stream.flush()
    if "pyreqwest" in sys.modules:
        # Its threads may still be letting go of Python objects; where the interpreter is being taken down meanwhile,
        # that aborts the process, and a command that succeeded would end with a signal.
        os._exit(code)
    sys.exit(code)
