"""From a token to evidence, and from a refusal back to the register: each condition by itself, all of them together."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.verifiers.catalogue import REGISTERS
from tests.verifiers.credentials.listing import World
from tests.verifiers.credentials.mint import (
    APPLICANT,
    ISSUER,
    KIND,
    SECOND,
    VERIFIER,
    bound,
    document,
    ed25519,
    es256,
    proved,
    sd_jwt,
    text,
)
from tests.virtual_time import run
from verifiers.credentials.issuer_file import read_issuers
from verifiers.credentials.presentation import CredentialVerifier
from verifiers.credentials.presentations import PresentationBook
from verifiers.credentials.suites import signature_suites
from verifiers.credentials.trust import Clocks, Ground, Trust
from verifiers.deadline import Deadline
from verifiers.delivery import Delivery, Late
from verifiers.evidence import Evidence
from verifiers.verifier import Question, Shown

SIGNER, WALLET = es256(), es256()
PROVER = ed25519(kid="https://licences.example/#k2")
SUITES = signature_suites(("ES256", "EdDSA"))
URL = "https://licences.example/jwks.json"
FACTS = {"permit": "valid", "city": "210100", "since": "2020-01-01", "valid_to": "2027-01-01"}
CLAIMS = {
    "iss": ISSUER,
    "iat": SECOND - 60,
    "exp": SECOND + 3600,
    "vct": KIND,
    "sub": APPLICANT,
    "where": "210100",
    "as_of": "2026-03-16",
    **FACTS,
}
ENTRY = """
[[issuer.credential]]
format = "{form}"
typ = "{typ}"
kind = "{kind}"
register = "residence"
holder = "{holder}"
max_age_hours = 2
subject = "{subject}"
dated = "as_of"
addressed = false
asked_with = {{ id_no = "{subject}", city = "where" }}
facts = {{ permit = "permit", city = "city", since = "since", valid_to = "valid_to" }}
"""
FILE = "".join(
    [
        f'[[issuer]]\nidentifier = "{ISSUER}"\nalgorithms = ["ES256", "EdDSA"]\njwks_url = "{URL}"\n',
        ENTRY.format(form="jwt", typ="licence+jwt", kind=f"{KIND}/older", holder="matched", subject="sub"),
        ENTRY.format(form="jwt", typ="licence+jwt", kind=KIND, holder="matched", subject="sub"),
        ENTRY.format(form="sd-jwt", typ="dc+sd-jwt", kind=KIND, holder="bound", subject="sub"),
        ENTRY.format(form="eddsa-jcs-2022", typ="vc", kind="DisabilityCertificate", holder="matched", subject="id"),
    ]
)


class Register:
    """The register behind: it answers at once, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        self.asked.append(question)
        return Evidence("residence", "no_record" if deadline.remaining() > 0 else "timeout")


class Counter:
    """A credential verifier before a register."""

    def __init__(self, folder: Path) -> None:
        path = folder / "issuers.toml"
        path.write_text(FILE, encoding="utf-8")
        jwks = {"keys": [{**one.jwk, "kid": one.key.kid} for one in (SIGNER, PROVER)]}
        self.world = World(pages={URL: text(jwks)})
        self.register = Register()
        self.book = PresentationBook(folder / "shown.sqlite3")
        self.ground = Ground(read_issuers(path, REGISTERS, VERIFIER), VERIFIER, SUITES, self.book)

    def ask(self, *shown: Shown, **changes: object) -> list[Evidence]:
        async def story() -> list[Evidence]:
            clocks = Clocks(self.world.time, self.world.time, self.world.seconds)
            trust = Trust(self.ground, self.world.fetch, clocks)
            verifier = CredentialVerifier(self.register, trust)
            try:
                return [
                    await verifier.ask(replace(question(one), **changes), self.world.deadline())  # type: ignore[arg-type]  # fields of a question
                    for one in shown
                ]
            finally:
                trust.close()

        return asyncio.run(asyncio.wait_for(story(), 60))


@pytest.fixture
def counter(tmp_path: Path):
    found = Counter(tmp_path)
    yield found
    found.book.close()


