"""Whatever happens in whatever order, each owed check is made, once, and never are two under way at a time for one
application."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from decision_service.followups.schedule import WIDTH
from tests.followups.office import CALLER, Credit, Office
from tests.http.staging import BY_ID
from tests.sizes import size

APPLICATIONS = st.sampled_from(["A", "B", "C", "D", "E", "F", "G"])
CASES = st.sampled_from(["ELD-1", "ELD-3"])


class Following(RuleBasedStateMachine):
    """The model is what each application owes: the person to be asked about, or nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.office = Office(self.folder)
        self.owed: dict[str, str] = {}
        self.made: list[tuple[str, str]] = []

    @rule(
        application=APPLICATIONS,
        credit=st.sampled_from(["answered", "late", "fault", "not asked", "wrong number"]),
        case=CASES,
    )
    def decide(self, application: str, credit: Credit, case: str) -> None:
        self.office.decide(application, credit, case)
        if credit == "answered":
            self.owed.pop(application, None)
        elif credit != "wrong number":
            self.owed[application] = BY_ID[case]["form"]["id_no"]

    @rule(up=st.booleans())
    def centre(self, up: bool) -> None:
        self.office.centre.mode = "up" if up else "down"

    @rule(application=APPLICATIONS)
    def comes_before_the_desk(self, application: str) -> None:
        self.office.deciding.add((CALLER, application))

    @rule()
    def the_desk_is_done(self) -> None:
        self.office.deciding.clear()

    @rule()
    def round(self) -> None:
        self.office.pass_time(3600)
        self.office.round()
        self._expect()

    @precondition(lambda self: self.owed)
    @rule()
    def crash_in_the_middle(self) -> None:
        mode, self.office.centre.mode = self.office.centre.mode, "hanging"
        self.office.pass_time(3600)
        self.office.crash()
        self.office.centre.mode = mode

    @rule()
    def restart(self) -> None:
        self.office._close()
        self.office._open()

    @rule()
    def read_everything_again(self) -> None:
        self.office.scanner.start_over()

    def _expect(self) -> None:
        """What the round had to do: with the centre up, every check but those of applications being decided."""
        busy = {application for _, application in self.office.deciding}
        if self.office.centre.mode == "up":
            free = {application: person for application, person in self.owed.items() if application not in busy}
            self.made += sorted(free.items())
            self.owed = {application: person for application, person in self.owed.items() if application in busy}
        assert {one.application_id for one in self.office.checks.owed()} == set(self.owed)
        done = self.office.checks.done(10_000)
        assert sorted(one.application_id for one in done) == sorted(application for application, _ in self.made)

    @invariant()
    def each_check_is_made_once_and_about_the_right_person(self) -> None:
        centre = self.office.centre
        assert centre.answered == Counter(self.made)
        assert centre.most <= WIDTH
        assert all(one.purpose.endswith(":deferred") for one in centre.asked)

    @invariant()
    def nothing_is_told_as_a_fault(self) -> None:
        assert '"fault"' not in self.office.log.getvalue()

    def teardown(self) -> None:
        try:
            self.office.deciding.clear()
            self.office.centre.mode = "up"
            for _ in range(2):
                self.round()
            assert not self.owed
        finally:
            self.office.close()
            shutil.rmtree(self.folder)


TestFollowing = Following.TestCase
TestFollowing.settings = settings(
    max_examples=size("followups", quick=25, full=3_000), stateful_step_count=25, deadline=None
)
