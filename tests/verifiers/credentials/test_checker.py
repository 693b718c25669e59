"""SM2 credentials are verified in a process of their own: the same outcomes, and no harm when it is slow or dies."""

import asyncio
import multiprocessing
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from tests.verifiers.credentials.mint import (
    CLAIMS,
    HEADER,
    JWT_TERMS,
    SD_TERMS,
    SHOWING,
    SUITES,
    Signer,
    check,
    digest,
    disclosure,
    ed25519,
    sd_jwt,
    sm2,
)
from verifiers.credentials.checker import Checker
from verifiers.credentials.checking import read_credential
from verifiers.credentials.refusal import CredentialRefused, RefusalWord
from verifiers.credentials.suites import signature_suites
from verifiers.credentials.terms import CredentialTerms
from verifiers.credentials.verified import VerifiedCredential
from verifiers.deadline import Deadline

ISSUER = sm2()
LEVEL = disclosure("salt", "level", 1)
SELECTIVE = sd_jwt(ISSUER, CLAIMS | {"_sd": [digest(LEVEL)]} | {"level": 1}, [], HEADER | {"alg": "SM2"})
PLAIN = ISSUER.jws({"alg": "SM2", "typ": "licence+jwt", "kid": "k1"}, CLAIMS)


def outcome(
    checker: Checker, shown: str, signer: Signer = ISSUER, terms: CredentialTerms = JWT_TERMS, seconds: float = 60
) -> VerifiedCredential | str:
    async def asked() -> VerifiedCredential:
        deadline = Deadline.after(seconds)
        return await checker.verified(read_credential(terms.format, shown), signer.key, terms, SHOWING, deadline)

    try:
        return asyncio.run(asked())
    except CredentialRefused as refused:
        return refused.word


@pytest.fixture
def checker() -> Iterator[Checker]:
    with closing(Checker(SUITES)) as found:
        yield found


def test_outcomes_are_those_of_verification_in_place(checker: Checker) -> None:
    assert outcome(checker, PLAIN) == check(PLAIN, ISSUER.key, JWT_TERMS)
    assert outcome(checker, SELECTIVE, terms=SD_TERMS) == check(SELECTIVE, ISSUER.key, SD_TERMS)
    assert outcome(checker, PLAIN, sm2()) == "signature"
    late = ISSUER.jws({"alg": "SM2", "typ": "licence+jwt", "kid": "k1"}, CLAIMS | {"exp": 0})
    assert outcome(checker, late) == "expired"


def test_other_algorithms_need_no_process() -> None:
    other = ed25519()
    shown = other.jws({"alg": "EdDSA", "typ": "licence+jwt"}, CLAIMS)
    before = set(multiprocessing.active_children())
    with closing(Checker(signature_suites(("EdDSA",)))) as checker:
        assert outcome(checker, shown, other) == check(shown, other.key, JWT_TERMS)
        assert outcome(checker, PLAIN) == "algorithm"
        assert set(multiprocessing.active_children()) == before


def test_what_is_not_verified_in_time_is_late(checker: Checker) -> None:
    assert outcome(checker, PLAIN, seconds=0) == "late"
    assert isinstance(outcome(checker, PLAIN), VerifiedCredential)


def test_more_than_can_be_done_in_time_are_late_at_once(checker: Checker) -> None:
    assert isinstance(outcome(checker, PLAIN), VerifiedCredential)

    async def many() -> list[object]:
        shown = read_credential("jwt", PLAIN)
        asked = [checker.verified(shown, ISSUER.key, JWT_TERMS, SHOWING, Deadline.after(60)) for _ in range(70)]
        return list(await asyncio.gather(*asked, return_exceptions=True))

    found = asyncio.run(many())
    words = [one.word for one in found if isinstance(one, CredentialRefused)]
    assert words == ["late"] * 6
    assert sum(isinstance(one, VerifiedCredential) for one in found) == 64


def test_a_process_that_is_killed_is_replaced() -> None:
    others = set(multiprocessing.active_children())
    with closing(Checker(SUITES)) as checker:
        assert isinstance(outcome(checker, PLAIN), VerifiedCredential)
        (child,) = set(multiprocessing.active_children()) - others
        child.kill()
        child.join(10)
        assert outcome(checker, PLAIN) == "late"
        assert isinstance(outcome(checker, PLAIN), VerifiedCredential)
    assert set(multiprocessing.active_children()) <= others


SERVICE = """
import multiprocessing, sys, time
from verifiers.credentials.checker import Checker
from verifiers.credentials.suites import signature_suites
if __name__ == "__main__":
    checker = Checker(signature_suites(("SM2",)))
    print(multiprocessing.active_children()[0].pid, flush=True)
    time.sleep(600)
"""


def test_the_process_ends_with_a_service_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "service.py"
    script.write_text(SERVICE)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        pid = int(service.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        service.kill()
        service.wait()
        for _ in range(600):
            if not alive(pid):
                break
            time.sleep(0.05)
        assert not alive(pid)


def alive(pid: int) -> bool:
    """Whether it runs; one that has ended but that nobody has asked after does not."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("word", get_args(RefusalWord))
def test_a_refusal_keeps_its_word_across_processes(word: RefusalWord) -> None:
    again = pickle.loads(pickle.dumps(CredentialRefused(word)))  # noqa: S301 - our own bytes
    assert (type(again), again.word, str(again)) == (CredentialRefused, word, str(CredentialRefused(word)))


def test_strangers_write_nothing_into_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    with closing(Checker(SUITES)) as checker:
        assert outcome(checker, PLAIN, sm2()) == "signature"
    assert capfd.readouterr() == ("", "")
