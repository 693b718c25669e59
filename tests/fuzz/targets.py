"""The parsers that meet hostile bytes, one function each: it returns for every input, or there is a fault in a parser.

Each says besides what must hold of an input that is taken. `seeds` gives the inputs that fuzzing starts from.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from decision_service import strictjson
from decision_service.access.certificates import read_certificate
from decision_service.access.keys import new_key, read_key
from decision_service.http.problems import ProblemError
from decision_service.http.reading import key_of
from decision_service.http.wire import ApplicationIn, BatchIn, BundleIn, PrecheckIn, ReviewIn, envelope
from decision_service.language.parse import parse
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import MapNode, read_nodes
from decision_service.policy.reader import read_policy
from decision_service.proof.note import Checkpoint, NoteError, VerifierKey, open_note, sign_note
from decision_service.proof.receipt import ReceiptError, verify_receipt
from decision_service.proof.submission import Submission
from decision_service.source import Source, Span, render
from tests.fuzz.corpus import kept
from tests.http.staging import CASES, RULES, publication
from verifiers.credentials.data_integrity import read_document
from verifiers.credentials.disclosures import processed_claims
from verifiers.credentials.jwks import Publisher, read_jwks
from verifiers.credentials.jwt import read_jwt
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.sd_jwt import UnverifiedSdJwt, read_sd_jwt
from verifiers.credentials.status_list import MAX_UNPACKED, unpack
from verifiers.envelope import judge_body
from verifiers.freshness import Moment
from verifiers.verifier import Question

DAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)
MAX_BYTES = 64 * 1024
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SIGNER.public_key().public_bytes_raw()
NONCE = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Target:
    """One parser: what it does with bytes, and bytes to begin with."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


def json_text(data: bytes) -> None:
    """What is taken means the same to Python's own parser, within the bounds."""
    try:
        value = strictjson.loads(data, MAX_BYTES)
    except strictjson.JsonRefusedError:
        return
    assert json.loads(data, object_pairs_hook=_each_once) == value
    for one in _walk(value):
        assert not isinstance(one, int | float) or abs(one) <= strictjson.MAX_INTEGER
        if isinstance(one, str):
            one.encode()  # no lone surrogate


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def _walk(value: object, depth: int = 0) -> Iterator[object]:
    assert depth <= strictjson.MAX_DEPTH
    yield value
    if isinstance(value, dict):
        yield from value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _walk(one, depth + 1)


def envelopes(data: bytes) -> None:
    """Any JSON as each of the bodies that are taken: read, or refused with places and no values."""
    try:
        value = strictjson.loads(data, MAX_BYTES)
    except strictjson.JsonRefusedError:
        return
    for model in (ApplicationIn, BatchIn, BundleIn, PrecheckIn, ReviewIn):
        with suppress(ProblemError):
            assert repr(envelope(model, value)) == f"{model.__name__}()"


def idempotency_key(data: bytes) -> None:
    """A key is 1 to 255 printable characters of ASCII, however it was written."""
    try:
        key = key_of(data.decode("latin-1"))
    except ProblemError:
        return
    assert 1 <= len(key) <= 255
    assert all(" " <= char <= "~" for char in key)
    quoted = key.replace("\\", "\\\\").replace('"', '\\"')
    assert key_of(f'"{quoted}"') == key


def rule_file(data: bytes) -> None:
    """A rule file: problems, each at a place that can be shown, or a policy."""
    source = Source("fuzzed.yaml", data.decode("utf-8", "replace"))
    node, problems = read_nodes(source)
    complaints = Complaints()
    if isinstance(node, MapNode) and not problems:
        read_policy(node, publication().catalogue, complaints, source.name)
    for problem in (*problems, *complaints.problems):
        assert problem.code
        assert render(problem)


def expression(data: bytes) -> None:
    """An expression and a cell of a table: a tree, or a problem at a place inside the text."""
    text = data.decode("utf-8", "replace")
    source = Source("fuzzed", text)

    def place(at: int, length: int) -> Span:
        return Span(source, min(at, len(text)), min(at + length, len(text)))

    for start in ("expression", "cell"):
        found = parse(text, place, start)
        assert found is not None


def tokens(data: bytes) -> None:
    """Credentials of each format, taken apart or refused with a word."""
    text = data.decode("utf-8", "surrogateescape")
    for read in (read_jwt, read_sd_jwt, read_document):
        with suppress(CredentialRefused):
            found = read(text)
            if isinstance(found, UnverifiedSdJwt):
                processed_claims(found.issued.claims, found.disclosed)


def published_keys(data: bytes) -> None:
    """A key set and a packed status list."""
    publisher = Publisher("https://issuer.example", frozenset({"ES256", "EdDSA"}))
    with suppress(CredentialRefused):
        read_jwks(data, publisher)
    for packing in ("zlib", "gzip"):
        with suppress(CredentialRefused):
            assert len(unpack(data, packing)) <= MAX_UNPACKED


def proofs(data: bytes) -> None:
    """Notes, checkpoints, keys, what a witness is sent, and receipts: nothing that was changed is proven."""
    text = data.decode("utf-8", "replace")
    for read in (
        lambda: open_note(text, [VerifierKey("miaopi.example", PUBLIC)]),
        lambda: Checkpoint.parse(text),
        lambda: VerifierKey.parse(text),
        lambda: Submission.parse(data),
    ):
        with suppress(NoteError):
            read()
    try:
        verify_receipt(data, PUBLIC)
    except ReceiptError:
        return
    raise AssertionError("a receipt that nobody made was proven")


