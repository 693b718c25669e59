"""What officers see: masked lists in pages, and the whole file of what they took, for a purpose that is taken down."""

from tests.casework.office import ANALYST, AUDITOR, OFFICER, PLATFORM, SECOND, Office, problem
from tests.http.staging import BY_ID
from verifiers.journal.reading import JournalReader


def test_a_list_names_nobody(bureau: Office) -> None:
    decision = bureau.decide()
    form = BY_ID["ELD-5"]["form"]
    text = bureau.guarded.send(OFFICER, "GET", "/staff/v1/queue?limit=200").body.decode()
    assert decision["decision_id"] in text
    for value in (form["applicant_name"], form["id_no"], decision["application_id"]):
        assert value not in text


def test_pages_hold_everything_once_and_the_order_is_by_due_day(bureau: Office) -> None:
    for _ in range(5):
        bureau.decide()
    whole = [one["item_id"] for one in bureau.queue()]
    pages, after = [], ""
    while True:
        got = bureau.guarded.send(OFFICER, "GET", f"/staff/v1/queue?limit=2{after}").json
        assert len(got["items"]) <= 2
        pages += [one["item_id"] for one in got["items"]]
        if got["next"] is None:
            break
        after = f"&after={got['next']}"
    assert pages == whole
    dues = [one["due"] or "9999" for one in bureau.queue()]
    assert dues == sorted(dues)
    for wrong in ("limit=0", "limit=201", "limit=x", "after=%21", "after=QQ=="):
        assert problem(bureau.guarded.send(OFFICER, "GET", f"/staff/v1/queue?{wrong}")) == "422 envelope"


def test_a_list_is_narrowed(bureau: Office) -> None:
    decision = bureau.decide()
    bureau.claim(decision)
    mine = bureau.queue(OFFICER, "&mine=yes")
    assert {one["claimed_by"] for one in mine} == {OFFICER}
    assert bureau.queue(SECOND, "&mine=yes") == [] or {one["claimed_by"] for one in bureau.queue(SECOND)} >= {SECOND}
    assert bureau.queue(OFFICER, "&matter=senior_card&kind=referral") == []
    assert bureau.queue(OFFICER, "&overdue=yes") == []
    assert {one["city"] for one in bureau.queue(OFFICER, "&city=210100")} == {"210100"}


def test_the_whole_file_is_shown_to_who_holds_it_for_a_purpose_that_is_taken_down(bureau: Office) -> None:
    decision, form = bureau.decide(), BY_ID["ELD-5"]["form"]
    (item,) = bureau.items(decision)
    path = f"/staff/v1/queue/{item['item_id']}/file"
    assert problem(bureau.guarded.send(OFFICER, "GET", path)) == "400 purpose_missing"
    assert problem(bureau.guarded.send(OFFICER, "GET", f"{path}?purpose=curiosity")) == "400 purpose_missing"
    assert problem(bureau.guarded.send(OFFICER, "GET", f"{path}?purpose=decide")) == "409 item_not_claimed"
    assert readings(bureau, decision) == []
    bureau.claim(decision)
    assert problem(bureau.guarded.send(SECOND, "GET", f"{path}?purpose=decide")) == "409 item_not_claimed"
    file = bureau.guarded.send(OFFICER, "GET", f"{path}?purpose=decide").json
    assert {one["field"]: one["value"] for one in file["form"]}["id_no"] == form["id_no"]
    assert {one["register"] for one in file["facts"]} == {one["register"] for one in decision["verifications"]}
    assert all(one["data_as_of"] for one in file["facts"] if one["status"] == "ok")
    assert file["answer"] == decision
    assert [one["rule"] for one in file["explanation"]["rules"]]
    assert "<html" in file["notice"]
    assert readings(bureau, decision) == [(OFFICER, "staff: decide")]
    audit = bureau.guarded.send(AUDITOR, "GET", f"{path}?purpose=audit")
    assert audit.status == 200
    assert readings(bureau, decision)[-1] == (AUDITOR, "staff: audit")
    assert problem(bureau.guarded.send(OFFICER, "GET", f"{path}?purpose=audit")) == "400 purpose_missing"


def readings(bureau: Office, decision: dict) -> list[tuple[str, str]]:
    """Who of the staff read the case, and what for."""
    with JournalReader(bureau.folder / "ledger-calls.sqlite3") as reader:
        found = list(reader.accesses(decision_id=decision["decision_id"]))
    return [(one.who, one.purpose) for one in found if one.purpose.startswith("staff: ")]


def test_the_queue_is_for_officers_and_nobody_else(bureau: Office) -> None:
    for who in (PLATFORM, ANALYST, None):
        assert bureau.guarded.send(who, "GET", "/staff/v1/queue").status in (401, 403)
    assert bureau.guarded.send(AUDITOR, "GET", "/staff/v1/queue").status == 200
    (item,) = bureau.items(bureau.decide())
    assert bureau.act(AUDITOR, item["item_id"], "claim").status == 403


def test_metrics_tell_lengths_and_ages_and_no_person(bureau: Office) -> None:
    decision = bureau.decide()
    waiting = 'miaopi_queue_length{kind="referral",matter="elderly_allowance"}'
    want = len([one for one in bureau.queue() if (one["kind"], one["matter"]) == ("referral", "elderly_allowance")])
    assert want > 0

    def figures() -> str:
        return bureau.guarded.send("operator", "GET", "/metrics").body.decode()

    bureau.until(lambda: f"{waiting} {float(want)}" in figures(), "the length of the queue")
    for name in ("queue_oldest_seconds", "queue_overdue", "sample_error_bound", "overrides", "ratings", "reviewed"):
        assert f"miaopi_{name}" in figures(), name
    assert decision["application_id"] not in figures()
