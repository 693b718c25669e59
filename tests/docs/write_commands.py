"""The region of docs/reference/commands.md: every command with its arguments and options, from the application."""

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from decision_service.cli.app import build
from tests.docs.page import table

Parameter = TyperArgument | TyperOption


def every_command() -> Iterator[tuple[str, TyperCommand]]:
    """The commands that do something, with their whole name, in the order of the help."""
    root = typer.main.get_command(build())
    assert isinstance(root, TyperGroup)
    yield from _inside("miaopi", root)


def _inside(name: str, group: TyperGroup) -> Iterator[tuple[str, TyperCommand]]:
    for one in group.commands.values():
        whole = f"{name} {one.name}"
        if isinstance(one, TyperGroup):
            yield from _inside(whole, one)
        elif isinstance(one, TyperCommand) and not one.hidden:
            yield whole, one


def commands(_: str) -> str:
    """A section for each command."""
    return "\n\n".join(_section(name, one) for name, one in every_command())


def _section(name: str, command: TyperCommand) -> str:
    parameters = [one for one in command.params if isinstance(one, Parameter) and not one.hidden]
    usage = " ".join([name, *map(_used, parameters)])
    parts = [f"## {name}", " ".join((command.help or "").split()), f"```text\n{usage}\n```"]
    rows = [(_written(one), _about(one)) for one in parameters if one.help]
    if rows:
        parts.append(table("参数 parameter | 说明 meaning", iter(rows)))
    return "\n\n".join(parts)


def _used(one: Parameter) -> str:
    """How the parameter stands in a call; in square brackets where it may be left out."""
    word = (one.name or "").upper()
    whole = word if isinstance(one, TyperArgument) else one.opts[0] + ("" if one.is_flag else f" {word}")
    return whole if one.required else f"[{whole}]"


def _written(one: Parameter) -> str:
    if isinstance(one, TyperArgument):
        return f"`{(one.name or '').upper()}`"
    return " ".join(f"`{text}`" for text in (*one.opts, *one.secondary_opts))


def _about(one: Parameter) -> str:
    text = " ".join((one.help or "").split())
    usual = "" if one.default in (None, False, ()) or callable(one.default) else f" 默认 default: `{one.default}`"
    return text + usual
