"""What every store finds for those who search: stretches of decisions, and applications whoever brought them."""

from decision_service.ledger.store import Decisions, OfApplication
from tests.ledger.conformance.stores import Place
from tests.ledger.making import entry


def test_a_stretch_holds_its_decisions_and_nothing_else(place: Place) -> None:
    store = place.open()
    rating = entry(9, record_id="rating 9", decision_id="decision 1", kind="rating")
    store.append([entry(0), entry(1, matter="senior_card"), rating, entry(3), entry(4)])
    for query, expected in (
        (Decisions(0, 100), [0, 1, 3, 4]),
        (Decisions(1, 3), [1, 3]),
        (Decisions(0, 4, "elderly_allowance"), [0, 3]),
        (Decisions(0, 100, "senior_card"), [1]),
        (Decisions(0, 100, "unknown"), []),
        (Decisions(2, 1), []),
        (Decisions(0, 0), []),
        (Decisions(5, 3), []),
    ):
        assert [one.index for one in store.find(query)] == expected, query


def test_an_application_is_found_whoever_brought_it(place: Place) -> None:
    store = place.open()
    assert store.find(OfApplication("same")) == store.find(Decisions(0, 9)) == ()
    brought = [("hall", "same"), ("else", "same"), ("zoo", "other"), ("hall", "same")]
    store.append(
        [
            entry(number, caller=caller, application_id=application, record_id=f"decision {number}")
            for number, (caller, application) in enumerate(brought)
        ]
    )
    assert [one.index for one in store.find(OfApplication("same"))] == [0, 1, 3]
    assert [one.index for one in store.find(OfApplication("other"))] == [2]
    assert store.find(OfApplication("none")) == ()
