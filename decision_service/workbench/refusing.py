"""What a room does not do, for a reason of its own."""

from decision_service.policy.parts import Bilingual


class RefusedError(Exception):
    """Something was asked for and is not done; `told` says why, in both languages."""

    def __init__(self, told: Bilingual) -> None:
        super().__init__(told.en)
        self.told = told
