"""Going back to an earlier release: which files become drafts, and which are taken away."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from decision_service.policy.catalogue import FOLDER
from decision_service.policy.parts import Bilingual
from decision_service.workbench.changing.releasing import proposals_of
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.visit import Bench

_BEGINS = re.compile(r"^in_force:[ \t]*\S+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Back:
    """What leads from the folder as it is to an earlier one: texts of drafts by name, and files to take away."""

    drafts: Mapping[str, str]
    away: tuple[str, ...]


def back_to(now: Mapping[str, str], then: Mapping[str, str], day: str, today: str) -> Back:
    """From the folder's texts to those of `then`. With a `day`, what has begun by `today` stays as it is, and the text
    that decided in `then` comes again from that day on; without one, to the letter. Raises RefusedError."""
    if not day:
        drafts = {name: text for name, text in then.items() if now.get(name) != text}
        return Back(drafts, tuple(sorted(now.keys() - then.keys())))
    if not _is_later(day, today):
        raise RefusedError(
            Bilingual("新版本的生效日须晚于今天", "the first day of the new version must be later than today")
        )
    drafts = {name: text for name, text in then.items() if _is_shared(name) and now.get(name) != text}
    away: list[str] = []
    for matter in sorted({name.partition("/")[0] for name in (*now, *then)} - {FOLDER}):
        old, new = (_of(texts, matter) for texts in (then, now))
        coming = {name: text for name, text in old.items() if Path(name).stem > today}
        drafts |= {name: text for name, text in coming.items() if new.get(name) != text}
        away += [name for name in new if Path(name).stem > today and name not in coming]
        deciding, decides = _last(old, today), _last(new, today)
        if deciding and deciding != decides:
            drafts[f"{matter}/{day}.yaml"] = _BEGINS.sub(f"in_force: {day}", deciding, count=1)
    return Back(drafts, tuple(one for one in away if one not in drafts))


def _is_later(day: str, today: str) -> bool:
    try:
        return date.fromisoformat(day) > date.fromisoformat(today)
    except ValueError:
        return False


def _is_shared(name: str) -> bool:
    return name.startswith(f"{FOLDER}/")


def _of(texts: Mapping[str, str], matter: str) -> dict[str, str]:
    return {name: text for name, text in sorted(texts.items()) if name.startswith(f"{matter}/")}


def _last(texts: Mapping[str, str], today: str) -> str:
    """The text that decides on `today`, "" where none does."""
    return next((texts[name] for name in sorted(texts, reverse=True) if Path(name).stem <= today), "")


def bring_back(bench: Bench, back: Back, by: str) -> list[str]:
    """Makes the drafts and marks what is to be taken away; where a draft of other text stands in the way nothing is
    done, and their names are given."""
    standing = bench.drafts.standing()
    in_the_way = [name for name, text in back.drafts.items() if name in standing and standing[name].text != text]
    if in_the_way:
        return in_the_way
    if not back.drafts and not back.away:
        raise RefusedError(Bilingual("规则文件夹与那次发布没有区别", "the rules folder says the same as that release"))
    for name, text in back.drafts.items():
        if name not in standing:
            bench.drafts.save(name, text, by, bench.drafts.read(name)[1])
    for name in back.away:
        proposals_of(bench).withdraw(name, by)
    return []