def question(shown: Shown | None) -> Question:
    params = {"id_no": APPLICANT, "city": "210100"}
    return Question(REGISTERS["residence"], "matter", "SB1", "purpose", APPLICANT, params, ("id_no", "city"), shown)


def plain(changes: Mapping[str, object] | None = None, by: str = "x", typ: str = "licence+jwt") -> Shown:
    claims = {name: value for name, value in {**CLAIMS, **(changes or {})}.items() if value is not None}
    return Shown(SIGNER.jws({"alg": "ES256", "typ": typ, "kid": "k1"}, claims), "SB1", by)


def held(nonce: str = "SB1", by: str = "x", **changes: object) -> Shown:
    token = sd_jwt(SIGNER, {**CLAIMS, "cnf": {"jwk": WALLET.jwk}})
    return Shown(bound(WALLET, token, **{"nonce": nonce, **changes}), "SB1", by)


def result(evidence: Evidence) -> str:
    return evidence.credential or ("taken" if evidence.origin == "credential" else "not looked at")


def w3c(**changes: object) -> Shown:
    subject = {"id": APPLICANT, "where": "210100", "as_of": "2026-03-16", **FACTS}
    return Shown(text(proved(PROVER, document(credentialSubject=subject, **changes))).decode(), "SB1", "x")


@pytest.mark.parametrize("shown", [plain(), held(), w3c()], ids=["jwt", "sd-jwt", "eddsa-jcs-2022"])
def test_each_format_states_the_registers_facts_and_spares_the_question(counter: Counter, shown: Shown) -> None:
    found = counter.ask(shown)[0]
    assert (found.status, found.origin, found.credential) == ("ok", "credential", None)
    assert {name: str(value) for name, value in found.facts.items()} == FACTS
    assert found.data_as_of == "2026-03-16"
    assert found.request_id is not None
    assert found.digest is not None
    assert counter.register.asked == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"where": "210200"}, "claims"),
        ({"where": None}, "claims"),
        ({"permit": "perhaps"}, "claims"),
        ({"permit": 1}, "claims"),
        ({"permit": None}, "claims"),
        ({"as_of": None}, "claims"),
        ({"as_of": "2026-03-17"}, "claims"),
        ({"as_of": "16 March"}, "claims"),
        ({"as_of": "2026-03-01"}, "stale"),
        ({"status": "error"}, "status_unknown"),
        ({"iat": SECOND - 7201}, "expired"),
        ({"exp": SECOND - 61}, "expired"),
        ({"sub": "210100198001015519"}, "holder"),
        ({"sub": None}, "holder"),
        ({"vct": f"{KIND}/older"}, "taken"),
        ({"vct": f"{KIND}/newer"}, "type"),
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"data_as_of": "2026-03-01", "credential": "taken"}, "taken"),
    ],
)
def test_what_a_credential_says_is_held_to_the_question_and_to_the_registers_own_measure(
    counter: Counter, changes: dict[str, object], word: str
) -> None:
    found = counter.ask(plain(changes))[0]
    assert result(found) == word
    if word != "taken":
        assert (found.status, found.facts) == ("no_record", {})
        assert [one.credential for one in counter.register.asked] == [None], "a token never goes further"


@pytest.mark.parametrize(("ahead", "word"), [(0, "taken"), (60, "taken"), (61, "issued_in_future")])
def test_an_issuers_clock_may_be_a_minute_ahead_where_the_issue_dates_the_facts(
    counter: Counter, tmp_path: Path, ahead: int, word: str
) -> None:
    path = tmp_path / "undated.toml"
    path.write_text(FILE.replace('dated = "as_of"\n', ""), encoding="utf-8")
    counter.ground = replace(counter.ground, issuers=read_issuers(path, REGISTERS, VERIFIER))
    assert result(counter.ask(plain({"iat": SECOND + ahead}))[0]) == word


def test_a_parameter_that_the_credential_says_nothing_of_is_not_passed_over(counter: Counter) -> None:
    params = {"id_no": APPLICANT, "city": "210100", "since_when": "2020"}
    assert result(counter.ask(plain(), params=params)[0]) == "claims"


def test_a_register_that_the_kind_does_not_stand_for_is_asked(counter: Counter) -> None:
    assert result(counter.ask(plain(), register=REGISTERS["deaths"])[0]) == "type"


