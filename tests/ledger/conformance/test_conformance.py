"""What every store of the ledger does alike, on a file and on a real database server."""

import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.entry import TEXT_LIMIT, Contents, Entry, Recorded
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import (
    READ_LIMIT,
    About,
    Before,
    ByApplication,
    ByDecision,
    ByKey,
    ByKind,
    BySubject,
    Last,
    Query,
    Refusal,
    StoredCheckpoint,
)
from decision_service.proof.merkle import Node, frontier, inclusion_proof, root_of, verify_inclusion
from decision_service.proof.receipt import verify_receipt
from tests.ledger.conformance.stores import Place
from tests.ledger.making import LOG, SIGNER, contents, entry
from tests.ledger.test_model import Model, check_chain
from tests.sizes import size


def indices(results: list[Recorded | Refusal]) -> list[int | Refusal]:
    return [one.index if isinstance(one, Recorded) else one for one in results]


def event(number: int, kind: str, decision: int) -> Entry:
    """Something that happened to a decision."""
    return entry(number, record_id=f"{kind} {number}", decision_id=f"decision {decision}", kind=kind)


def test_records_follow_each_other_and_are_found(place: Place) -> None:
    store = place.open()
    batch = [entry(one) for one in range(5)]
    batch += [event(10, "rating", 1), event(11, "suspension", 1), event(12, "rating", 2)]
    found = store.append(batch[:3]) + store.append(batch[3:])
    assert indices(found) == list(range(8))
    records = store.read(0, 100)
    assert [one.entry for one in records] == batch
    assert list(records) == found
    check_chain(list(records))
    asked: list[tuple[Query, list[int]]] = [
        (ByKey("hall", "key 3"), [3]),
        (ByKey("hall", "key 99"), []),
        (ByKey("hal", "lkey 3"), []),
        (ByDecision("decision 1"), [1]),
        (ByDecision("rating 10"), []),
        (About("decision 1"), [1, 5, 6]),
        (ByKind("rating"), [5, 7]),
        (ByKind("decision"), []),
        (BySubject(batch[4].subject), [4]),
        (BySubject(b""), []),
        (ByApplication("hall", "application 2"), [2]),
        (ByApplication("else", "application 2"), []),
        (Before("hall", "key 3", "application 2"), [2, 3]),
        (Before("hall", "key 2", "application 2"), [2]),
        (Before("hall", "key 99", "application 2"), [2]),
        (Before("hall", "key 3", "application 99"), [3]),
        (Before("else", "key 3", "application 2"), []),
        (Last(), [7]),
    ]
    for query, expected in asked:
        assert [one.index for one in store.find(query)] == expected, query
    assert [one.index for one in store.read(2, 3)] == [2, 3, 4]
    assert store.read(8, 3) == store.read(0, 0) == store.read(0, -1) == ()


def test_an_empty_log_has_nothing(place: Place) -> None:
    store = place.open()
    assert store.append([]) == []
    assert store.find(Last()) == store.read(0, 9) == ()
    assert (store.size(), store.hashes([]), store.last_checkpoint()) == (0, [], None)


def test_a_key_is_answered_once(place: Place) -> None:
    store = place.open()
    (first,) = store.append([entry(1)])
    again = entry(2, key="key 1", record_id="another")
    assert store.append([again, again]) == [first, first]
    other = entry(3, key="key 1", body="other")
    results = store.append([other, entry(4), entry(5, key="key 4"), entry(6, key="key 4", body="other")])
    assert indices(results) == [Refusal.KEY_CONFLICT, 1, 1, Refusal.KEY_CONFLICT]
    results = store.append([entry(7, record_id="decision 1"), entry(8), entry(9, record_id="decision 8")])
    assert indices(results) == [Refusal.RECORD_TAKEN, 2, Refusal.RECORD_TAKEN]
    assert store.append([entry(1, caller="else", record_id="more")])[0] != first
    assert store.size() == 4