def register_answer(data: bytes) -> None:
    """An answer that does not repeat the nonce and the subject of the question is never ok."""
    evidence = judge_body(_question(), NONCE, data, Moment(DAY))
    if evidence.status == "ok":
        answer = json.loads(data)
        assert (answer["nonce"], answer["subject"]) == (NONCE, "210100193505208826")
    assert "210100193505208826" not in repr(evidence)


def _question() -> Question:
    register = publication().catalogue.registers["population"]
    params = {"name": "赵示甲一", "id_no": "210100193505208826"}
    return Question(register, "elderly_allowance", "SY1", "decide", "210100193505208826", params, register.asked_with)


def shown_identity(data: bytes) -> None:
    """A caller's key and a certificate from a proxy."""
    text = data.decode("latin-1")
    read_key(text)
    read_certificate(text, NOW)


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bodies() -> list[bytes]:
    sent = [{"application_id": "SY1", "matter": c["matter"], "channel": "pc", "form": c["form"]} for c in CASES[:6]]
    others = [
        {"items": [{"idempotency_key": "k", "application": sent[0]}]},
        {"human_review_key": "a", "statement": "b"},
    ]
    hostile = [b"[" * 33 + b"]" * 33, b'{"a":1,"a":2}', b'"\\ud800"', b"1e999", b"9007199254740993", b"\xef\xbb\xbf{}"]
    return [json.dumps(one, ensure_ascii=False).encode() for one in (*sent, *others)] + hostile


def _tokens() -> list[bytes]:
    head = _b64(b'{"alg":"ES256","typ":"vc+sd-jwt","kid":"k1"}')
    disclosed = _b64(b'["c2FsdA","name","x"]')
    claims = _b64(b'{"iss":"https://a.example","_sd":["x"],"_sd_alg":"sha-256"}')
    token = f"{head}.{claims}.{_b64(bytes(64))}"
    document = {"@context": ["https://www.w3.org/ns/credentials/v2"], "proof": {"type": "DataIntegrityProof"}}
    return [
        token.encode(),
        f"{token}~{disclosed}~".encode(),
        f"{token}~{disclosed}~{token}".encode(),
        json.dumps(document).encode(),
    ]


def _proofs() -> list[bytes]:
    body = Checkpoint("miaopi.example", 1, bytes(32)).to_body()
    note = sign_note(body, "miaopi.example", SIGNER.sign, PUBLIC)
    return [
        note.encode(),
        body.encode(),
        str(VerifierKey("miaopi.example", PUBLIC)).encode(),
        Submission(0, (bytes(32),), note).to_bytes(),
        json.dumps({"version": 1, "log": "miaopi", "index": 0, "public_key": "", "checkpoint": note}).encode(),
    ]


def _rules() -> list[bytes]:
    return [path.read_bytes()[:MAX_BYTES] for path in sorted(RULES.glob("*/2026-*.yaml"))[:4]] + [
        b"a: &x [*x, *x]", b"a: !!python/object:os.system x", b"? {a: b}\n: c", b"a: |\n  b\n\tc", b"a:\n" + b" - " * 4,
    ]  # fmt: skip


def _expressions() -> list[bytes]:
    return [one.encode() for one in (
        'age >= 80 and city in ["210100", "210200"]', "年龄 介于 80 且 90", "[80..90)", 'not("a", "b"), -',
        "some x in list satisfies x.amount > 1.5", 'if a then "b" else null', "date(\"2026-03-16\") + x",
        "((((((a))))))", "a" * 200, "1" + "+1" * 120, '"unterminated', "-" * 70 + "1",
    )]  # fmt: skip


def _answers() -> list[bytes]:
    answer = {
        "status": "ok", "data_as_of": "2026-03-16", "source": "s", "request_id": "r", "subject": "210100193505208826",
        "nonce": NONCE, "register": "population", "purpose": "decide", "data": {"match": True, "status": "normal"},
    }  # fmt: skip
    return [
        json.dumps(one).encode() for one in (answer, {**answer, "status": "no_record"}, {**answer, "nonce": ""}, {})
    ]


TARGETS: Mapping[str, Target] = {
    "json_text": Target(json_text, _bodies),
    "envelopes": Target(envelopes, _bodies),
    "idempotency_key": Target(idempotency_key, lambda: [b'"abc"', b"abc", b'"a\\"b"', b'"', b'""', b'a"b', b"k" * 256]),
    "rule_file": Target(rule_file, _rules),
    "expression": Target(expression, _expressions),
    "tokens": Target(tokens, _tokens),
    "published_keys": Target(
        published_keys,
        lambda: [
            b'{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"' + b"A" * 43 + b'"}]}',
            b"x\x9c\x03\x00\x00\x00\x00\x01",
        ],
    ),
    "proofs": Target(proofs, _proofs),
    "register_answer": Target(register_answer, _answers),
    "shown_identity": Target(
        shown_identity, lambda: [new_key()[0].encode(), b":" + base64.b64encode(b"0\x82\x01\x00") + b":"]
    ),
}


def all_seeds(name: str) -> list[bytes]:
    """Those of a target, and what was found to break it before."""
    return [*TARGETS[name].seeds(), *kept(name)]
