"""The legal basis of a version, for whoever reads a comparison in print."""

import asyncio

from decision_service.policy.entries import Complaints
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_version
from decision_service.workbench.changing.difference import Pair, catalogue_of
from decision_service.workbench.changing.sides import written
from decision_service.workbench.parts import heading, text
from decision_service.workbench.visit import Bench, Visit


async def basis(visit: Visit, pair: Pair) -> None:
    """Each law that the new version rests on, with the rules that name it; nothing where the text can't be read."""
    policy = await asyncio.to_thread(_read, visit.bench, pair)
    if policy is None:
        return
    heading(visit.say("法律依据", "Legal basis"))
    with text("", "ol", "ch-basis"):
        for one in policy.basis:
            rules = [rule.id for rule in policy.rules if one.number in rule.basis]
            edition = visit.say(f"（{one.edition}）", f" ({one.edition})")
            text(visit.tell(one.text) + edition + (f" · {', '.join(rules)}" if rules else ""), "li")
    why = policy.suitability
    text(
        visit.say(
            f"影响评估 {why.assessment_id}（{why.assessed_on}）；法律审核 {why.legal_reviewer}，"
            f"技术审核 {why.technical_reviewer}",
            f"impact assessment {why.assessment_id} ({why.assessed_on}); reviewed by {why.legal_reviewer} (legal) and "
            f"{why.technical_reviewer} (technical)",
        ),
        "p",
    )


def _read(bench: Bench, pair: Pair) -> Policy | None:
    catalogue = catalogue_of(pair.whole)
    if catalogue is None:
        return None
    path = written(bench, pair.new)
    return read_version(path, pair.new.name, catalogue, Complaints())
