"""The root of all commands: a call that is no call is misuse as any other, in both languages, with `--json` as JSON."""

import re
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from decision_service.source import nearest

_NO_COMMAND = re.compile(r"No such command '(.*?)'\.")
_EXTRA = re.compile(r"unexpected extra argument(?:s|\(s\))? \((.*)\)")


class Root(TyperGroup):
    """The group of all commands. A call that cannot be understood ends with exit code 2, and with one value on standard
    output where `--json` is among the arguments."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002 - typer passes it; without it errors reach us
        windows_expand_args: bool = True,
        **extra: object,
    ) -> NoReturn:
        """Runs the command that the arguments name, and leaves with its exit code."""
        given = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(given, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.TyperException as error:
            code = _told(error, json=any(one.partition("=")[0] == "--json" for one in given))
        except typer.Abort:
            code = 1
        sys.exit(code if isinstance(code, int) else 0)


def _told(error: typer.TyperException, *, json: bool) -> int:
    """Says what is wrong with the call; the exit code."""
    from decision_service.cli.output import MISUSE, misuse  # it takes long to import, and calls are mostly right

    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.message, err=True)
        return MISUSE
    context = getattr(error, "ctx", None)
    zh, en = _in_chinese(error), error.format_message().rstrip(".")
    if context is not None:
        zh = f"{zh}{'' if zh.endswith('？') else '；'}用法见 {context.command_path} --help"
        en = f"{en}{'' if en.endswith('?') else ';'} see {context.command_path} --help"
    try:
        misuse(en, zh, json=json)
    except typer.Exit as left:
        return left.exit_code


def _in_chinese(error: typer.TyperException) -> str:
    """What typer says in English alone. Its exceptions are told apart by their names: the classes are not public."""
    option = getattr(error, "option_name", "")
    match type(error).__name__:
        case "NoSuchOption":
            return f"没有选项 {option}" + _meant(next(iter(getattr(error, "possibilities", None) or ()), None))
        case "BadOptionUsage":
            return f"选项 {option} 后面{'不写值' if 'does not take' in error.message else '要写值'}"
        case "MissingParameter":
            return f"缺少{_name(error)}"
        case "BadParameter":
            return f"{_name(error)} 的值不对：{_wanted(error) or error.message}"
        case _:
            return _of_the_whole(error)


def _of_the_whole(error: typer.TyperException) -> str:
    """What is wrong with the arguments together."""
    if found := _NO_COMMAND.search(error.message):
        commands = getattr(getattr(getattr(error, "ctx", None), "command", None), "commands", ())
        return f"没有命令 {found[1][:60]}" + _meant(nearest(found[1], commands))
    if found := _EXTRA.search(error.message):
        return f"多出了参数 {found[1]}"
    return "缺少命令" if error.message.startswith("Missing command") else "用法不对"


def _meant(word: str | None) -> str:
    return "" if word is None else f"；是不是 {word}？"


def _name(error: typer.TyperException) -> str:
    """The parameter, as a call writes it."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "参数"
    if parameter.param_type_name == "option":
        return f"选项 {parameter.opts[0]}"
    return f"参数 {parameter.name.upper()}"


def _wanted(error: typer.TyperException) -> str | None:
    """What the value has to be, where it is a number, lies between bounds or is one of several words."""
    if not isinstance(error.__cause__, ValidationError):
        return None
    wrong = error.__cause__.errors()[0]
    bounds = wrong.get("ctx", {})
    match wrong["type"]:
        case "float_parsing":
            return "应是数"
        case "int_parsing" | "int_from_float":
            return "应是整数"
        case "greater_than_equal":
            return f"不能小于 {bounds['ge']:g}"
        case "less_than_equal":
            return f"不能大于 {bounds['le']:g}"
        case "value_error":
            _, _, words = wrong["msg"].rstrip(".").partition(" is not one of ")
            return f"可写 {words}" if words else None
        case _:
            return None
