"""What a room does not do, for a reason of its own."""

from decision_service.policy.parts import Bilingual


class RefusedError(Exception):
    """Something was asked for and is not done; `told` says why, in both languages."""

    def __init__(self, told: Bilingual) -> None:
        super().__init__(told)  # whole, so that it comes out of another process as it went in
        self.told = told

    def __str__(self) -> str:
        return self.told.en
