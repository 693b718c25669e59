"""The second engine as a process of its own: `python -m decision_service.readings.rete.child RULES`.

It reads the rule files by itself, says which policy versions it knows, and answers batches of sheets until its input
ends. For a frame with a turn and digests under LEARN it goes a step towards knowing what is in the folder now, besides
those. It decides nothing for a version that it does not know.
"""

import os
import signal
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

from decision_service.orphans import dies_with_parent
from decision_service.readings.rete.engine import ReteEngine
from decision_service.readings.rete.fence import EngineFault
from decision_service.readings.rete.frames import (
    LEARN,
    LENGTH,
    MOST_BYTES,
    BadFrameError,
    Word,
    pack,
    read_calendar,
    read_sheet,
    unpack,
    verdict_content,
)
from decision_service.readings.rete.knowing import Knowing

SWITCH_SECONDS = 0.0005
"""How long a sheet waits for rules that are read beside."""

Calendar = Mapping[int, frozenset[date]]


def main(rules: Path) -> int:
    """Serves until standard input ends. The exit status is 0 then, 1 for input that is no frame."""
    if not dies_with_parent():
        return 0
    for number in (signal.SIGINT, signal.SIGTERM):
        # Ctrl-C and service managers mean the service with all its processes. It drains: what is in work needs its
        # second engine to the end, and that comes with the input.
        signal.signal(number, signal.SIG_IGN)
    incoming, outgoing = _channel()
    sys.setswitchinterval(SWITCH_SECONDS)
    knowing = Knowing(rules)
    outgoing.write(pack(sorted(knowing.engines)))
    calendars: dict[int, Calendar] = {}
    try:
        while (body := _receive(incoming)) is not None:
            asked = unpack(body)
            if isinstance(asked, dict):
                outgoing.write(pack(knowing.learn(*asked[LEARN])))
                continue
            sheets = cast("list[tuple[str, int, object, object]]", asked)
            outgoing.write(pack([_answer(knowing.engines, calendars, *one) for one in sheets]))
    except BadFrameError:
        return 1
    finally:
        knowing.close()
    return 0


def _channel() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for frames alone; whatever else is printed goes to standard error."""
    incoming, outgoing = os.dup(0), os.dup(1)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return os.fdopen(incoming, "rb"), cast("BinaryIO", os.fdopen(outgoing, "wb", buffering=0))


def _receive(incoming: BinaryIO) -> bytes | None:
    head = incoming.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    if length > MOST_BYTES:
        raise BadFrameError("a frame longer than any of ours")
    body = incoming.read(length)
    return body if len(body) == length else None


def _answer(
    engines: Mapping[str, ReteEngine],
    calendars: dict[int, Calendar],
    digest: str,
    number: int,
    calendar: object,
    sheet: object,
) -> list[object]:
    if calendar is not None:
        calendars[number] = read_calendar(calendar)
    if digest not in engines:
        return [Word.UNKNOWN_VERSION, ""]
    try:
        return [Word.JUDGED, verdict_content(engines[digest].judge(read_sheet(sheet, calendars[number])))]
    except EngineFault as fault:
        return [Word.FAULT, str(fault)]
    except Exception as error:  # noqa: BLE001 - one sheet must not cost the others; the error's words may be personal
        return [Word.FAULT, type(error).__name__]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
