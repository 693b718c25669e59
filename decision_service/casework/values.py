"""The values that an outcome states, read by the types of the matter's results: an officer writes what a machine
could."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, cast

from decision_service.casework.refusals import WrongError
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.shape import Policy
from decision_service.wording import as_json
from verifiers.kinds import BadValueError, Kind, read

AWARDS: Final = "awards"
TOTAL: Final = "total"


def stated(policy: Policy, outcome: Outcome, sent: Mapping[str, Any]) -> dict[str, object]:
    """`sent` as the result of an outcome. With approvals the values that the matter grants, with others those that its
    rules tell (when to apply again, where to go). Of a matter with items `awards` names each with its amount, and the
    total is added up here. Raises WrongError."""
    kinds = _kinds(policy, outcome)
    values: dict[str, object] = {}
    faults: list[tuple[str, str]] = []
    for name, raw in sent.items():
        try:
            if name == AWARDS and policy.items and outcome in APPROVALS:
                values |= _awards(policy, raw)
            elif name in kinds:
                values[name] = as_json(read(kinds[name], raw), kinds[name])
            else:
                faults.append((f"/result/{name}", "unknown_member"))
        except BadValueError:
            faults.append((f"/result/{name}", "wrong_type"))
    if outcome in APPROVALS:
        needed = {one.name for one in policy.results if one.when is None} | ({AWARDS} if policy.items else set())
        faults += [(f"/result/{name}", "missing") for name in sorted(needed - sent.keys())]
    if faults:
        raise WrongError(*faults)
    return values


def statable(policy: Policy, outcome: Outcome) -> list[dict[str, object]]:
    """What an outcome may state, for a form: each value with its kind (a name of `verifiers.kinds`), the values that it
    is one of, and whether it has to be stated; of a matter with items `awards`, with the items."""
    granted = outcome in APPROVALS
    needed = {one.name for one in policy.results if one.when is None} if granted else set()
    found: list[dict[str, object]] = [
        {"name": name, "kind": kind.name, "values": list(kind.values), "needed": name in needed}
        for name, kind in _kinds(policy, outcome).items()
    ]
    if granted and policy.items:
        items = [{"name": one.name, "zh": one.label.zh, "en": one.label.en} for one in policy.items]
        found.append({"name": AWARDS, "kind": AWARDS, "values": [], "needed": True, "items": items})
    return found


def _kinds(policy: Policy, outcome: Outcome) -> dict[str, Kind]:
    granted = outcome in APPROVALS
    told = {
        name: expression.kind
        for rule in policy.rules
        for alternative in rule.alternatives
        for name, expression in alternative.told
        if alternative.outcome is outcome or not granted
    }
    return told | ({one.name: one.value.kind for one in policy.results} if granted else {})


def _awards(policy: Policy, raw: object) -> dict[str, object]:
    """Each item with its amount, at least one. Raises BadValueError."""
    kinds = {item.name: item.amount.kind for item in policy.items}
    if not isinstance(raw, Mapping) or not raw or raw.keys() - kinds.keys():
        raise BadValueError("awards")
    amounts = {name: cast("Decimal", read(kinds[name], one)) for name, one in raw.items()}
    total = sum(amounts.values(), Decimal(0))
    kind = policy.items[0].amount.kind
    return {AWARDS: {name: as_json(one, kinds[name]) for name, one in amounts.items()}, TOTAL: as_json(total, kind)}
