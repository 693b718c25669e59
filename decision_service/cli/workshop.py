"""What analysts' commands need beyond the service: named with the command that installs it where it is not here."""

from importlib.util import find_spec

from decision_service.cli.output import misuse


def needed(*modules: str, extra: str = "workshop", json: bool = False) -> None:
    """Ends the command (exit 2) if a library of an extra is not installed."""
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        install = f"pip install 'miaopi[{extra}]'"
        misuse(
            f"this command needs {', '.join(missing)}: {install}",
            f"这个命令需要 {', '.join(missing)}，请先安装：{install}",
            json=json,
        )
