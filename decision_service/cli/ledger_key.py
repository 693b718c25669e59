"""`miaopi ledger key`: what those need who check this log: its name and public key."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.output import Json, misuse, print_json


def key(
    ledger: Annotated[Path | None, typer.Option("--ledger", help="账本文件 file of the record")] = None,
    json: Json = False,
) -> None:
    """打印账本公钥。 Print the public key of the log, for witnesses and for whoever checks receipts; made if there is
    none yet."""
    from decision_service.ledger.errors import LedgerRefusedError
    from decision_service.ledger.keys import load_or_create_key
    from decision_service.proof.note import NoteError, VerifierKey
    from decision_service.settings import SettingsRefusedError, read_settings

    try:
        settings = read_settings({"ledger": ledger})
        found = VerifierKey(settings.log, load_or_create_key(settings.ledger_files.key).public_key)
    except (SettingsRefusedError, LedgerRefusedError, NoteError) as error:
        misuse(str(error), "设置或密钥不能使用", json=json)
    if json:
        print_json({"log": found.name, "public_key": str(found)})
    else:
        sys.stdout.write(f"{found}\n")
