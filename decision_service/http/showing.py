"""Credentials in the envelope: taken out of it, and told where one is out of place. Their tokens are never repeated."""

from collections.abc import Sequence

from decision_service.http.problems import Fault, ProblemError
from decision_service.http.wire import CredentialIn
from verifiers.verifier import Shown

REPEATED = "repeated"
NOT_LISTED = "not_listed"


def shown(sent: Sequence[CredentialIn], challenge: str, by: tuple[str, ...]) -> dict[str, Shown]:
    """What is shown, by register, in the order it was sent.

    `challenge` is the platform's number of the application, `by` the words that tell it from all others. Raises
    ProblemError where two are shown for one register.
    """
    names = [one.stands_for for one in sent]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise ProblemError("envelope", (fault(place, REPEATED),))
    return {one.stands_for: Shown(one.token, challenge, "\n".join(by)) for one in sent}


def fault(place: int, code: str) -> Fault:
    """What is wrong with the register that a credential is shown for."""
    return Fault(f"/credentials/{place}/register", code)
