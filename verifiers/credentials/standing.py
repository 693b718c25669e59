"""What a verified credential says in answer to a register's question, judged as the register's own answer is."""

from collections.abc import Mapping
from datetime import datetime

from verifiers.answers import read_answer
from verifiers.credentials.issuers import ClaimPath, Standing
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.verified import VerifiedCredential
from verifiers.evidence import Evidence
from verifiers.freshness import live_moment
from verifiers.verifier import Question

_MISSING = object()


def answer_of(credential: VerifiedCredential, standing: Standing, question: Question, judged_at: datetime) -> Evidence:
    """The register's facts out of the credential's claims: the same fields, kinds and freshness as over the wire.

    Raises CredentialRefused: claims, if it is about another question or lacks a field or holds one of another kind;
    stale, if what it says is older than the register's limit.
    """
    for name, asked in question.params.items():
        path = standing.asked_with.get(name)
        if path is None or not _same(_claim(credential, standing, path), asked):
            raise CredentialRefused("claims")
    told = {name: _claim(credential, standing, path) for name, path in standing.facts.items()}
    flat = {name: value for name, value in told.items() if value is not _MISSING}
    # Last, so that no claim can stand for the status or the date.
    flat["status"] = "ok"
    flat["data_as_of"] = _dated(credential, standing)
    evidence = read_answer(question.register, question.asked_with, flat, live_moment(judged_at))
    if evidence.status == "stale":
        raise CredentialRefused("stale")
    if evidence.status != "ok":
        raise CredentialRefused("claims")
    return evidence


def _same(claimed: object, asked: object) -> bool:
    if isinstance(claimed, str) and isinstance(asked, str):
        return claimed.upper() == asked.upper()  # the last character of an ID number may be written x
    return claimed == asked


def _dated(credential: VerifiedCredential, standing: Standing) -> object:
    if standing.dated is None:
        return credential.issued_at.isoformat()
    found = _claim(credential, standing, standing.dated)
    return None if found is _MISSING else found


def _claim(credential: VerifiedCredential, standing: Standing, path: ClaimPath) -> object:
    # The subject's claim may be one that tokens keep for themselves (`sub`), which is not among the others.
    if path == standing.terms.subject_at:
        return credential.subject
    found: object = credential.claims
    for name in path:
        found = found.get(name, _MISSING) if isinstance(found, Mapping) else _MISSING
    return found
