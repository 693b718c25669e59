"""What `miaopi prove` says of the gaps and overlaps of one table: whether any applicant comes to them, and who."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from decision_service.policy.parts import Bilingual
from decision_service.workbench.kept import Kept
from decision_service.workbench.visit import Bench

Verdict = Literal["holds", "fails", "undecided"]

_ABOUT: Final = ("table_gap", "table_overlap")


@dataclass(frozen=True, slots=True)
class Proved:
    """A claim about the table, how it comes out, what is wrong where it fails, and an applicant who shows it, as an
    address carries him ("" where there is none)."""

    claim: Bilingual
    verdict: Verdict
    problem: Bilingual
    differs: tuple[Bilingual, ...]
    given: str


async def prove_table(bench: Bench, file: str, table: str) -> tuple[Proved, ...]:
    """The claims about gaps and overlaps of a table of a file, drafts in place. Takes seconds. Raises
    JobFailedError."""
    folder = await asyncio.to_thread(bench.drafts.whole)
    done = await bench.jobs.run("prove", str(folder / file), "--rules", str(folder))
    policies = done.said.get("policies", ()) if isinstance(done.said, dict) else ()
    wanted = {f"{about}:{table}" for about in _ABOUT}
    return tuple(_proved(one) for policy in policies for one in policy["claims"] if one["name"] in wanted)


def _proved(claim: Mapping[str, Any]) -> Proved:
    problem = claim.get("problem")
    text = _both(problem["message"]) if problem else Bilingual("", "")
    shown = next(iter(claim.get("applicants", ())), None)
    differs = tuple(_both(one) for one in shown["differs"]) if shown else ()
    given = next(_given(claim["witnesses"]), "") if claim["verdict"] == "fails" else ""
    return Proved(_both(claim["claim"]), cast("Verdict", claim["verdict"]), text, differs, given)


def _given(witnesses: list[Mapping[str, Any]]) -> Iterator[str]:
    for one in witnesses:
        yield Kept.of_json(one).as_given()


def _both(text: Mapping[str, str]) -> Bilingual:
    return Bilingual(text["zh"], text["en"])
