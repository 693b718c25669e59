"""No command takes a secret as an argument, which everybody on the machine could read in its list of processes."""

import re
from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperGroup

from decision_service.cli.app import build

SECRETS = re.compile(r"secret|password|passwd|token|credential|api_?key|(^|_)keys?$|dsn|database")
NONE_OF_THEM = {
    ("backup", "keys"): "the folder where keys are copied to",
    ("contract check", "public_key"): "public",
    ("ledger verify", "public_key"): "public",
    ("ledger witness", "key"): "the file of a key",
    ("load", "public_key"): "public",
    ("replay", "public_key"): "public",
    ("restore", "keys"): "the folder where keys are copied from",
    ("workbench", "log_key"): "public",
}
"""Commands and parameters that are called like a secret and are none."""


def options(command: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every parameter of every command."""
    if isinstance(command, TyperGroup):
        for name, one in command.commands.items():
            yield from options(one, f"{path} {name}".strip())
    for one in getattr(command, "params", ()):
        yield path, one.name


def test_no_option_takes_a_secret() -> None:
    found = list(options(typer.main.get_command(build())))
    assert len(found) > 60
    assert {one for one in found if SECRETS.search(one[1])} == NONE_OF_THEM.keys()


@pytest.mark.parametrize("name", ["registers_secret", "password", "api_key", "key", "token"])
def test_the_look_out_sees_names_of_secrets(name: str) -> None:
    assert SECRETS.search(name)
