"""Which witnesses a log has: their keys and addresses, as the operator lists them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from decision_service.proof.note import NoteError, SignatureType, VerifierKey
from verifiers.reach import reach

MOST: Final = 16
"""As many signatures as everybody who reads a note must accept; each further witness would be one nobody sees."""


class WitnessesRefusedError(Exception):
    """The list can't be used; the text says which line and why."""


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """A witness's key, and the prefix of its address."""

    key: VerifierKey
    url: str


def read_witnesses(text: str) -> tuple[WitnessAddress, ...]:
    """The witnesses of a setting: the lines `key url` themselves, or the name of a file that holds them.

    Empty lines and those that begin with # are passed over. Raises WitnessesRefusedError.
    """
    if not text.strip():
        return ()
    lines = text.splitlines() if _is_list(text) else _lines_of(Path(text))
    found: list[WitnessAddress] = []
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            one = _address(line, number)
            if any(one.key.name == other.key.name for other in found):
                raise WitnessesRefusedError(f"line {number}: a second witness of this name")
            found.append(one)
    if len(found) > MOST:
        raise WitnessesRefusedError(f"more than {MOST} witnesses")
    return tuple(found)


def _is_list(text: str) -> bool:
    """Lines have two parts; a file's name with a space in it would be taken for one only if it held a key."""
    return len(text.split()) > 1 and "+" in text


def _lines_of(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "not text in UTF-8"
        raise WitnessesRefusedError(f"the file can't be read ({why})") from None


def _address(line: str, number: int) -> WitnessAddress:
    parts = line.split()
    try:
        if len(parts) != 2:
            raise NoteError("a key and an address are expected")
        key = VerifierKey.parse(parts[0])
        if key.type is not SignatureType.COSIGNATURE_V1:
            raise NoteError("not a key for cosignatures; `miaopi ledger witness` prints its own")
        address = urlsplit(parts[1])
        is_plain = not (address.query or address.fragment or "@" in address.netloc)
        if address.scheme not in {"http", "https"} or reach(address.hostname or "") == "never" or not is_plain:
            raise NoteError("not an address such as https://witness.example")
    except ValueError as error:
        why = str(error) if isinstance(error, NoteError) else "not an address"
        raise WitnessesRefusedError(f"line {number}: {why}") from None
    return WitnessAddress(key, parts[1].rstrip("/"))