def test_the_same_presentation_is_good_for_its_own_application_alone(counter: Counter) -> None:
    """Again by the same, then by a second caller, re-spelt, and bound to another challenge, audience or time."""
    first = plain()
    front, _, signature = first.token.rpartition(".")
    again = SIGNER.jws({"alg": "ES256", "typ": "licence+jwt", "kid": "k1"}, CLAIMS)
    assert again != first.token
    assert front == again.rpartition(".")[0]
    assert signature
    stolen = replace(first, by="y")
    words = [result(one) for one in counter.ask(first, first, stolen, Shown(again, "SB1", "y"))]
    assert words == ["taken", "taken", "reused", "reused"]
    shown = held()
    others = (shown, shown, replace(shown, by="y"), replace(shown, challenge="SB2", by="y"))
    assert [result(one) for one in counter.ask(*others)] == ["taken", "taken", "reused", "nonce"]
    wrong = (held(nonce="SB2"), held(aud="https://shop.example"), held(iat=SECOND - 361), held(iat=SECOND + 61))
    assert [result(one) for one in counter.ask(*wrong)] == ["nonce", "audience", "expired", "issued_in_future"]


def test_the_holder_may_show_a_bound_credential_again_over_another_challenge(counter: Counter) -> None:
    token = sd_jwt(SIGNER, {**CLAIMS, "cnf": {"jwk": WALLET.jwk}})
    shown = [Shown(bound(WALLET, token, nonce=number), number, number) for number in ("SB1", "SB2")]
    assert [result(one) for one in counter.ask(*shown)] == ["taken", "taken"]


def test_a_refused_credential_is_not_used_up(counter: Counter) -> None:
    """Were it, a stranger who saw it could spend it by showing it in a wrong place."""
    shown = plain()
    counter.ask(shown, register=REGISTERS["deaths"])
    assert result(counter.ask(replace(shown, by="y"))[0]) == "taken"


def test_without_a_book_nothing_is_taken(counter: Counter) -> None:
    counter.book.close()
    assert result(counter.ask(plain())[0]) == "reuse_unknown"


def test_a_book_that_hangs_holds_up_nothing_else(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(PresentationBook, "take", lambda *_: let_go.wait(120))

    async def story() -> None:
        trust = Trust(
            counter.ground, counter.world.fetch, Clocks(counter.world.time, counter.world.time, time.monotonic)
        )
        try:
            one = CredentialVerifier(counter.register, trust)
            asked = [one.ask(question(plain()), Deadline.after(3)) for _ in range(40)]
            assert {result(found) for found in await asyncio.gather(*asked)} == {"reuse_unknown"}
            assert await asyncio.wait_for(asyncio.to_thread(len, "free"), 60) == 4
        finally:
            let_go.set()
            trust.close()

    asyncio.run(story())


@pytest.mark.parametrize("seconds", [0.1, 1.5, 60.0])
def test_while_its_issuer_hangs_the_register_still_gets_most_of_the_time(counter: Counter, seconds: float) -> None:
    async def hanging(_: str, __: tuple[str, ...], deadline: Deadline) -> Delivery:
        await asyncio.sleep(deadline.remaining())
        return Late()

    async def story(clock: Callable[[], float]) -> tuple[Evidence, float]:
        trust = Trust(counter.ground, hanging, Clocks(counter.world.time, counter.world.time, clock))
        deadline = Deadline.after(seconds, clock)
        found = await CredentialVerifier(counter.register, trust).ask(question(plain()), deadline)
        left = deadline.remaining()
        await asyncio.sleep(10)  # until the fetch has given up as well
        return found, left

    found, left = run(story)
    assert (result(found), found.status) == ("key_unknown", "no_record")
    assert left >= max(seconds * 0.6, seconds - 1) - 1e-6


def test_nothing_is_looked_at_where_nothing_is_shown(counter: Counter) -> None:
    async def story() -> Evidence:
        return await CredentialVerifier(counter.register, None).ask(question(None), counter.world.deadline())

    assert result(asyncio.run(story())) == "not looked at"
    assert counter.world.reads == []
