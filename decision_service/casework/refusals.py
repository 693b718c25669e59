"""Why something that an officer or an applicant asks for is not put on record. No text holds a value."""

from enum import StrEnum


class Word(StrEnum):
    """What stands in the way, as the door names it."""

    UNKNOWN_ITEM = "unknown_item"
    NOT_OPEN = "item_not_open"
    NOT_CLAIMED = "item_not_claimed"
    CLAIMED_BY_ANOTHER = "item_claimed"
    SAME_OFFICER = "same_officer"
    NOT_HEARD = "not_heard"
    MOVED_ON = "case_moved_on"
    REVIEW_KEY_WRONG = "review_key_wrong"
    KEY_WRONG = "feedback_key_wrong"
    NOT_CLOSED = "case_not_closed"
    RATED_BEFORE = "rated_before"
    COMPLAINT_OPEN = "complaint_open"
    NOT_GRANTED = "not_granted"
    WRONG_KIND = "wrong_kind_of_item"
    RULES_MISSING = "rules_missing"
    ORDER = "hearing_out_of_order"


class RefusedError(Exception):
    """It is not put on record, for the reason that `word` names."""

    def __init__(self, word: Word) -> None:
        super().__init__(str(word))
        self.word = word


class WrongError(Exception):
    """What was sent can't be taken: where (a JSON pointer) and a word for what is wrong."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults
