"""What is run on files before they are released, each by the command that an analyst would use."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from decision_service.outcome import Outcome
from decision_service.policy.catalogue import FOLDER
from decision_service.policy.parts import Bilingual
from decision_service.policy.shelf import CASES
from decision_service.workbench.changing.difference import NoClaimError, Pair, catalogue_of
from decision_service.workbench.changing.figures import told as told_count
from decision_service.workbench.changing.impact import LEDGER, impact
from decision_service.workbench.changing.populations import made
from decision_service.workbench.changing.proposals import Part
from decision_service.workbench.changing.releasing import whole_of
from decision_service.workbench.changing.sides import Side
from decision_service.workbench.copies import kept_copy
from decision_service.workbench.jobs import Done, Hears, Progress
from decision_service.workbench.results import Result, Results, digest_of, follows_from
from decision_service.workbench.saying import counted
from decision_service.workbench.visit import Bench, address

Name = Literal["check", "test", "prove", "shadow"]

CHECKS: Final[dict[Name, Bilingual]] = {
    "check": Bilingual("检查规则文件（必须通过）", "check of the rule files (must pass)"),
    "test": Bilingual("运行案例", "worked cases"),
    "prove": Bilingual("证明", "proofs"),
    "shadow": Bilingual("影子运行：新规则并行决定，不产生效力", "shadow run: decided beside, without effect"),
}

WORKING_OUT: Final = "decision_service.workbench.workingout"

SHADOWED: Final = 10_000
"""Made-up people of a shadow run where no record was named."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The rules folder as it would be, as a copy, and the matters that it changes. `pairs`: each version that would
    change or come, beside what it follows."""

    whole: Path
    matters: tuple[str, ...]
    pairs: tuple[Pair, ...]
    key: str


def candidate(bench: Bench, parts: Sequence[Part]) -> Candidate:
    """The folder with these files in it; the same copy for the same texts."""
    before, after = whole_of(parts, bench.rules)
    files = {name: text.encode() for name, text in after.items()} | _cases(parts, bench.rules)
    key = follows_from(*(f"{name}\n{content!r}" for name, content in sorted(files.items())))
    whole = kept_copy(bench.data / "candidates" / key, partial(_laid, files))
    names = [one.change.name.partition("/") for one in parts]
    touched = {matter for matter, _, _ in names}
    everything = {name.partition("/")[0] for name in after} - {FOLDER}
    matters = everything if FOLDER in touched else touched & everything
    return Candidate(whole, tuple(sorted(matters)), tuple(pairs_of(before, after, whole)), key)


def _cases(parts: Sequence[Part], rules: Path) -> dict[str, bytes]:
    """Every file of worked cases as it would be."""
    found = {path.relative_to(rules).as_posix(): path.read_bytes() for path in rules.glob(f"*/*{CASES}")}
    for change in (one.change for one in parts if one.change.name.endswith(CASES)):
        found.pop(change.name, None)
        if change.after is not None:
            found[change.name] = change.after
    return found


def _laid(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


def pairs_of(before: dict[str, str], after: dict[str, str], whole: Path) -> list[Pair]:
    """Each version that changes or comes, beside the file that it was or the version before it."""
    found = []
    for name, text in sorted(after.items()):
        if name.startswith(f"{FOLDER}/") or before.get(name) == text:
            continue
        matter = name.partition("/")[0]
        earlier = [one for one in sorted(before) if one.partition("/")[0] == matter and one <= name]
        if earlier:
            # What it takes the place of is in no folder any more; what it follows is.
            old = _side("kept" if earlier[-1] == name else "file", earlier[-1], before)
            new = _side("file", name, after)
            found.append(Pair(old, new, whole))
    return found


def _side(kind: Literal["file", "kept"], name: str, texts: dict[str, str]) -> Side:
    day = Path(name).stem
    return Side(f"{kind}:{day}", kind, name, texts[name], Bilingual(day, day))


def known(bench: Bench, found: Candidate, name: Name) -> dict[str, Any] | None:
    """What a check came to, None where it was not run on these texts."""
    said = Results(bench.store).of(f"check {name}", ALL, found.key)
    return None if said is None else dict(said.said)


async def run(bench: Bench, found: Candidate, name: Name, by: str, told: Hears = lambda _: None) -> dict[str, Any]:
    """Runs a check and keeps what it came to: `good`, and what is told of it in both languages. `told` hears how far it
    is. Raises JobFailedError."""
    match name:
        case "check":
            said = _checked(await bench.jobs.run("check", str(found.whole), told=told))
        case "test":
            said = _tested(await _worked_out(bench, found, "cases", told))
        case "prove":
            said = _proved(await _worked_out(bench, found, "proofs", told))
        case "shadow":
            said = await _shadowed(bench, found, told)
    kept = said | {"by": by, "at": bench.now().isoformat(timespec="seconds")}
    Results(bench.store).keep(f"check {name}", ALL, Result(found.key, str(kept["at"]), kept))
    return kept


ALL: Final = ""
"""The subject of what is about a whole rules folder."""


async def _worked_out(bench: Bench, found: Candidate, task: str, told: Hears) -> dict[str, dict[str, Any]]:
    """What the pages of each matter show of these files, worked out where it is not known yet."""
    results, said = Results(bench.store), {}
    for number, matter in enumerate(found.matters):
        digest = await asyncio.to_thread(digest_of, found.whole, matter)
        one = results.of(task, matter, digest)
        if one is None:
            given = {"task": task, "folder": str(found.whole), "matter": matter}
            come = await bench.jobs.work(WORKING_OUT, given, _of_many(told, number, len(found.matters)))
            one = Result(digest, bench.now().isoformat(timespec="seconds"), come)
            if "problems" not in come:
                results.keep(task, matter, one)
        said[matter] = dict(one.said)
    return said


def _of_many(told: Hears, number: int, of: int) -> Hears:
    """Tells of one of several things, done one after another."""
    return lambda far: told(Progress(number * 100 + far.percent, of * 100))


def _result(*, good: bool, zh: str, en: str, **more: object) -> dict[str, Any]:
    return {"good": good, "zh": zh, "en": en, **more}


def _detail(zh: str, en: str, to: str) -> dict[str, str]:
    """A line of what a check came to, and the page that shows it whole."""
    return {"zh": zh, "en": en, "to": to}


def _trust(source: str) -> str:
    return address("/trust", matter=source.partition("/")[0])


def _checked(done: Done) -> dict[str, Any]:
    if done.code == 0:
        return _result(good=True, zh="没有问题", en="no problem")
    problems = done.said.get("problems", [])
    details = [_problem(one) for one in problems[:10]]
    return _result(good=False, zh=f"{len(problems)}个问题", en=counted(len(problems), "problem"), details=details)


def _problem(one: Mapping[str, Any]) -> dict[str, str]:
    message, place = one["message"], one["place"]
    if place is None:
        return _detail(message["zh"], message["en"], "")
    where = f"{place['file']}:{place['line']}"
    to = address("/edit", file=place["file"], line=str(place["line"]))
    return _detail(f"{where}：{message['zh']}", f"{where}: {message['en']}", to)


def _has_problems(said: Mapping[str, Mapping[str, Any]]) -> bool:
    return any("problems" in one for one in said.values())


def _not_run() -> dict[str, Any]:
    return _result(good=False, zh="没有运行：规则文件有错", en="not run: the rule files have problems")


def _tested(said: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    if _has_problems(said):
        return _not_run()
    versions = [version for one in said.values() for version in one["versions"]]
    cases = [(version["source"], case) for version in versions for case in version["cases"]]
    failed = [(source, case["name"]) for source, case in cases if case["differences"]]
    told = [
        _detail(f"{source}：{name}", f"{source}: {name}", address("/try", file=source, case=name))
        for source, name in failed[:10]
    ]
    zh, en = f"{len(cases)}个案例，{len(failed)}个不符", f"{counted(len(cases), 'case')}, {len(failed)} not as expected"
    return _result(good=not failed, zh=zh, en=en, details=told)


def _proved(said: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    if _has_problems(said):
        return _not_run()
    versions = [version for one in said.values() for version in one["versions"]]
    broken = [one for one in versions if "nothing" not in one and not one["holds"]]
    nothing = [one["source"] for one in versions if "nothing" in one]
    zh, en = (
        f"{len(versions)}个版本，{len(broken)}个有反例",
        f"{counted(len(versions), 'version')}, {len(broken)} with a counter-example",
    )
    details = [_detail(f"{one}：什么也没有证明", f"{one}: nothing is proved", _trust(one)) for one in nothing]
    for one in broken:
        failing = [claim["claim"] for claim in one["claims"] if claim["verdict"] != "holds" and not claim["advice"]]
        source = one["source"]
        details += [
            _detail(f"{source}：{claim['zh']}", f"{source}: {claim['en']}", _trust(source)) for claim in failing
        ]
    return _result(good=not broken and not nothing, zh=zh, en=en, details=details[:10])


async def _shadowed(bench: Bench, found: Candidate, heard: Hears) -> dict[str, Any]:
    """Each changed version over the record, or over made-up people where none was named."""
    population = LEDGER if bench.ledger is not None else made(SHADOWED)
    rows, differ, is_hidden = 0, 0, False
    details: list[dict[str, str]] = []
    catalogue = await asyncio.to_thread(catalogue_of, found.whole)
    names = {one: Bilingual(one.value, one.value) for one in Outcome} | dict(catalogue.outcomes if catalogue else {})
    for number, pair in enumerate(found.pairs):
        try:
            said = await impact(bench, pair, population, _of_many(heard, number, len(found.pairs)))
        except NoClaimError as error:
            return _result(good=False, zh=f"没有运行：{error.told.zh}", en=f"not run: {error.told.en}")
        rows += said["rows"]
        differ += said["flipped"] or 0
        is_hidden |= said["flipped"] is None
        details += _flips(pair, said["flips"], names)
    zh = f"{population.told.zh}：共{rows:,}件，结果不同{differ:,}件" + ("，另有不足5或隐去的" if is_hidden else "")
    en = f"{population.told.en}: {counted(rows, 'application')}, {differ:,} decided otherwise"
    return _result(good=True, zh=zh, en=en + (", and some under 5 or hidden" if is_hidden else ""), details=details)


def _flips(
    pair: Pair, flips: Sequence[Mapping[str, Any]], names: Mapping[Outcome, Bilingual]
) -> Iterator[dict[str, str]]:
    to = address("/change", matter=pair.matter)
    for one in flips:
        old, new = names[Outcome(one["old"])], names[Outcome(one["new"])]
        zh = f"{pair.new.name}：{old.zh} → {new.zh}：{told_count(one['count'], lambda zh, _: zh)}"
        yield _detail(zh, f"{pair.new.name}: {old.en} → {new.en}: {told_count(one['count'], lambda _, en: en)}", to)
