"""The way of a release: into the rules folder and before the service, in force by a second person, or back."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from decision_service.control.candidate import content_of
from decision_service.policy.parts import Bilingual
from decision_service.policy.shelf import CASES
from decision_service.workbench.changing.begun import in_time
from decision_service.workbench.changing.folder import Change, FolderMovedError, held, put_in, take_out
from decision_service.workbench.changing.keeping import IllegibleError, KeptFiles, read_folder
from decision_service.workbench.changing.proposals import Part, Proposal, Proposals
from decision_service.workbench.drafts import ChangedMeanwhileError
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.service import ServiceError
from decision_service.workbench.visit import Bench

PATH: Final = "/control/v1/releases"

TURN: Final = asyncio.Lock()
"""Whoever touches the rules folder has it to himself: this process is the one that writes there."""


class Asking(Protocol):
    """The service, asked as whoever sits before the page (`visit.Visit`)."""

    @property
    def bench(self) -> Bench:
        """What the pages work on."""

    async def get(self, door: Any, path: str) -> Any:
        """What stands there. Raises ServiceError."""

    async def post(self, door: Any, path: str, body: object = None) -> Any:
        """Does it. Raises ServiceError."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an analyst wants released: drafts by name, each with the number of the save that he has seen, names of files
    to take away, a note for the approver, and what was run on it before. `is_sure`: he knows that a version among them
    has begun already."""

    drafts: Mapping[str, int]
    away: Sequence[str]
    note: str
    checks: dict[str, Any]
    is_sure: bool = False


def proposals_of(bench: Bench) -> Proposals:
    """The proposals of this workbench."""
    return Proposals(bench.store, bench.now)


def parts_of(bench: Bench, drafts: Iterable[str], away: Iterable[str]) -> list[Part]:
    """The files that would change, as the folder stands. Raises OSError."""
    standing = bench.drafts.standing()
    found = []
    for name in drafts:
        save = standing.get(name)
        if save is not None and save.text is not None:
            change = Change(name, held(bench.rules, name), save.text.encode())
            found.append(Part(change, save.number, save.by))
    found += [Part(Change(name, held(bench.rules, name), None), None, None) for name in away]
    return [one for one in found if one.change.before != one.change.after]


async def releases(asking: Asking) -> list[dict[str, Any]]:
    """All releases on the service's record, the newest first. Raises ServiceError."""
    return list((await asking.get("staff", PATH))["releases"])


async def propose(asking: Asking, chosen: Chosen, by: str) -> str:
    """Puts the files in and has the service take them for a proposal; its number, "" where nothing but worked cases
    went in, which decide nothing and wait for nobody. Where it is refused, or anything fails, the folder is as it was.
    Raises RefusedError, ServiceError."""
    # Nobody who leaves the page, or takes the connection down, leaves the folder half way.
    return await asyncio.shield(asyncio.ensure_future(_propose(asking, chosen, by)))


async def _propose(asking: Asking, chosen: Chosen, by: str) -> str:
    bench = asking.bench
    async with TURN:
        await _settled(asking)
        if proposals_of(bench).in_state("proposed"):
            raise RefusedError(
                Bilingual(
                    "已有一个提请在等待批准；请先等它批准或退回",
                    "another proposal waits for approval; have it approved or sent back first",
                )
            )
        _as_seen(bench, chosen.drafts)
        parts = await asyncio.to_thread(parts_of, bench, chosen.drafts, chosen.away)
        if not parts:
            raise RefusedError(
                Bilingual("所选内容与规则文件夹相同，没有可发布的", "what was chosen is what the folder holds already")
            )
        in_time(parts, bench.now().date().isoformat(), is_sure=chosen.is_sure)
        at = bench.now().isoformat(timespec="seconds")
        await asyncio.to_thread(_keep, bench, at)
        number = proposals_of(bench).begin(by, chosen.note, parts, chosen.checks)
        return await _proposed(asking, number, parts, by, at)


def _as_seen(bench: Bench, drafts: Mapping[str, int]) -> None:
    """Nobody proposes what he has not seen. Raises RefusedError."""
    standing = bench.drafts.standing()
    others = [name for name, number in drafts.items() if name not in standing or standing[name].number != number]
    if others:
        raise RefusedError(
            Bilingual(
                f"{'、'.join(others)} 的草稿刚被改过；请重新打开页面，看过再提请",
                f"the draft of {', '.join(others)} was changed since this page was opened; open it again, and look "
                "before you propose",
            )
        )


async def _proposed(asking: Asking, number: int, parts: Sequence[Part], by: str, at: str) -> str:
    bench, kept = asking.bench, proposals_of(asking.bench)
    changes = [one.change for one in parts]
    try:
        await asyncio.to_thread(put_in, bench.rules, changes)
    except OSError as error:
        kept.ended(number, "refused", by)
        raise RefusedError(
            Bilingual(
                f"规则文件夹写不了（{error.strerror}），一个文件也没有放入",
                f"the rules folder can't be written ({error.strerror}); no file was put in",
            )
        ) from None
    except FolderMovedError:
        kept.ended(number, "refused", by)
        raise
    if all(one.name.endswith(CASES) for one in changes):
        kept.ended(number, "approved", by)
        _put_away(bench, parts, by)
        return ""
    try:
        release = await _told(asking)
    except BaseException:
        await asyncio.to_thread(take_out, bench.rules, changes)
        kept.ended(number, "refused", by)
        raise
    kept.proposed(number, release)
    _keep(bench, at)
    _put_away(bench, parts, by)
    return release


