"""Revocation is honoured within a list's ttl, and no trouble with a list ever reads as "not revoked" (P28)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.verifiers.credentials.listing import (
    FOLDER,
    URI,
    World,
    credential,
    in_bitstring,
    in_token_list,
    issuer,
    key_set,
    list_claims,
    list_credential,
    list_document,
    list_token,
    packed,
)
from tests.verifiers.credentials.mint import NOW, SUITES, ed25519, es256
from verifiers.credentials.keyset import KeySet
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.statuses import RETRY_AFTER, StatusLists
from verifiers.credentials.verified import StatusReference, VerifiedCredential
from verifiers.delivery import Delivery, Failed, Late

SIGNER, PROVER = es256(), ed25519(kid="https://licences.example/#k2")
STRANGER = es256()
INDEX = 5
SHORTEST = 131_072


class Standing:
    """One verifier's lists, asked about credentials."""

    def __init__(self) -> None:
        self.world = World()
        self.keys: KeySet = key_set(self.world, SIGNER, PROVER)
        self.lists = StatusLists(self.world.fetch, SUITES, self.world.time, self.world.seconds)

    def publish(self, value: int = 0, bits: int = 2, **changes: object) -> None:
        entries = packed([0] * INDEX + [value] + [0] * (63 - INDEX), bits, most_first=False)
        changes = {"iat": int(self.world.now.timestamp()), "exp": int(self.world.now.timestamp()) + 7200, **changes}
        self.world.pages[URI] = list_token(SIGNER, list_claims(entries, bits, **changes))

    async def word(self, *references: StatusReference, folder: str = FOLDER) -> str:
        shown: VerifiedCredential = credential(*(references or (in_token_list(INDEX),)))
        try:
            await self.lists.check(shown, issuer(folder), self.keys, self.world.deadline())
        except CredentialRefused as refused:
            return refused.word
        return "stands"


def told(story: Callable[[Standing], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(Standing()), 60))  # type: ignore[arg-type]  # every story is a coroutine


def test_a_flipped_bit_is_honoured_once_the_ttl_has_passed() -> None:
    async def story(one: Standing) -> None:
        one.publish(0, ttl=120)
        assert await one.word() == "stands"
        one.publish(1, ttl=120)
        one.world.pass_by(119)
        assert await one.word() == "stands"
        one.world.pass_by(1)
        assert await one.word() == "status_revoked"
        assert one.world.reads == [URI, URI]

    told(story)


@pytest.mark.parametrize(
    ("value", "word"), [(0, "stands"), (1, "status_revoked"), (2, "status_suspended"), (3, "status_unknown")]
)
def test_each_value_of_an_entry(value: int, word: str) -> None:
    async def story(one: Standing) -> None:
        one.publish(value)
        assert await one.word() == word

    told(story)


def spoilt() -> list[tuple[str, bytes | Delivery]]:
    """What may stand where a list should; each says the credential is fine, as far as it says anything."""
    good = bytes(64)
    second = int(NOW.timestamp())
    elsewhere = list_token(SIGNER, list_claims(good, sub=f"{FOLDER}2"))
    return [
        ("gone", Failed("http_status")),
        ("compressed", Failed("compressed")),
        ("late", Late()),
        ("empty", b""),
        ("no token", b"<html>"),
        ("cut short", list_token(SIGNER, list_claims(good))[:-40]),
        ("spoilt", list_token(SIGNER, list_claims(good)).replace(b".", b".A", 1)),
        ("of another list", elsewhere),
        ("of another type", list_token(SIGNER, list_claims(good), typ="jwt")),
        ("of a stranger", list_token(STRANGER, list_claims(good))),
        ("expired", list_token(SIGNER, list_claims(good, iat=second - 7200, exp=second))),
        ("old, without an end", list_token(SIGNER, list_claims(good, iat=second - 90_000, exp=None))),
        ("too short for the index", list_token(SIGNER, list_claims(b""))),
        ("a bomb", list_token(SIGNER, list_claims(bytes(17 * 1024 * 1024)))),
    ]


@pytest.mark.parametrize(("trouble", "page"), spoilt(), ids=[name for name, _ in spoilt()])
def test_no_trouble_with_a_list_reads_as_not_revoked(trouble: str, page: bytes | Delivery) -> None:
    async def story(one: Standing) -> None:
        one.world.pages[URI] = page
        assert await one.word() == "status_unknown", trouble

    told(story)


def test_a_list_that_can_not_be_renewed_is_not_used_beyond_its_ttl() -> None:
    async def story(one: Standing) -> None:
        one.publish(0)
        assert await one.word() == "stands"
        one.world.pages[URI] = Late()
        one.world.pass_by(59)
        assert await one.word() == "stands"
        one.world.pass_by(1)
        assert await one.word() == "status_unknown"
        assert await one.word() == "status_unknown"
        assert len(one.world.reads) == 2, "a list that can't be had is not asked for each time"
        one.world.pass_by(RETRY_AFTER.total_seconds())
        one.publish(1)
        assert await one.word() == "status_revoked"

    told(story)


def test_a_list_is_not_used_beyond_its_expiry_though_its_ttl_runs_on() -> None:
    async def story(one: Standing) -> None:
        one.publish(0, ttl=3600, exp=int(NOW.timestamp()) + 100)
        assert await one.word() == "stands"
        one.world.pass_by(100)
        assert await one.word() == "status_unknown"

    told(story)


