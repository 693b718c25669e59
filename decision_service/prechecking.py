"""Looking at a form before it is submitted: what is wrong with it, what fails already, and whom the service would ask.
No register is asked and nothing is recorded."""

from collections.abc import Mapping
from datetime import date

from decision_service.decision import MARK
from decision_service.forms import read_form
from decision_service.planning import Wants, can_ask, first_wave, is_allocator
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.publishing import Published
from decision_service.sheet import CREDIT, fact_sheet
from decision_service.telling import tell
from decision_service.verdict import State
from decision_service.wording import Words


def precheck(published: Published, catalogue: Catalogue, form: Mapping[str, object], as_of: date) -> dict[str, object]:
    """What can be said of `form` from itself alone."""
    policy = published.policy
    reading = read_form(policy, form, as_of, catalogue.prefectures)
    sheet = fact_sheet(policy, reading, {}, as_of, catalogue.calendar)
    verdict = published.judge(sheet)
    told = tell(Words(policy, catalogue), reading, {}, verdict)
    failing = {finding.rule for finding in verdict.findings if finding.state is State.FAILS} | {"form"}
    found = [one.as_json() for one in (*told.reasons, *told.advice) if one.rule in failing]
    useful: set[str] = set()
    if not reading.stopped:
        useful = {*first_wave(policy, reading), *Wants(policy).of(sheet, verdict), CREDIT}
    asked = [name for name in policy.asks if name in useful and can_ask(policy, name, reading)]
    reply: dict[str, object] = {
        "matter": policy.matter,
        "policy": {"version": str(policy.effective_from), "digest": f"sha256:{policy.digest}"},
        "as_of": str(as_of),
        "ready": not found,
        "correct": [one for one in found if str(one["code"]).startswith("C")],
        "fails": [one for one in found if not str(one["code"]).startswith("C")],
        "would_ask": [_register(policy, name) for name in asked if not is_allocator(policy, name)],
        "binding": False,
    }
    if policy.illustrative:
        reply["mark"] = {"zh": MARK.zh, "en": MARK.en}
    return reply


def _register(policy: Policy, name: str) -> dict[str, object]:
    register = policy.asks[name].register
    return {
        "register": name,
        "zh": register.zh,
        "en": register.en,
        "owner": {"zh": register.owner_zh, "en": register.owner_en},
        "with": [field for fields in policy.asks[name].parameters.values() for field in fields],
    }
