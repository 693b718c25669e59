"""The notice of a case as it stands."""

from decision_service.casework.case import Case
from decision_service.notice.content import Notice
from decision_service.notice.machine import notice_of
from decision_service.notice.officer import notice_of_outcome
from decision_service.publishing import Publication


def standing_notice(case: Case, publication: Publication) -> Notice:
    """That of the last officer's outcome, else of the decision. Raises ReplayError, ErasedError."""
    if case.standing is case.decision:
        return notice_of(case.decision, publication)
    return notice_of_outcome(case.decision, case.standing, publication)