def test_a_clock_that_is_set_back_lengthens_no_lists_life() -> None:
    async def story(one: Standing) -> None:
        one.publish(0, ttl=120)
        assert await one.word() == "stands"
        one.world.off = timedelta(days=-1)
        one.world.pass_by(119)
        assert await one.word() == "stands"
        one.world.pass_by(1)
        one.world.pages[URI] = Late()
        assert await one.word() == "status_unknown"

    told(story)


def test_a_clock_that_was_ahead_keeps_no_list_away() -> None:
    async def story(one: Standing) -> None:
        one.world.off = timedelta(days=365)
        one.world.pages[URI] = Late()
        assert await one.word() == "status_unknown"
        one.world.off = timedelta(0)
        one.world.pass_by(RETRY_AFTER.total_seconds())
        one.publish(0)
        assert await one.word() == "stands"

    told(story)


def test_a_list_is_not_used_once_its_key_is_withdrawn() -> None:
    """Were it, whoever stole the key could keep revoked credentials alive for a day."""

    async def story(one: Standing) -> None:
        one.publish(0, ttl=3600)
        assert await one.word() == "stands"
        one.keys = key_set(one.world, PROVER)
        assert await one.word() == "status_unknown"
        one.keys = key_set(one.world, SIGNER, PROVER)
        one.world.pass_by(RETRY_AFTER.total_seconds())
        assert await one.word() == "stands"

    told(story)


def test_an_older_copy_does_not_bring_a_revoked_credential_back() -> None:
    async def story(one: Standing) -> None:
        before = list_token(SIGNER, list_claims(bytes(64)))
        one.world.pass_by(10)
        one.publish(1)
        assert await one.word() == "status_revoked"
        one.world.pass_by(60)
        one.world.pages[URI] = before
        assert await one.word() == "status_unknown"

    told(story)


@pytest.mark.parametrize(
    "uri",
    [
        "https://elsewhere.example/status/1",
        "https://licences.example/other/1",
        "https://licences.example.evil.example/status/1",
        f"{FOLDER}../keys",
        f"{FOLDER}%2e%2e/keys",
        f"{FOLDER}1#fragment",
        "http://licences.example/status/1",
        "file:///etc/passwd",
    ],
)
def test_only_pinned_addresses_are_read(uri: str) -> None:
    async def story(one: Standing) -> None:
        one.publish(0)
        assert await one.word(in_token_list(INDEX, uri)) == "status_unknown"
        assert one.world.reads == []

    told(story)


def test_where_lists_are_pinned_a_credential_must_name_one() -> None:
    async def story(one: Standing) -> None:
        with pytest.raises(CredentialRefused, match="status_unknown"):
            await one.lists.check(credential(), issuer(FOLDER), one.keys, one.world.deadline())
        await one.lists.check(credential(), issuer(), one.keys, one.world.deadline())

    told(story)


def test_all_who_wait_for_a_list_wait_for_one_fetch_and_one_who_leaves_takes_nobody_along() -> None:
    async def story(one: Standing) -> None:
        one.publish(0)
        held = asyncio.Event()
        fetch = one.world.fetch

        async def slow(*args: object) -> Delivery:
            await held.wait()
            return await fetch(*args)  # type: ignore[arg-type]  # handed on as they came

        one.lists = StatusLists(slow, SUITES, one.world.time, one.world.seconds)
        waiting = [asyncio.ensure_future(one.word()) for _ in range(20)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        held.set()
        assert await asyncio.gather(*waiting[1:]) == ["stands"] * 19
        assert one.world.reads == [URI]

    told(story)


@pytest.mark.parametrize(
    ("purpose", "value", "word"),
    [
        ("revocation", 0, "stands"),
        ("revocation", 1, "status_revoked"),
        ("suspension", 1, "status_suspended"),
        ("suspension", 0, "stands"),
        ("refresh", 0, "status_unknown"),
    ],
)
def test_a_bitstring_is_read_by_its_purpose(purpose: str, value: int, word: str) -> None:
    async def story(one: Standing) -> None:
        entries = packed([0] * INDEX + [value] + [0] * (SHORTEST - 1 - INDEX), 1, most_first=True)
        document = list_document(entries, {"statusPurpose": purpose})
        one.world.pages[URI] = list_credential(PROVER, document)
        assert await one.word(in_bitstring(INDEX, purpose)) == word
        other = "suspension" if purpose == "revocation" else "revocation"
        assert await one.word(in_bitstring(INDEX, other)) == "status_unknown"

    told(story)


def test_a_changed_or_unproved_bitstring_is_no_list() -> None:
    async def story(one: Standing) -> None:
        proved = list_credential(PROVER, list_document(bytes(SHORTEST // 8)))
        unproved = b'{"id": "' + URI.encode() + b'"}'
        for page in (proved.replace(b"revocation", b"suspension"), unproved, b"[]"):
            one.world.pages[URI] = page
            assert await one.word(in_bitstring(INDEX, "suspension")) == "status_unknown"
            one.world.pass_by(60)

    told(story)


def test_every_list_that_is_named_must_say_that_it_stands() -> None:
    async def story(one: Standing) -> None:
        one.publish(0)
        one.world.pages[f"{FOLDER}2"] = list_token(
            SIGNER, list_claims(b"\xff" * 64, sub=f"{FOLDER}2", iat=int((NOW - timedelta(seconds=5)).timestamp()))
        )
        assert await one.word(in_token_list(INDEX), in_token_list(INDEX, f"{FOLDER}2")) == "status_revoked"

    told(story)