async def _told(asking: Asking) -> str:
    """Has the service take the folder for a proposal; where it falls silent, whether it did is looked up."""
    content = await asyncio.to_thread(content_of, asking.bench.rules)
    try:
        said = await asking.post("staff", PATH)
    except ServiceError as error:
        if error.status != 0:
            raise
        newest = next(iter(await releases(asking)), None)
        if newest is None or newest["content"] != content:
            raise
        said = newest
    if said["content"] != content:
        raise RefusedError(
            Bilingual(
                "办理服务读的是另一个规则文件夹；请让运维人员核对两边的设置",
                "the service reads another rules folder; have an operator compare both settings",
            )
        )
    return str(said["release"])


def _keep(bench: Bench, at: str) -> None:
    """Keeps the folder as it is now, so that it can be brought back."""
    with suppress(IllegibleError):  # what was approved holds no such file
        KeptFiles(bench.store).keep(content_of(bench.rules), read_folder(bench.rules), at)


def _put_away(bench: Bench, parts: Sequence[Part], by: str) -> None:
    """The drafts that went in are none any more; one that was saved meanwhile stays."""
    for one in parts:
        if one.save is None:
            proposals_of(bench).keep_after_all(one.change.name)
            continue
        try:
            bench.drafts.save(one.change.name, None, by, one.save)
        except ChangedMeanwhileError:
            continue


async def approve(asking: Asking, release: str, digests: Sequence[str], by: str) -> None:
    """Has the service put it in force; returns when it is. Raises ServiceError."""
    await asyncio.shield(asyncio.ensure_future(_approve(asking, release, digests, by)))


async def _approve(asking: Asking, release: str, digests: Sequence[str], by: str) -> None:
    async with TURN:
        await asking.post("staff", f"{PATH}/{release}/approve", {"digests": list(digests)})
        for one in proposals_of(asking.bench).in_state("proposed"):
            if one.release == release:
                proposals_of(asking.bench).ended(one.number, "approved", by)


async def send_back(asking: Asking, number: int, remark: str, by: str) -> list[str]:
    """Takes the files of a proposal out again, and makes them drafts; the names of those that are not, as another
    draft stands there, or as somebody has changed the file since. Raises RefusedError, ServiceError, OSError."""
    return await asyncio.shield(asyncio.ensure_future(_send_back(asking, number, remark, by)))


async def _send_back(asking: Asking, number: int, remark: str, by: str) -> list[str]:
    bench = asking.bench
    async with TURN:
        await _settled(asking)
        found = [one for one in proposals_of(bench).in_state("proposed") if one.number == number]
        if not found:
            raise RefusedError(Bilingual("它已批准或已退回", "it was approved, or sent back, before"))
        moved = await asyncio.to_thread(take_out, bench.rules, found[0].changes)
        proposals_of(bench).ended(number, "returned", by, remark)
        return [*moved, *_drafts_again(bench, found[0])]


def _drafts_again(bench: Bench, proposal: Proposal) -> list[str]:
    left = []
    for one in proposal.parts:
        name, after = one.change.name, one.change.after
        if after is None:
            proposals_of(bench).withdraw(name, proposal.by)
        elif name in bench.drafts.standing():
            left.append(name)
        else:
            bench.drafts.save(name, after.decode(), one.author or proposal.by, bench.drafts.read(name)[1])
    return left


async def settle(asking: Asking) -> None:
    """Brings what is kept here in line with the service's record, and mends what a crash left half way. Raises as
    `send_back`."""
    async with TURN:
        await _settled(asking)


async def _settled(asking: Asking) -> None:
    bench, kept = asking.bench, proposals_of(asking.bench)
    known = {one["release"]: one for one in await releases(asking)}
    for one in kept.in_state("proposed"):
        said = known.get(one.release or "")
        if said is not None and said["state"] == "approved":
            kept.ended(one.number, "approved", str(said["approved_by"]))
    for one in kept.in_state("putting"):
        content = await asyncio.to_thread(content_of, bench.rules)
        newest = next(iter(known.values()), None)
        if newest is not None and newest["content"] == content and newest["state"] == "proposed":
            kept.proposed(one.number, str(newest["release"]))
            _put_away(bench, one.parts, one.by)
        else:
            moved = await asyncio.to_thread(take_out, bench.rules, one.changes)
            kept.ended(one.number, "refused", one.by, " ".join(moved))


def whole_of(parts: Sequence[Part], rules: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Every rule file before and after these changes, by name."""
    before = read_folder(rules)
    after = dict(before)
    for one in parts:
        change = one.change
        if change.name.endswith(CASES):
            continue
        for texts, content in ((before, change.before), (after, change.after)):
            if content is None:
                texts.pop(change.name, None)
            else:
                texts[change.name] = content.decode()
    return before, after
