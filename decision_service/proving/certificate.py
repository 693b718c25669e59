"""The certificate of a proved policy, and its check, offline: the file is the same, the witnesses still show it, the
rest is proved again."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import orjson

from decision_service.gate import code_digest
from decision_service.offline import Engines
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual, Policy
from decision_service.policy.shelf import Shelf
from decision_service.proving.asking import claims
from decision_service.proving.conditions import seen
from decision_service.proving.pairs import about_pairs, pair_names
from decision_service.proving.proofs import Proof
from decision_service.proving.prover import Prover
from decision_service.proving.questions import Question
from decision_service.proving.telling import bounds, counts, witnesses
from decision_service.proving.whole import Proved
from decision_service.readings.smt.collecting import uncollected
from decision_service.strictjson import JsonRefusedError, loads

if TYPE_CHECKING:
    from decision_service.readings.smt.encoded import Encoded

FORM = "miaopi-proof/1"
PARTS = frozenset({
    "certificate", "matter", "version", "digest", "encoded", "bounds", "claims", "made_with", "seal",
})  # fmt: skip
"""What a certificate says, and nothing else: what nobody checks must not look as if it were certified."""
MOST_BYTES = 16 * 1024 * 1024

Confirmed = Literal["decided again", "proved again", "wrong"]


class CertificateError(Exception):
    """The file is no certificate, or not of a policy that is here."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Checked:
    """One claim of a certificate, checked: how it was confirmed, or what is wrong with it."""

    name: str
    how: Confirmed
    wrong: Bilingual | None = None


def made_with() -> dict[str, str]:
    """By what a certificate is made: the solver's version, and the digest of the code that encodes and asks."""
    found = hashlib.sha256(code_digest().encode())
    here = Path(__file__).parent
    for path in sorted([*here.glob("*.py"), *(here.parent / "policy").glob("*.py")]):
        found.update(path.read_bytes())
    return {"miaopi": version("miaopi"), "z3": version("z3-solver"), "code": f"sha256:{found.hexdigest()}"}


def certificate(proved: Proved) -> dict[str, object]:
    """The certificate of a policy whose claims all hold: of each, how it was shown, and by whom where that is how."""
    content: dict[str, object] = {
        "certificate": FORM,
        "matter": proved.policy.matter,
        "version": str(proved.policy.effective_from),
        "digest": f"sha256:{proved.policy.digest}",
        "encoded": counts(proved.encoded),
        "bounds": bounds(proved.encoded),
        "claims": [
            {
                "name": proof.name,
                "claim": _both(proof.claim),
                "verdict": proof.verdict,
                "advice": proof.advice,
                "method": proof.method,
                "witnesses": witnesses(proof),
            }
            for proof in proved.proofs
        ],
        "made_with": made_with(),
    }
    return {**content, "seal": sealed(content)}


def sealed(content: Mapping[str, object]) -> str:
    """Notices a slip, not a forger, who can seal anew whatever was changed: what it says is checked by doing it."""
    return f"sha256:{hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()}"


def file_name(proved: Proved) -> str:
    """What the certificate's file is called."""
    return f"{proved.policy.matter}-{proved.policy.effective_from}-{proved.policy.digest[:12]}.json"


def read_certificate(path: Path) -> Mapping[str, object]:
    """A certificate as it was written. Raises CertificateError."""
    try:
        content = loads(path.read_bytes(), MOST_BYTES)
    except OSError:
        raise CertificateError("文件读不出", "the file cannot be read") from None
    except JsonRefusedError as error:
        raise CertificateError(error.zh, error.en) from None
    if not isinstance(content, dict) or content.get("certificate") != FORM:
        raise CertificateError("这不是证明书", f"this is no certificate of the form {FORM}")
    if content.get("seal") != sealed({name: one for name, one in content.items() if name != "seal"}):
        raise CertificateError(
            "封印不符：内容在出具之后变过", "the seal is broken: the content was changed since it was made"
        )
    for name in sorted(content.keys() ^ PARTS):
        raise CertificateError(f"`{name}` 多余或者缺少", f"`{name[:60]}` does not belong in it, or is missing")
    if not isinstance(content.get("claims"), list) or not all(isinstance(one, dict) for one in content["claims"]):
        raise CertificateError("证明书里没有断言", "the certificate holds no claims")
    return content


