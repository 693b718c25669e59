"""`miaopi notice`: the notice of a recorded decision, as the page that the service shows."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from decision_service.casework.case import Case
from decision_service.cli.output import Rules, misuse, shelf_or_exit
from decision_service.cli.records import Ledger, one_record
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.notice.page import LANGUAGES, Language, page
from decision_service.notice.standing import standing_notice
from decision_service.publishing import publish
from decision_service.replay import ReplayError


def notice_command(
    decision_id: Annotated[str, typer.Argument(help="决定编号 number of the decision")],
    lang: Annotated[str, typer.Option("--lang", help="语言 zh, en or both")] = "both",
    out: Annotated[Path | None, typer.Option("--out", help="输出文件 HTML file to write, else standard output")] = None,
    ledger: Ledger = Path("var/ledger.sqlite3"),
    rules: Rules = Path("rules"),
) -> None:
    """输出决定的文书。 Print the notice of a decision as HTML."""
    language = _language(lang)
    publication = publish(shelf_or_exit(rules))
    one_record(ledger, decision_id, "miaopi notice")
    try:
        with reading(LedgerFiles.beside(ledger)) as reader:
            case = Case(tuple(reader.about(decision_id)))
        text = page(standing_notice(case, publication), language)
    except (ReplayError, LedgerError) as error:
        misuse(str(error), "文书无法作出")
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        misuse(f"--out: can't be written ({error.strerror})", f"--out：写不了（{error.strerror}）")


def _language(text: str) -> Language:
    found = next((one for one in LANGUAGES if one == text), None)
    if found is None:
        misuse("--lang: must be zh, en or both", "--lang 应为 zh、en 或 both")
    return found
