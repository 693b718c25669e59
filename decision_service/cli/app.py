"""The commands, each in a module of its own that is imported when it is called."""

import os
import sys
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import NoReturn

import typer

from decision_service.cli.calling import Root

_COMMANDS = {
    "demo": "demo:demo",
    "decide": "decide:decide",
    "explain": "explain:explain",
    "check": "check:check",
    "test": "test:test",
    "prove": "prove:prove",
    "guide": "guide:guide",
    "serve": "serve:serve",
    "replay": "replay:replay_command",
    "archive": "archive:archive",
    "notice": "notice:notice_command",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "accesses": "accesses:accesses",
    "reconcile": "reconcile:reconcile_command",
    "sandbox": "sandbox:sandbox",
    "load": "load:load",
    "drill": "drill:drill",
    # The tools of those who write rules.
    "new": "new:new",
    "fmt": "fmt:fmt",
    "lint": "lint:lint",
    "schema": "schema:schema",
    "lsp": "lsp:lsp",
    "coverage": "coverage:coverage",
    "diff": "diff:diff",
    "simulate": "simulate:simulate",
    "workbench": "workbench:workbench",
}
"""The commands in the order of the help, each with its module of this package and the function there."""

_GROUPS = ("access", "ledger", "followups", "outbox", "registers", "contract", "table")
"""The groups of commands, each with a module of its name, whose `build` makes it."""


def build(only: str = "") -> typer.Typer:
    """The application with all its commands, or with but the one called `only`, if there is such a one: to import what
    the others need takes most of the time of a short command."""
    app = typer.Typer(
        name="miaopi",
        cls=Root,
        help="秒批 Miaopi：按分析人员写的规则文件，即时办理简单政务事项。 "
        "Instant decisions for simple government matters, from rule files that analysts write.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_alone)
    chosen = {only} if only in {*_COMMANDS, *_GROUPS} else {*_COMMANDS, *_GROUPS}
    for name, place in _COMMANDS.items():
        if name in chosen:
            module, _, function = place.partition(":")
            app.command(name)(getattr(_imported(module), function))
    for name in _GROUPS:
        if name in chosen:
            app.add_typer(_imported(name).build(), name=name)
    return app


def _alone() -> None:  # with it, an application with one command still asks for the command's name
    pass


def _imported(module: str) -> ModuleType:
    return import_module(f"decision_service.cli.{module}")


def main() -> NoReturn:
    """The entry point of the console script."""
    code: object = 0
    try:
        build(sys.argv[1] if len(sys.argv) > 1 else "")()
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