def policy_of(content: Mapping[str, object], shelf: Shelf) -> Policy:
    """The version that the certificate is of. Raises CertificateError where it is not on the shelf."""
    for policy in shelf.versions.get(str(content.get("matter")), ()):
        if str(policy.effective_from) == content.get("version"):
            return policy
    raise CertificateError("这里没有这个事项的这个版本", "this version of the matter is not here")


@uncollected()
def check(content: Mapping[str, object], policy: Policy, catalogue: Catalogue, engines: Engines) -> list[Checked]:
    """Each claim of the policy, confirmed or not: what somebody shows is decided again, every other is proved again.

    Raises CertificateError where the policy is another than the one that was proved, NotEncodedError and
    UnfaithfulError as proving does.
    """
    if content.get("digest") != f"sha256:{policy.digest}":
        raise CertificateError("规则文件已经不是当时证明的那一份", "the rule file is no longer the one that was proved")
    return list(_claim_by_claim(content, policy, catalogue, engines))


def _claim_by_claim(
    content: Mapping[str, object], policy: Policy, catalogue: Catalogue, engines: Engines
) -> Iterator[Checked]:
    told = cast("list[dict[str, object]]", content["claims"])
    stated = {str(one.get("name")): one for one in told}
    prover = Prover(policy, catalogue, engines)
    yield from _as_a_whole(content, told, prover.world.encoded())
    asked = list(claims(policy))
    names = [*(one.name for one in asked), *pair_names(policy)]
    for name in stated.keys() - set(names):
        yield _wrong(name, "这份规则没有这条断言", "the policy makes no such claim")
    made = {one.name: one for one in asked if isinstance(one, Question)}
    shown = {one.name: _again(prover, one, stated.get(one.name)) for one in made.values()}
    rest = [one for one in asked if shown.get(one.name) is None]
    settled = [*prover.settle(rest), *about_pairs(prover)]
    proofs = {proof.name: proof for proof in settled}
    for name in names:
        one = shown.get(name)
        if name not in stated:
            yield _wrong(name, "证明书缺这条断言", "the certificate lacks this claim")
        elif not _said(stated[name], made.get(name) or proofs[name]):
            yield _wrong(name, "断言的文字不是这份规则的", "the words of the claim are not those of the policy")
        elif one is not None:
            yield one
        elif stated[name].get("verdict") != proofs[name].verdict:
            zh, en = f"现在的结论是 {proofs[name].verdict}", f"it comes out as {proofs[name].verdict} now"
            yield _wrong(name, zh, en)
        elif proofs[name].faulty:
            yield _wrong(name, "这条断言不成立", "the claim does not hold")
        else:
            yield Checked(name, "proved again")


def _as_a_whole(
    content: Mapping[str, object], told: Iterable[Mapping[str, object]], encoded: "Encoded"
) -> Iterator[Checked]:
    """What is wrong besides the claims themselves."""
    for part, now in (("encoded", counts(encoded)), ("bounds", bounds(encoded))):
        if content[part] != now:
            yield _wrong(part, "与现在编码的范围不同", "what is encoded now, and how far it reaches, is another")
    for name, often in Counter(str(one.get("name")) for one in told).items():
        if often > 1:
            yield _wrong(name, "同一条断言写了几遍", "the claim is there more than once")


def _said(stated: Mapping[str, object], made: Question | Proof) -> bool:
    """Whether the certificate calls the claim what it is."""
    return stated.get("claim") == _both(made.claim) and stated.get("advice") is made.advice


def _both(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _again(prover: Prover, asked: Question, stated: Mapping[str, object] | None) -> Checked | None:
    """The claim that somebody must be so, by the witness that the certificate names; None for any other claim."""
    if stated is None or asked.must != "exist" or stated.get("verdict") != "holds":
        return None
    try:
        (one,) = cast("list[dict[str, object]]", stated.get("witnesses"))
        form, facts = cast("dict[str, object]", one["form"]), cast("dict[str, object]", one["facts"])
        found = prover.decided((date.fromisoformat(str(one["as_of"])), dict(form), dict(facts)))
    except (TypeError, ValueError, KeyError):
        return _wrong(asked.name, "没有可以重新决定的见证", "no witness that can be decided again")
    if found.as_of >= prover.policy.effective_from and seen(asked.condition, found):
        return Checked(asked.name, "decided again")
    return _wrong(asked.name, "见证重新决定后，并不表明这一点", "the witness, decided again, does not show it")


def _wrong(name: str, zh: str, en: str) -> Checked:
    return Checked(name, "wrong", Bilingual(zh, en))
