"""Secrets that a service and a sandbox on one machine share: from the environment, else a file made once (0600)."""

import os
import secrets
from pathlib import Path

from decision_service.cli.output import misuse
from verifiers.secretfile import ADVICE, ADVICE_ZH, is_open_to_others

APP = "miaopi"
"""The name under which the service asks registers."""

FOLDER = Path("var")


def shared_secret(name: str) -> bytes:
    """MIAOPI_<NAME>_SECRET, else the content of var/<name>.secret, which is made where it is not there yet."""
    from_environment = os.environ.get(f"MIAOPI_{name.upper()}_SECRET")
    if from_environment:
        return from_environment.encode()
    path = FOLDER / f"{name}.secret"
    FOLDER.mkdir(exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        if is_open_to_others(path):
            misuse(f"{path}: {ADVICE}", f"{path}：{ADVICE_ZH}")
        return path.read_bytes().strip()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes().strip()
