"""The semantic difference of two versions: found by `miaopi diff` beside the page, kept, and drawn."""

import asyncio
import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from nicegui import ui

from decision_service.access.actions import Action
from decision_service.differing import words
from decision_service.outcome import Outcome
from decision_service.policy.catalogue import Catalogue, read_catalogue
from decision_service.policy.entries import Complaints
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.changing.sides import Side, catalogue_digest, written
from decision_service.workbench.going import StoppedError, going
from decision_service.workbench.jobs import Done, Hears
from decision_service.workbench.parts import button, note, rendered, text
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.results import Result, Results, follows_from
from decision_service.workbench.visit import Bench, Visit, address

_TONES: Final = {"gains": "good", "loses": "bad", "moves": "warn", "stays": ""}


class NoClaimError(RefusedError):
    """A command gave no result; `problems` are those of the rule files, as JSON."""

    def __init__(self, said: Any) -> None:
        given = said if isinstance(said, dict) else {}
        error = given.get("error") or {}
        zh = str(error.get("zh") or "规则文件有错，请先改正")
        super().__init__(Bilingual(zh, str(error.get("en") or "the rule files have problems; mend them first")))
        self.problems: list[dict[str, Any]] = list(given.get("problems", ()))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts to compare, and the whole rules folder that both are read with."""

    old: Side
    new: Side
    whole: Path

    def arguments(self, bench: Bench) -> tuple[str, str]:
        """The two as our commands are given them."""
        return str(written(bench, self.old)), str(written(bench, self.new))

    @property
    def matter(self) -> str:
        """Of which matter they are."""
        return self.new.name.partition("/")[0]

    def digest(self, *more: str) -> str:
        """By which a result is known that follows from the two texts, the catalogue, and what else is named."""
        return follows_from(self.old.text, self.new.text, catalogue_digest(self.whole), *more)


DIFFERENCE: Final = "difference"


async def difference(bench: Bench, pair: Pair, told: Hears = lambda _: None) -> dict[str, Any]:
    """The comparison as `miaopi diff --json` prints it, without what nobody reads here; `told` hears how far it is.
    Raises NoClaimError, JobFailedError."""
    results, digest = Results(bench.store), pair.digest()
    known = results.of(DIFFERENCE, pair.matter, digest)
    if known is None:
        done = await bench.jobs.run("diff", *pair.arguments(bench), "--rules", str(pair.whole), told=told)
        known = Result(digest, bench.now().isoformat(timespec="seconds"), _slim(_said(done)))
        results.keep(DIFFERENCE, pair.matter, known)
    return dict(known.said)


def _said(done: Done) -> dict[str, Any]:
    if done.code == 2:
        raise NoClaimError(done.said)
    return dict(done.said)


def _slim(said: dict[str, Any]) -> dict[str, Any]:
    for region in said["regions"]:
        for side in ("old", "new"):
            del region["example"][side]
    for one in ("changes", "seconds", "old", "new"):
        said.pop(one, None)
    return said


def catalogue_of(whole: Path) -> Catalogue | None:
    """What all matters share; None where its files have problems."""
    complaints = Complaints()
    found = read_catalogue(whole, complaints)
    return None if complaints.problems else found


def outcome_names(visit: Visit, catalogue: Catalogue | None) -> dict[str, str]:
    """What each outcome and each reason is called, by its code."""
    codes = {one.value: one.value for one in Outcome}
    if catalogue is None:
        return codes
    outcomes = {one.value: visit.tell(text) for one, text in catalogue.outcomes.items()}
    reasons = {code: _FILLED.sub("…", visit.tell(text)) for code, text in catalogue.reasons.items()}
    return codes | reasons | outcomes


_FILLED: Final = re.compile(r"\{[^}]*\}")
"""What stands in a reason's text for something of the case."""


async def draw(visit: Visit, pair: Pair) -> None:
    """Finds the difference and shows it."""
    what = visit.say("逐一求解哪些申请的决定会改变", "Solving for which applications the decision changes")
    try:
        said = await going(visit, what, lambda told: difference(visit.bench, pair, told))
    except NoClaimError as error:
        refused(visit, error)
        return
    except StoppedError as error:
        _stopped(visit, pair, error)
        return
    catalogue = await asyncio.to_thread(catalogue_of, pair.whole)
    rendered("decision_service.workbench.changing", "difference.html", shown(visit, said, pair, catalogue))


def _stopped(visit: Visit, pair: Pair, error: StoppedError) -> None:
    """That nothing is known of it, and the way to begin again."""
    with ui.element("div") as place:
        note(visit.tell(error.told))
        again = button(visit.say("重新比较", "compare again"), "refresh")

    async def begin() -> None:
        place.clear()
        with place:
            await draw(visit, pair)

    again.on_click(acting(visit, Action.READ_CONTROL, begin))


def refused(visit: Visit, error: NoClaimError) -> None:
    """Why there is no comparison, and where to mend what is wrong."""
    note(visit.say("不作结论：", "Nothing is claimed: ") + visit.tell(error.told), "bad")
    for one in error.problems[:20]:
        with ui.element("div").classes("mp-row"):
            place = one["place"]
            if place is not None:
                name = "/".join(Path(place["file"]).parts[-2:])  # it was read from a copy
                ui.link(f"{name}:{place['line']}", address("/edit", file=name, line=str(place["line"])))
            text(str(one["message"][visit.language]), "span")


def shown(visit: Visit, said: dict[str, Any], pair: Pair, catalogue: Catalogue | None) -> dict[str, object]:
    """What the template of a difference is filled with, in the reader's language."""
    names = outcome_names(visit, catalogue)
    regions = [_region(visit, one, pair, names) for one in said["regions"]]
    pairs: dict[tuple[str, str], list[Any]] = {}
    for region in regions:
        for one in region["outcomes"]:
            pairs.setdefault((one["old"], one["new"]), []).append(region)
    codes = [one.value for one in Outcome]
    return {
        "is_zh": visit.language == "zh",
        "lang": visit.language,
        "said": said,
        "regions": regions,
        "names": names,
        "cells": pairs,
        "rows": [one for one in codes if any(old == one for old, _ in pairs)],
        "columns": [one for one in codes if any(new == one for _, new in pairs)],
        "tones": _TONES,
        "unreached": visit.tell(words.UNREACHED),
        "nobody": visit.tell(words.NOBODY),
    }


def _region(visit: Visit, region: dict[str, Any], pair: Pair, names: Mapping[str, str]) -> dict[str, Any]:
    first = region["outcomes"][0]
    kind = visit.tell(words.KINDS[region["kind"]])
    if first["old"] != first["new"]:
        what = f"{names[first['old']]} → {names[first['new']]}"
    else:
        what = visit.say(f"{kind}改变（仍是：{names[first['old']]}）", f"{kind} change (still: {names[first['old']]})")
    return region | {
        "what": what,
        "effect_told": visit.tell(words.EFFECTS[region["effect"]]),
        "scope": visit.tell(words.EXACT if region["exact"] else words.WITHIN),
        "try_old": try_address(pair.old, region["example"]),
        "try_new": try_address(pair.new, region["example"]),
    }


def try_address(side: Side, example: Mapping[str, Any]) -> str:
    """Where the example can be tried with that version; "" where no file or draft holds it."""
    if side.kind not in {"file", "draft"}:
        return ""
    case = {name: example[name] for name in ("as_of", "form", "facts")}
    given = base64.urlsafe_b64encode(orjson.dumps(case)).decode().rstrip("=")
    return address("/try", file=side.name, given=given)
