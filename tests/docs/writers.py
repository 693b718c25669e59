"""What writes the regions of the documentation's pages; `python -m tests.docs.writers` writes them all anew, and what
the commands of the pages say."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from decision_service.language.functions import SIGNATURES
from tests.docs.page import DOCS, Writer, rewritten, table
from tests.docs.session import followed
from tests.docs.write_advice import advice
from tests.docs.write_capacity import capacity
from tests.docs.write_catalogue import outcomes, reasons, registers, results
from tests.docs.write_commands import commands
from tests.docs.write_messages import message


def functions(_: str) -> str:
    """Every function with its signature and its words."""
    return table(
        "函数 function | 得到 gives | 中文 | English",
        (
            (f"`{name}({', '.join(one.parameters)}{' …' if one.variadic else ''})`", _gives(one.result), one.zh, one.en)
            for name, one in SIGNATURES.items()
        ),
    )


def _gives(kind: str) -> str:
    return "与参数相同 as given" if kind == "same" else f"`{kind}`"


WRITERS: Mapping[str, Writer] = {
    "advice": advice,
    "capacity": capacity,
    "commands": commands,
    "functions": functions,
    "message": message,
    "outcomes": outcomes,
    "reasons": reasons,
    "registers": registers,
    "results": results,
}
"""By the name of the region."""


def pages() -> list[Path]:
    """The pages that have regions."""
    return [path for path in sorted(DOCS.rglob("*.md")) if "<!-- written: " in path.read_text(encoding="utf-8")]


def lessons() -> list[Path]:
    """The pages with commands that are run."""
    return [path for path in sorted(DOCS.rglob("*.md")) if "\n```console\n" in path.read_text(encoding="utf-8")]


def write_all() -> None:
    """Writes the regions, and what the commands say."""
    for page in pages():
        page.write_text(rewritten(page.read_text(encoding="utf-8"), WRITERS), encoding="utf-8")
    for page in lessons():
        with TemporaryDirectory() as folder:
            told = followed(page.read_text(encoding="utf-8"), Path(folder))
        page.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    write_all()
