"""The electronic licence identifier (电子证照标识) of what a decision grants.

GB/T 36904-2018 gives the parts and the check character; its full text was not at hand, so how a type's three digits are
assigned is our own and marked as such: those of the item's main code. The serial is the decision's own number, which is
unique and on record: deciding again gives the same identifier.
"""

import hashlib
import re
from functools import lru_cache
from typing import Final

from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.shape import Policy
from verifiers.identifiers import Defect, implementing_code, make_electronic_licence

FIRST_VERSION: Final = "001"
"""A later version of a licence is another decision, with a serial of its own."""

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def licence_of(policy: Policy, outcome: Outcome, decision_id: str) -> dict[str, object] | None:
    """The licence that a decision grants; None where it grants none, or the matter's item code names no issuer."""
    if outcome not in APPROVALS:
        return None
    type_code = _type_code(policy.item_code)
    if type_code is None:
        return None
    identifier = make_electronic_licence(type_code, policy.office, _serial(decision_id), FIRST_VERSION)
    if identifier is None:
        return None
    return {"identifier": identifier, "standard": "GB/T 36904-2018", "illustrative": True}


@lru_cache(512)
def _type_code(item_code: str) -> str | None:
    item = implementing_code(item_code)
    return None if isinstance(item, Defect) else f"{item.body}{item.main}"


def _serial(decision_id: str) -> str:
    """Digits and capitals that no other decision has: the UUID itself, or a digest where the id is none."""
    if _UUID.fullmatch(decision_id):
        return decision_id.replace("-", "").upper()
    return hashlib.sha256(decision_id.encode()).hexdigest()[:32].upper()
