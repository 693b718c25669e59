"""The store against a plain dictionary: one answer a key, forever, in one order."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.errors import LedgerFaultError
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.sqlite import SqliteStore
from decision_service.ledger.store import ByApplication, ByDecision, ByKey, Last, Refusal
from decision_service.proof.signature import signature_holds, signed_bytes
from decision_service.proof.statement import genesis, leaf
from tests.ledger.making import LOG, SIGNER, FailingDisk, checked, entry, sqlite_store
from tests.sizes import size

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)
few = st.sampled_from(["a", "b", "A", "a\x01", "é", "e\u0301"])


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Keys, callers and ids from few, so that they often meet; the rest from anywhere."""
    return entry(
        draw(st.integers(0, 3)),
        caller=draw(few),
        key=draw(few),
        body=draw(st.sampled_from(["this", "that"])),
        record_id=draw(st.one_of(texts, few)),
        matter=draw(texts),
        archive=draw(st.binary(max_size=50)),
    )


class Model:
    """What a ledger means, in a list and two dictionaries."""

    def __init__(self) -> None:
        self.kept: list[Entry] = []
        self.by_key: dict[tuple[str, str], int] = {}
        self.ids: set[str] = set()

    def append(self, batch: list[Entry]) -> list[int | Refusal]:
        return [self.add(one) for one in batch]

    def add(self, one: Entry) -> int | Refusal:
        standing = self.by_key.get((one.caller, one.key))
        if standing is not None:
            return standing if self.kept[standing].fingerprint == one.fingerprint else Refusal.KEY_CONFLICT
        if one.record_id in self.ids:
            return Refusal.RECORD_TAKEN
        self.by_key[one.caller, one.key] = len(self.kept)
        self.ids.add(one.record_id)
        self.kept.append(one)
        return len(self.kept) - 1


def check_chain(records: list[Recorded]) -> None:
    previous = genesis(LOG)
    for index, one in enumerate(records):
        assert (one.index, one.previous) == (index, previous)
        assert one.leaf == leaf(one.statement().to_bytes(), previous)
        assert signature_holds(SIGNER.public_key, one.signature, signed_bytes(LOG, index, one.leaf))
        previous = one.leaf


@settings(max_examples=size("ledger_model", quick=60, full=2000), deadline=None)
@given(st.lists(st.lists(entries(), max_size=8), max_size=6))
def test_batches_mean_what_the_model_says(batches: list[list[Entry]]) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        store = sqlite_store(Path(folder) / "ledger.sqlite3")
        for batch in batches:
            expected, found = model.append(batch), store.append(batch)
            assert [one.index if isinstance(one, Recorded) else one for one in found] == expected
        records = list(store.read(0, 1000))
        store.close()
    assert [one.entry for one in records] == model.kept
    check_chain(records)


class LedgerMachine(RuleBasedStateMachine):
    """Appends, retries, faults, restarts in any order; what was once answered is asked for again after each."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "ledger.sqlite3"
        self.disk = FailingDisk()
        self.model = Model()
        self.answers: dict[tuple[str, str], bytes] = {}
        self.store: SqliteStore = sqlite_store(self.path, connect=self.disk)

    def teardown(self) -> None:
        self.store.close()
        report = checked(self.path, trusted=[SIGNER.public_key])
        assert report.is_sound
        assert report.records == len(self.model.kept)
        self.folder.cleanup()

    def agree(self, batch: list[Entry], found: list[Recorded | Refusal]) -> None:
        for one, result in zip(batch, found, strict=True):
            expected = self.model.add(one)
            if isinstance(result, Recorded):
                assert result.index == expected
                answer = full_answer(result)
                assert self.answers.setdefault((one.caller, one.key), answer) == answer
            else:
                assert result is expected

    @rule(batch=st.lists(entries(), min_size=1, max_size=5))
    def append(self, batch: list[Entry]) -> None:
        self.agree(batch, self.store.append(batch))

    @rule(batch=st.lists(entries(), min_size=1, max_size=3), n=st.integers(1, 6), after=st.booleans())
    def append_while_the_disk_fails(self, batch: list[Entry], n: int, after: bool) -> None:
        self.disk.arm(n, after=after)
        try:
            found = self.store.append(batch)
        except LedgerFaultError:
            self.disk.left = None
            found = self.store.append(batch)
        self.disk.left = None
        self.agree(batch, found)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = sqlite_store(self.path, connect=self.disk)

    @precondition(lambda self: self.model.kept)
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.model.kept))
        (by_key,) = self.store.find(ByKey(one.caller, one.key))
        assert (by_key,) == self.store.find(ByDecision(one.record_id))
        assert (by_key,) == self.store.find(ByDecision(one.record_id, one.caller))
        assert self.store.find(ByDecision(one.record_id, f"not {one.caller}")) == ()
        assert by_key.entry == one
        assert full_answer(by_key) == self.answers[one.caller, one.key]
        same = [
            each for each in self.model.kept if (each.caller, each.application_id) == (one.caller, one.application_id)
        ]
        assert [each.entry for each in self.store.find(ByApplication(one.caller, one.application_id))] == same

    @rule(caller=few, key=few)
    def ask_for_any_key(self, caller: str, key: str) -> None:
        found = [one.entry for one in self.store.find(ByKey(caller, key))]
        assert found == [one for one in self.model.kept if (one.caller, one.key) == (caller, key)]

    @rule(start=st.integers(0, 12), count=st.integers(-1, 5))
    def read(self, start: int, count: int) -> None:
        assert [one.entry for one in self.store.read(start, count)] == self.model.kept[start : start + max(0, count)]

    @invariant()
    def the_head_is_the_last(self) -> None:
        assert [one.entry for one in self.store.find(Last())] == self.model.kept[-1:]


LedgerMachine.TestCase.settings = settings(
    max_examples=size("ledger_machine", quick=25, full=500), stateful_step_count=25, deadline=None
)
TestLedgerMachine = LedgerMachine.TestCase