def test_random_batches_mean_what_the_model_says(place: Place) -> None:
    """Keys, callers and ids from few, so that they meet; restarts; two stores open on the same place, taking turns."""
    dice, model = random.Random(4), Model()
    stores = [place.open(), place.open()]
    few = ["a", "b", "A", "é", "e\u0301", "a ", "\\", "%s", "'", "\U0001f600"]
    answers: dict[tuple[str, str], bytes] = {}
    for round_ in range(size("store_batches", quick=60, full=5000)):
        batch = [
            entry(
                dice.randrange(6),
                caller=dice.choice(few),
                key=dice.choice(few) + dice.choice(few),
                record_id=f"{dice.choice(few)}{dice.randrange(40 + 4 * round_)}",
                body=dice.choice(["this", "that"]),
                archive=dice.randbytes(dice.randrange(300)),
            )
            for _ in range(dice.randrange(9))
        ]
        if dice.random() < 0.1:
            stores[0].close()
            stores[0] = place.open()
        expected, results = model.append(batch), dice.choice(stores).append(batch)
        assert indices(results) == expected
        for one, result in zip(batch, results, strict=True):
            if isinstance(result, Recorded):
                answer = full_answer(result)
                assert answers.setdefault((one.caller, one.key), answer) == answer
    records = [one for at in range(0, len(model.kept), 500) for one in stores[1].read(at, 500)]
    assert [one.entry for one in records] == model.kept
    check_chain(records)
    assert_tree(stores[0], records)


