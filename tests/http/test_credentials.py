"""Credentials in the envelope: bounded, for listed registers only, used once however they come, and kept nowhere."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from decision_service.ledger.store import ByDecision
from decision_service.readings import reference
from decision_service.replay import replay
from tests.http.staging import BY_ID, CASES, Got, Stage, application, publication, staged
from tests.http.wallets import AUDIENCE, CASE, REGISTER, Counter, begun, issuers_of, opened, verification


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with opened(tmp_path_factory.mktemp("credentials")) as found:
        yield found


def sent_with(counter: Counter, credentials: object, **more: object) -> Got:
    return counter.stage.decide({**begun(counter), "credentials": credentials, **more})


NO_TOKEN = "a.b.c"  # noqa: S105 - no secret, and no token either


def shown(token: object = NO_TOKEN, register: object = REGISTER) -> dict[str, object]:
    return {"register": register, "token": token}


@pytest.mark.parametrize(
    ("credentials", "pointer", "code"),
    [
        ([shown(register="deaths")], "/credentials/0/register", "not_listed"),
        ([shown(), shown(register="no_such_register")], "/credentials/1/register", "not_listed"),
        ([shown(), shown()], "/credentials/1/register", "repeated"),
        ([shown(register="../deaths")], "/credentials/0/register", "malformed"),
        ([shown("x" * (32 * 1024 + 1))], "/credentials/0/token", "too_long"),
        ([shown("")], "/credentials/0/token", "too_short"),
        ([shown(7)], "/credentials/0/token", "wrong_type"),
        ([{"register": REGISTER}], "/credentials/0/token", "missing"),
        ([{**shown(), "kid": "k1"}], "/credentials/0/kid", "unknown_member"),
        ([shown(register=f"r{'_' * number}") for number in range(17)], "/credentials", "too_long"),
        ("a.b.c", "/credentials", "wrong_type"),
    ],
)
def test_what_is_wrong_with_the_envelope_is_told_by_its_place_and_without_a_value(
    counter: Counter, credentials: object, pointer: str, code: str
) -> None:
    records = counter.stage.records()
    got = sent_with(counter, credentials)
    assert (got.status, got.json["errors"]) == (422, [{"pointer": pointer, "code": code}])
    assert b"a.b.c" not in got.body
    assert b"no_such" not in got.body
    assert counter.stage.records() == records


def test_a_credential_is_part_of_what_the_key_stands_for(counter: Counter) -> None:
    sent = begun(counter)
    first = {**sent, "credentials": [shown(counter.issue(sent, REGISTER)["token"])]}
    answer = counter.stage.decide(first, "shown-once")
    again = counter.stage.decide(first, "shown-once")
    other = counter.stage.decide({**sent, "credentials": [shown(counter.issue(sent, REGISTER)["token"])]}, "shown-once")
    none = counter.stage.decide(sent, "shown-once")
    assert again.body == answer.body
    assert [one.json["type"].rpartition(":")[2] for one in (other, none)] == ["key_reused", "key_reused"]


def test_of_many_uses_at_one_moment_exactly_one_is_taken(counter: Counter) -> None:
    """The others are decided by the register."""
    sent = [begun(counter) for _ in range(8)]
    token = counter.issue(sent[0], REGISTER, format="jwt")["token"]
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda one: verification(counter.decide(one, **{REGISTER: token})), sent))
    assert [one["origin"] for one in answers].count("credential") == 1
    assert sorted(one["credential"] or "" for one in answers) == ["", *["reused"] * 7]


@pytest.mark.parametrize("again", [False, True], ids=["asked", "shown"])
def test_after_a_correction_what_a_credential_stated_does_not_count_again(counter: Counter, *, again: bool) -> None:
    """It may have ended, been revoked or been overtaken since: it is shown anew, or its register is asked."""
    register, sent = "transport_certificates", application(CASE)
    behind = {**CASE["facts"][register], "education_done": False, "grade": "B"}
    counter.stage.play(sent["application_id"], {**CASE["facts"], register: behind})
    first = counter.decide(sent, **{register: counter.issue(sent, register)["token"]})
    assert (first.json["outcome"], first.codes) == ("CORRECTION_REQUIRED", ["C10_TRAINING_DUE"])
    counter.stage.play(sent["application_id"], CASE["facts"])
    tokens = {register: counter.issue(sent, register)["token"]} if again else {}
    second = counter.decide(sent, **tokens)
    assert second.json["outcome"] == CASE["expect"]["outcome"]
    assert (register in counter.stage.asked(sent["application_id"])) is not again


def test_a_token_is_kept_nowhere(counter: Counter) -> None:
    """Neither in the log, nor in any file of the service, nor in an answer: the record has what it stated."""
    sent = begun(counter)
    token = counter.issue(sent, REGISTER)["token"]
    got = counter.decide(sent, **{REGISTER: token})
    assert verification(got)["origin"] == "credential"
    folder = Path(counter.stage.state.services.ledger._store._path).parent  # type: ignore[attr-defined]  # the files behind the open ledger
    pieces = [piece.encode() for part in token.split("~") for piece in part.split(".") if len(piece) > 40]
    kept = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert len(kept) > 2
    kept |= {"log": counter.stage.log.getvalue().encode(), "answer": got.body}
    assert [name for name, content in kept.items() if any(piece in content for piece in pieces)] == []


def test_what_was_shown_is_remembered_across_a_restart(counter: Counter, tmp_path: Path) -> None:
    sandbox = counter.stage.sandbox
    issuers = issuers_of(sandbox, tmp_path)
    before, after = begun(counter), begun(counter)
    token = counter.issue(before, REGISTER, format="jwt")["token"]
    words = []
    for sent in (before, after):
        with staged(tmp_path, sandbox, issuers=issuers, audience=AUDIENCE) as stage:
            words.append(verification(Counter(stage).decide(sent, **{REGISTER: token}))["credential"])
    assert words == [None, "reused"]


def test_without_issuers_every_credential_is_refused_and_the_register_asked(counter: Counter, stage: Stage) -> None:
    sent = begun(counter)
    stage.play(sent["application_id"], CASE["facts"])
    got = stage.decide({**sent, "credentials": [shown(counter.issue(sent, REGISTER)["token"])]})
    assert verification(got)["credential"] == "issuer"
    assert verification(got)["origin"] == "asked"


def test_one_showing_serves_all_parts_of_a_bundle(counter: Counter) -> None:
    """Signed over the number of the bundle, taken once, used by each part that asks the register."""
    form = {**BY_ID["ELD-1"]["form"], "delivery": "electronic"}
    wanted = {"subject": form["id_no"], "params": {"name": form["applicant_name"], "id_no": form["id_no"]}}
    sent = {"application_id": "bundle-shown", "matter": "elderly_allowance", "channel": "mobile", "form": form}
    credentials = [shown(counter.issue(sent, "population", **wanted)["token"], "population")]
    del sent["matter"]
    for outcome, body in (("decided", credentials), ("again", credentials), ("refused", [shown(register="vehicles")])):
        path = "/v1/bundles/ELDER/decisions"
        got = counter.stage.send("POST", path, {**sent, "credentials": body}, {"Idempotency-Key": outcome})
        if outcome == "refused":
            assert got.json["errors"] == [{"pointer": "/credentials/0/register", "code": "not_listed"}]
            continue
        parts = [part["verifications"] for part in got.json["parts"].values()]
        found = [one for part in parts for one in part if one["register"] == "population"]
        assert [(one["origin"], one["credential"]) for one in found] == [("credential", None)] * 2


def test_operators_see_what_came_of_credentials(counter: Counter) -> None:
    for seconds in (300, -3600):
        sent = begun(counter)
        counter.decide(sent, **{REGISTER: counter.issue(sent, REGISTER, valid_seconds=seconds)["token"]})
    metrics = counter.stage.send("GET", "/metrics").body.decode()
    for word in ("taken", "expired"):
        assert f'miaopi_credentials_total{{register="{REGISTER}",word="{word}"}}' in metrics


def test_a_decision_by_credential_can_be_made_again_from_its_record(counter: Counter) -> None:
    """Byte for byte, and explained, though the token is nowhere."""
    sent = begun(counter)
    got = counter.decide(sent, **{REGISTER: counter.issue(sent, REGISTER)["token"]})
    assert verification(got)["origin"] == "credential"
    found = counter.stage.state.services.ledger.find(ByDecision(got.json["decision_id"]))[0]
    policy = publication().by_digest(found.entry.policy_digest).policy  # type: ignore[union-attr]  # just decided
    again = replay(found, publication(), lambda _: lambda sheet: reference.judge(policy, sheet))
    assert again == got.body
    assert counter.stage.send("GET", f"/v1/decisions/{got.json['decision_id']}/explanation").status == 200


def test_after_a_correction_the_same_application_may_show_its_credential_again(counter: Counter) -> None:
    case = next(one for one in CASES if "C04_MATERIAL_NEEDED" in one["expect"].get("reasons", []))
    sent = application(case)
    counter.stage.play(sent["application_id"], case["facts"])
    params = {"name": sent["form"]["applicant_name"], "id_no": sent["form"]["id_no"]}
    token = counter.issue(sent, "population", params=params, format="jwt")["token"]
    found = []
    for tokens in ({"population": token}, {"population": token}, {}):
        got = counter.decide(sent, **tokens)
        assert got.json["outcome"] == "CORRECTION_REQUIRED"
        told = next(one for one in got.json["verifications"] if one["register"] == "population")
        found.append(
            (told["origin"], told["credential"], counter.stage.asked(sent["application_id"]).count("population"))
        )
    assert found == [("credential", None, 0), ("credential", None, 0), ("asked", None, 1)]
