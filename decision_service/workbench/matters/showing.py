"""One matter as it is shown: what its card says, in the reader's language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from decision_service.policy.parts import Bilingual
from decision_service.workbench.matters.looking import Version
from decision_service.workbench.matters.working import TASKS, Matter
from decision_service.workbench.parts import Mood
from decision_service.workbench.saying import counted
from decision_service.workbench.visit import Visit, address

_WORKING: Final = {
    "": Bilingual("正在读", "being read"),
    "cases": Bilingual("正在运行案例", "its cases are being decided"),
    "coverage": Bilingual("正在算覆盖", "its coverage is being worked out"),
    "proofs": Bilingual("正在证明", "it is being proved"),
}

_LINKS: Final = (
    ("/edit", Bilingual("规则文件", "Rule file")),
    ("/try", Bilingual("试一试", "Try it")),
)
_OF_MATTER: Final = (
    ("/trust", Bilingual("案例与证明", "Cases and proofs")),
    ("/change", Bilingual("改动与比较", "Change and compare")),
)
_SHOWN_PROBLEMS: Final = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or two that stand out, and where they lead ("": nowhere)."""

    words: str
    mood: Mood = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """What the running service counts of a matter: the share that is decided at once, and how much of the decisions
    that may be slow were slow (1: as many as allowed); None where there is nothing to count."""

    at_once: float | None
    burn: float | None


def card(visit: Visit, matter: Matter, live: Live | None) -> Mapping[str, object]:
    """The values of the template."""
    versions = matter.look.versions if matter.look is not None else ()
    newest = _newest(versions, visit.bench.now().date())
    name = None if newest is None else (newest.zh if visit.language == "zh" else newest.en)
    return {
        "code": matter.name,
        "newest": None if newest is None else {"name": name, "edit": address("/edit", file=newest.file)},
        "marks": [*_state(visit, matter), *_results(visit, matter), *_live(visit, live)],
        "lines": list(_lines(visit, matter, newest)),
        "problems": list(_problems(visit, matter)),
        "links": [] if newest is None else list(_links(visit, matter, newest)),
    }


def _newest(versions: tuple[Version, ...], today: date) -> Version | None:
    """The version that people mean: the one in force, else the next to come."""
    begun = [one for one in versions if one.day <= str(today)]
    return begun[-1] if begun else versions[0] if versions else None


def _state(visit: Visit, matter: Matter) -> Iterator[Mark]:
    look, today = matter.look, str(visit.bench.now().date())
    if look is None:
        yield Mark(visit.tell(_WORKING[""]), "warn")
        return
    begun = [one for one in look.versions if one.day <= today]
    if begun:
        yield Mark(visit.say(f"{begun[-1].day} 起施行", f"in force since {begun[-1].day}"), "good")
    for one in look.versions:
        if one.day > today:
            words = visit.say(f"将于 {one.day} 施行", f"coming on {one.day}")
            yield Mark(words, "warn", address("/edit", file=one.file))
    if look.problems:
        yield Mark(visit.say(f"{look.problems}个问题", counted(look.problems, "problem")), "bad")
    elif not look.versions:
        yield Mark(visit.say("文件夹里没有规则文件", "the folder holds no rule file"), "bad")
    for save in matter.drafts:
        words = visit.say(f"草稿：{save.by}，{save.at[:10]}", f"draft by {save.by}, {save.at[:10]}")
        yield Mark(words, "warn", address("/edit", file=save.name))


def _results(visit: Visit, matter: Matter) -> Iterator[Mark]:
    trust = address("/trust", matter=matter.name)
    tested, covered, proved = (matter.results.get(task) for task in TASKS)
    if tested is not None:
        good, all_of_them = tested["cases"] - tested["failed"], tested["cases"]
        words = visit.say(f"案例 {good}/{all_of_them}", f"cases {good}/{all_of_them}")
        yield Mark(words, "bad" if tested["failed"] else "good", trust)
    if covered is not None:
        percent = f"{covered['percent']:.0f} %"
        yield Mark(
            visit.say(f"覆盖 {percent}", f"coverage {percent}"), "good" if covered["percent"] == 100 else "warn", trust
        )
    if proved is not None:
        count = f"{proved['holding']}/{proved['claims']}"
        yield Mark(visit.say(f"证明 {count}", f"proved {count}"), "good" if proved["holds"] else "bad", trust)
    if matter.working:
        yield Mark(visit.tell(_WORKING[matter.working]) + "……", "")
    if matter.failed:
        yield Mark(visit.say("有的没有算完", "some of it did not come to an end"), "warn", trust)


def _live(visit: Visit, live: Live | None) -> Iterator[Mark]:
    if live is None:
        return
    if live.at_once is not None:
        share = f"{live.at_once * 100:.1f} %"
        yield Mark(visit.say(f"当场办结 {share}", f"decided at once {share}"), "", "/run")
    if live.burn is not None:
        burn = f"{live.burn * 100:.0f} %"
        mood: Mood = "bad" if live.burn > 1 else "good"
        yield Mark(visit.say(f"时限余量已用 {burn}", f"{burn} of the slow budget used"), mood, "/run")


def _lines(visit: Visit, matter: Matter, newest: Version | None) -> Iterator[str]:
    if newest is not None:
        other = newest.en if visit.language == "zh" else newest.zh
        more = visit.say(
            f"{newest.rules}条规则，{newest.cases}个案例",
            f"{counted(newest.rules, 'rule')}, {counted(newest.cases, 'case')}",
        )
        yield f"{other} · {newest.item} · {more}"
    past = len(matter.look.versions) if matter.look is not None else 0
    if past > 1:
        yield visit.say(f"共{past}个版本", f"{past} versions in all")


def _problems(visit: Visit, matter: Matter) -> Iterator[Mapping[str, str]]:
    for one in matter.look.wrong[:_SHOWN_PROBLEMS] if matter.look is not None else ():
        where = f"{one.file}:{one.line}" if one.line else one.file
        href = address("/edit", file=one.file, line=str(one.line)) if one.line else ""
        yield {"where": where, "href": href, "words": one.zh if visit.language == "zh" else one.en}


def _links(visit: Visit, matter: Matter, newest: Version) -> Iterator[Mapping[str, str]]:
    for path, words in _LINKS:
        yield {"href": address(path, file=newest.file), "words": visit.tell(words)}
    for table in newest.tables:
        words_of_table = visit.say(f"表 {table}", f"table {table}")
        yield {"href": address("/table", file=newest.file, table=table), "words": words_of_table}
    for path, words in _OF_MATTER:
        yield {"href": address(path, matter=matter.name), "words": visit.tell(words)}