def assert_tree(store, records) -> None:
    """Each record is in the tree, and the tree is that of the records."""
    count = len(records)
    assert store.size() == count
    checkpoints = Checkpoints(store, LOG, SIGNER)
    checkpoint = checkpoints.advance()
    assert checkpoint is not None
    assert checkpoint.size == count
    root = root_of(store.hashes(frontier(count)))
    for one in records[:: max(1, count // 50)]:
        verify_inclusion(one.leaf, one.index, count, inclusion_proof(one.index, count, store.hashes), root)
        verify_receipt(checkpoints.receipt(one), SIGNER.public_key)


def test_a_part_of_the_tree_that_is_not_there_is_a_fault(place: Place) -> None:
    store = place.open()
    store.append([entry(one) for one in range(3)])
    assert len(store.hashes([Node(1, 0), Node(0, 2), Node(0, 0)])) == 3
    for node in (Node(1, 1), Node(0, 3), Node(2, 0), Node(0, -1)):
        with pytest.raises(LedgerFaultError):
            store.hashes([node])


def test_threads_make_one_chain(place: Place) -> None:
    stores = [place.open(), place.open()]

    def work(number: int) -> list[Recorded | Refusal]:
        return stores[number % 2].append([entry(f"{number}-{one}") for one in range(3)])

    with ThreadPoolExecutor(8) as pool:
        results = [one for found in pool.map(work, range(40)) for one in found]
    records = stores[0].read(0, 200)
    assert sorted(indices(results)) == list(range(120))
    check_chain(list(records))
    assert_tree(stores[1], records)


def test_reopened_it_goes_on(place: Place) -> None:
    store = place.open()
    (first,) = store.append([entry(1)])
    store.close()
    store = place.open()
    assert store.append([entry(1), entry(2)])[0] == first
    assert indices(store.append([entry(3)])) == [2]
    store.close()
    store.close()
    for act in (lambda: store.append([entry(4)]), lambda: store.find(Last()), store.size, store.last_checkpoint):
        with pytest.raises(LedgerFaultError):
            act()


def test_another_log_is_refused(place: Place) -> None:
    place.open().append([entry(1)])
    with pytest.raises(LedgerRefusedError, match="another log"):
        place.open("else.log")


def test_a_read_is_bounded(place: Place) -> None:
    store = place.open()
    for start in range(0, READ_LIMIT + 50, 250):
        store.append([entry(start + one) for one in range(250)])
    assert len(store.read(0, 10 * READ_LIMIT)) == READ_LIMIT


def test_texts_and_contents_of_any_kind_come_back(place: Place) -> None:
    store = place.open()
    longest = "\U0001f600" * (TEXT_LIMIT // 4)
    texts = ["\\000", "\\x41", "{}", "NULL", "\t\r\n", "\x7f\x80", "\uffff", longest, "a" * TEXT_LIMIT]
    batch = [
        entry(number, key=text, caller=text, record_id=text, application_id=text, matter=text, at=text)
        for number, text in enumerate(texts)
    ]
    batch.append(replace(entry("big"), contents=contents("big", archive=bytes(range(256)) * 8192)))
    batch.append(replace(entry("nobody's"), subject=b""))
    store.append(batch)
    assert [one.entry for one in place.open().read(0, 99)] == batch


def test_checkpoints_stand_and_only_gather_cosignatures(place: Place) -> None:
    store = place.open()
    store.append([entry(1), entry(2)])
    store.keep_checkpoint(StoredCheckpoint(1, "one\n"))
    store.keep_checkpoint(StoredCheckpoint(2, "two\n", "— a x\n"))
    store.keep_checkpoint(StoredCheckpoint(1, "one\n", "— a y\n"))
    assert store.last_checkpoint() == StoredCheckpoint(2, "two\n", "— a x\n")
    for more in ("— b x\n", "— a x\n", "— b x\n— c x\n", ""):
        store.keep_checkpoint(StoredCheckpoint(2, "changed\n", more))
    assert place.open().last_checkpoint() == StoredCheckpoint(2, "two\n", "— a x\n— b x\n— c x\n")


def test_erased_facts_leave_the_proofs(place: Place) -> None:
    store, ring = place.open(), place.rings[0]
    person = bytes(16)
    store.append([entry(1, subject=person), entry(2), entry(3, subject=person)])
    ring.destroy([one.envelope.key_id for one in store.find(BySubject(person))])
    store = place.open()
    first, second, third = store.read(0, 9)
    assert (first.entry.is_erased, second.entry.is_erased, third.entry.is_erased) == (True, False, True)
    check_chain([first, second, third])
    assert store.append([entry(1, body="other")]) == [first]  # nobody can tell any more whether it is the same
    (later,) = store.append([entry(4, subject=person)])
    assert isinstance(later, Recorded)
    assert later.envelope.key_id != first.envelope.key_id
    assert isinstance(store.find(Last())[0].entry.contents, Contents)


def test_whose_records_are_all_old(place: Place) -> None:
    """Against the definition, at every instant: marks in order, page by page, nobody's never."""
    store = place.open()
    marks = [bytes([one]) * 16 for one in (3, 1, 2)]
    days = {0: marks[0], 1: marks[1], 2: marks[0], 3: b"", 4: marks[2], 5: marks[1]}
    at = {day: f"2026-03-{day + 10}T09:00:00.000+08:00" for day in (*days, 6)}
    store.append([entry(day, subject=mark, at=at[day]) for day, mark in days.items()])
    newest = {mark: max(day for day, one in days.items() if one == mark) for mark in marks}
    for day, instant in at.items():
        old = sorted(mark for mark in marks if newest[mark] < day)
        assert store.subjects_before(instant, b"", 9) == old
        paged: list[bytes] = []
        while page := store.subjects_before(instant, paged[-1] if paged else b"", 1):
            paged += page
        assert paged == old


COPIED = (
    "INSERT INTO record SELECT position + 7, leaf, kind, record_id || 'x', decision_id, application_id, matter, "
    "caller, key || 'x', at, policy_digest, subject, key_id, salt, shown, withheld, signature, public_key, sealed "
    "FROM record"
)
STATEMENTS = [
    "UPDATE record SET caller = 'else' WHERE position = 1",
    "DELETE FROM record WHERE position = 2",
    "DELETE FROM record",
    "UPDATE node SET level = 9",
    "DELETE FROM node",
    "UPDATE checkpoint SET note = 'else'",
    "UPDATE checkpoint SET size = 9",
    "DELETE FROM checkpoint",
    "UPDATE about SET log = 'else'",
    "DELETE FROM about",
    COPIED,
    "INSERT INTO node SELECT level, place, hash FROM node",
    "INSERT INTO checkpoint SELECT size, note, cosignatures FROM checkpoint",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_nothing_that_was_written_is_changed(place: Place, statement: str) -> None:
    store = place.open()
    store.append([entry(one) for one in range(3)])
    store.keep_checkpoint(StoredCheckpoint(2, "two\n"))
    before = store.read(0, 9)
    with pytest.raises((sqlite3.IntegrityError, psycopg.Error)):
        place.touch(statement)
    assert place.open().read(0, 9) == before
    assert indices(store.append([entry(4)])) == [3]
