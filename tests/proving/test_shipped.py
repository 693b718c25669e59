"""Every rule file of this repository bears out every claim; its certificate is confirmed, and a changed one is not."""

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from decision_service.offline import engines_of
from decision_service.proving.certificate import (
    CertificateError,
    Checked,
    certificate,
    check,
    policy_of,
    read_certificate,
    sealed,
)
from decision_service.proving.whole import Proved, prove
from tests.properties.deciding import MATTERS, shelf
from tests.properties.deciding import policy_of as newest


@cache
def proved(matter: str) -> Proved:
    policy = newest(matter)
    with engines_of(policy) as engines:
        return prove(policy, shelf().catalogue, engines)


@pytest.mark.parametrize("matter", MATTERS)
def test_everything_holds(matter: str) -> None:
    one = proved(matter)
    assert [proof.name for proof in one.proofs if proof.faulty] == []
    assert not one.encoded.left_out
    assert len({proof.name for proof in one.proofs}) == len(one.proofs)


MATTER = "birth_registration"


def checked(content: dict[str, Any]) -> list[Checked]:
    policy = policy_of(content, shelf())
    with engines_of(policy) as engines:
        return check(content, policy, shelf().catalogue, engines)


def written(content: dict[str, Any], path: Path) -> dict[str, Any]:
    """Through a file and back, as it travels."""
    path.write_bytes(orjson.dumps(content))
    return dict(read_certificate(path))


def test_a_certificate_is_confirmed(tmp_path: Path) -> None:
    found = checked(written(certificate(proved(MATTER)), tmp_path / "one.json"))
    assert {one.how for one in found} == {"decided again", "proved again"}
    assert {one.name for one in found} == {proof.name for proof in proved(MATTER).proofs}


def claim(content: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in content["claims"] if one["name"] == name)


def without(content: dict[str, Any]) -> None:
    content["claims"] = content["claims"][1:]


def another_claim(content: dict[str, Any]) -> None:
    content["claims"].append({**content["claims"][0], "name": "rule_never_holds:L9"})


def another_verdict(content: dict[str, Any]) -> None:
    claim(content, "claim_broken:1")["verdict"] = "undecided"


def another_witness(content: dict[str, Any]) -> None:
    claim(content, "rule_never_alone:L2")["witnesses"] = claim(content, "approval_impossible")["witnesses"]


def a_changed_witness(content: dict[str, Any]) -> None:
    claim(content, "rule_never_alone:L2")["witnesses"][0]["form"]["birth_order"] = 1


def no_witness(content: dict[str, Any]) -> None:
    claim(content, "rule_never_alone:L2")["witnesses"] = []


def other_words(content: dict[str, Any]) -> None:
    content["claims"][0]["claim"]["en"] = "everybody is approved"


def a_claim_twice(content: dict[str, Any]) -> None:
    content["claims"].append({**content["claims"][0], "claim": {"zh": "人人获准", "en": "everybody is approved"}})
    content["claims"].append(content["claims"][0])


def no_bounds(content: dict[str, Any]) -> None:
    content["bounds"] = []


def more_encoded(content: dict[str, Any]) -> None:
    content["encoded"]["rules"] = [99, 99]


@pytest.mark.parametrize(
    "change",
    [
        without, another_claim, another_verdict, another_witness, a_changed_witness, no_witness,
        other_words, a_claim_twice, no_bounds, more_encoded,
    ],
)  # fmt: skip
def test_a_certificate_that_was_changed_and_sealed_anew_is_not(
    change: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    content: dict[str, Any] = copy.deepcopy(certificate(proved(MATTER)))
    change(content)
    with pytest.raises(CertificateError, match="seal"):
        written(content, tmp_path / "one.json")
    content["seal"] = sealed({name: one for name, one in content.items() if name != "seal"})
    found = checked(written(content, tmp_path / "one.json"))
    assert [one.wrong for one in found if one.wrong is not None]


def test_a_certificate_says_nothing_that_nobody_checks(tmp_path: Path) -> None:
    content: dict[str, Any] = {**certificate(proved(MATTER)), "approved_by": "the ministry"}
    content["seal"] = sealed({name: one for name, one in content.items() if name != "seal"})
    with pytest.raises(CertificateError, match="approved_by"):
        written(content, tmp_path / "one.json")


def test_a_certificate_of_other_rules_is_not_confirmed() -> None:
    content: dict[str, Any] = copy.deepcopy(certificate(proved(MATTER)))
    content["digest"] = f"sha256:{'0' * 64}"
    with pytest.raises(CertificateError, match="no longer"):
        checked(content)
    content["version"] = "2031-01-01"
    with pytest.raises(CertificateError, match="not here"):
        checked(content)


@pytest.mark.parametrize("text", [b"", b"[]", b'{"certificate": "miaopi-proof/1"}', b"{"])
def test_what_is_no_certificate_is_told(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_bytes(text)
    with pytest.raises(CertificateError):
        read_certificate(tmp_path / "one.json")
    with pytest.raises(CertificateError):
        read_certificate(tmp_path / "missing.json")
