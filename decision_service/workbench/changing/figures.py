"""Counts that tell of no single person: small groups are hidden, and nothing shown gives them away."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

FEWEST: Final = 5
"""A group of fewer people than these is told as being under that."""


def shielded(parts: Sequence[int], also: Collection[int] = ()) -> list[int | None]:
    """The parts of a total that is known: None where a part is under FEWEST people, or its place is among `also`; and
    where the total less what is shown would tell a hidden one."""
    shown: list[int | None] = [None if 0 < one < FEWEST or at in also else one for at, one in enumerate(parts)]
    hidden = [one for one, there in zip(parts, shown, strict=True) if there is None]
    if hidden and (len(hidden) == 1 or sum(hidden) < FEWEST):
        others = [at for at, one in enumerate(shown) if one]
        if others:
            shown[min(others, key=lambda at: parts[at])] = None
    return shown


def beside(old: Mapping[str, int], new: Mapping[str, int]) -> list[dict[str, int | None]]:
    """Two divisions of the same people, each shielded; where a count moves by a few, neither is told."""
    names = list(dict.fromkeys((*old, *new)))
    sides = [[side.get(name, 0) for name in names] for side in (old, new)]
    close = {at for at, (first, second) in enumerate(zip(*sides, strict=True)) if not tells_nobody(first - second)}
    shown = [shielded(side, close) for side in sides]
    return [dict(zip(names, side, strict=True)) for side in shown]


def tells_nobody(count: int) -> bool:
    """Whether a number of people, or by how many it moves, is none or plenty."""
    return count == 0 or abs(count) >= FEWEST


def shielded_report(said: Mapping[str, Any]) -> dict[str, Any]:
    """A report of `miaopi simulate --json` over recorded decisions, as counts that may be shown. What is left out
    altogether: amounts by group, single records, and amounts and reasons of few."""
    found = {name: said[name] for name in ("matter", "rows", "left_out", "assumed", "not_asked", "seconds")}
    old, new = said["versions"]
    counts = beside(old["outcomes"], new["outcomes"])
    found["versions"] = [
        one | {"outcomes": shown, "reasons": _few(one["reasons"])}
        for one, shown in zip((old, new), counts, strict=True)
    ]
    unchanged = said["rows"] - said["left_out"] - said["flipped"]
    # Those that stay are a part of the total too, so that what is hidden can't be had by taking away.
    parts = shielded([*(one["count"] for one in said["flips"]), unchanged])
    found["flips"] = [one | {"count": part} for one, part in zip(said["flips"], parts[:-1], strict=True)]
    found["flipped"] = None if None in parts else said["flipped"]
    found["changed"] = _some(said["changed"])
    found["flipped_reasons"] = {side: _few(counts) for side, counts in said["flipped_reasons"].items()}
    found["by"] = {name: _groups(groups) for name, groups in said["by"].items()}
    found["money"] = {
        name: one
        for name, one in said["money"].items()
        if all(map(tells_nobody, (*one["people"], one["people"][1] - one["people"][0])))
    }
    found["money_by"] = {}
    ledger = said["ledger"]
    told = {name: _some(ledger[name]) for name in ("rows", "applications", "checked")}
    found["ledger"] = told | {"differences": _some(len(ledger["findings"]))}
    return found


def _groups(groups: Mapping[str, Sequence[Mapping[str, int]]]) -> dict[str, list[dict[str, int | None]]]:
    totals = shielded([sum(pair[0].values()) for pair in groups.values()])
    return {
        text: beside(*pair) for (text, pair), total in zip(groups.items(), totals, strict=True) if total is not None
    }


def _some(count: int) -> int | None:
    return count if tells_nobody(count) else None


def _few(counts: Mapping[str, int]) -> dict[str, int | None]:
    return {name: _some(count) for name, count in counts.items()}


def told(count: int | None, say: Callable[[str, str], str]) -> str:
    """A count, or that it is small or stands beside a small one."""
    return say(f"不足{FEWEST}或隐去", f"under {FEWEST} or hidden") if count is None else f"{count:,}"
