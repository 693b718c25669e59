"""Reading the operator's issuer file (TOML): all that is wrong with it is told at once, by place, and what to write."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import cast, get_args

from verifiers.credentials.file_entries import Entries, Problems
from verifiers.credentials.issuers import ClaimPath, Issuer, Issuers, Standing
from verifiers.credentials.jwks import PublishedKeys, Publisher, published_keys
from verifiers.credentials.jwt_credential import REGISTERED
from verifiers.credentials.keys import SM2_DEFAULT_SIGNER, KeyAlgorithm, Sm2Form
from verifiers.credentials.keyset import KeySource
from verifiers.credentials.pinned import PinError, pinned_prefix, pinned_url
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.terms import BadTermsError, CredentialTerms, LeastHolder
from verifiers.credentials.verified import CredentialFormat
from verifiers.registers import Register

_MOST_BYTES = 1024 * 1024
_TYPS: Mapping[str, str] = {"sd-jwt": "dc+sd-jwt", "jwt": "jwt", "eddsa-jcs-2022": "vc"}
_CONTEXTS = ["https://www.w3.org/ns/credentials/v2"]


class IssuerFileError(ValueError):
    """The issuer file can't be used; the text has a line for each thing that is wrong."""


def read_issuers(path: Path, registers: Mapping[str, Register], our_name: str) -> Issuers:
    """The issuers of the file. `our_name` is the audience of credentials that are addressed to us.

    Raises IssuerFileError.
    """
    try:
        content = path.read_bytes()
        if len(content) > _MOST_BYTES:
            raise IssuerFileError(f"{path.name}: it has more than {_MOST_BYTES} bytes; is it the issuer file?")
        raw = tomllib.loads(content.decode())
    except OSError as error:
        raise IssuerFileError(f"{path.name}: {error.strerror}; name a file that the service can read") from None
    except RecursionError:
        raise IssuerFileError(f"{path.name}: nests too deep; is it the issuer file?") from None
    except ValueError as error:
        raise IssuerFileError(f"{path.name}: is no TOML in UTF-8 ({error}); correct that line") from None
    problems = Problems(path.name)
    top = Entries(raw, "", problems)
    found = [_issuer(entries, registers, our_name) for entries in top.tables("issuer", least=1)]
    top.done()
    names = [one.identifier for one in found]
    if len(set(names)) < len(names):
        problems.add("issuer", "an identifier stands twice; write each issuer once, with all its credentials")
    if problems.lines:
        raise IssuerFileError("\n".join(problems.lines))
    return Issuers({one.identifier: one for one in found})


def _issuer(entries: Entries, registers: Mapping[str, Register], our_name: str) -> Issuer:
    identifier = entries.text("identifier")
    algorithms = frozenset(cast("list[KeyAlgorithm]", entries.words("algorithms", get_args(KeyAlgorithm))))
    signer = entries.text("sm2_signer", SM2_DEFAULT_SIGNER.decode()).encode()
    form = cast("Sm2Form", entries.word("sm2_form", get_args(Sm2Form), "raw"))
    publisher = Publisher(identifier, algorithms, signer, form)
    source = _source(entries, publisher)
    prefixes = tuple(_pinned(entries, "status_lists", text, prefix=True) for text in entries.texts("status_lists", []))
    standings = tuple(
        standing
        for one in entries.tables("credential", least=1)
        if (standing := _standing(one, identifier, registers, our_name)) is not None
    )
    entries.done()
    return Issuer(identifier, source, algorithms, prefixes, standings)


def _source(entries: Entries, publisher: Publisher) -> KeySource:
    url = entries.text("jwks_url", "")
    inline: PublishedKeys | None = None
    given = entries.raw("keys")
    if (given is None) == (url == ""):
        entries.problem("keys", "write either `jwks_url` or `keys`, the issuer's public keys as JWK tables")
    elif given is not None:
        inline = _inline(entries, given, publisher)
    else:
        url = _pinned(entries, "jwks_url", url, prefix=False)
    return KeySource(publisher, url or None, inline, frozenset(entries.texts("withdrawn", [])))


def _inline(entries: Entries, given: object, publisher: Publisher) -> PublishedKeys | None:
    try:
        found = published_keys({"keys": given}, publisher)
    except CredentialRefused:
        found = None
    if found is None or not isinstance(given, list) or len(found.keys) < len(given):
        entries.problem(
            "keys",
            "a key can't be used; each is a public JWK with a `kid` of its own, of an algorithm under `algorithms`, "
            "without `d`",
        )
    return found


def _pinned(entries: Entries, name: str, text: str, *, prefix: bool) -> str:
    try:
        return pinned_prefix(text) if prefix else pinned_url(text)
    except PinError as error:
        entries.problem(name, str(error))
        return ""


def _standing(entries: Entries, identifier: str, registers: Mapping[str, Register], our_name: str) -> Standing | None:
    register = _register(entries, registers)
    terms = _terms(entries, identifier, our_name)
    hours = entries.hours("max_age_hours")
    facts, asked_with = entries.claims("facts"), entries.claims("asked_with")
    dated = entries.claim("dated") if entries.raw("dated") is not None else None
    entries.done()
    if register is None or terms is None:
        return None
    _check_facts(entries, register, facts)
    _check_asked_with(entries, register, asked_with)
    named = {"dated": dated} | {f"facts.{name}": path for name, path in facts.items()}
    _check_claims(entries, terms, named | {f"asked_with.{name}": path for name, path in asked_with.items()})
    return Standing(terms, register, facts, asked_with, dated, timedelta(hours=hours))


def _terms(entries: Entries, identifier: str, our_name: str) -> CredentialTerms | None:
    form = entries.word("format", get_args(CredentialFormat))
    kind, subject = entries.text("kind"), entries.claim("subject")
    typ = entries.text("typ", _TYPS.get(form, "-"))
    least = entries.word("holder", get_args(LeastHolder))
    addressed = entries.flag("addressed", default=form == "jwt")
    licence = entries.claim("licence") if entries.raw("licence") is not None else None
    contexts = frozenset(entries.texts("contexts", _CONTEXTS))
    if not (identifier and form and kind and subject and typ and least):
        return None
    try:
        return CredentialTerms(
            format=cast("CredentialFormat", form),
            issuer=identifier,
            kind=kind,
            typ=typ,
            least_holder=cast("LeastHolder", least),
            audience=our_name if addressed else None,
            subject_at=subject,
            licence_at=licence,
            contexts=contexts,
        )
    except BadTermsError as error:
        entries.problem("holder", str(error))
        return None


def _register(entries: Entries, registers: Mapping[str, Register]) -> Register | None:
    name = entries.text("register")
    found = registers.get(name)
    if not name:
        return None
    if found is None:
        entries.problem("register", f"no such register; those of the catalogue are {', '.join(sorted(registers))}")
    elif found.allocator or found.asked_once:
        entries.problem("register", f"{name} is always asked itself; a credential can't stand for it")
        return None
    return found


def _check_facts(entries: Entries, register: Register, facts: Mapping[str, ClaimPath]) -> None:
    missing, unknown = register.answers.keys() - facts.keys(), facts.keys() - register.answers.keys()
    if missing or unknown:
        entries.problem(
            "facts",
            f"name the claim of each field of {register.name}, and of nothing else: "
            f"{', '.join(sorted(register.answers))}",
        )


def _check_claims(entries: Entries, terms: CredentialTerms, named: Mapping[str, ClaimPath | None]) -> None:
    """Nothing is read where the format keeps a name for itself, but the subject: such an entry would never be met."""
    kept = {"id"} if terms.format == "eddsa-jcs-2022" else REGISTERED
    for name, path in named.items():
        if path and path[0] in kept and path != terms.subject_at:
            entries.problem(
                name, f"the format keeps `{path[0]}` for itself; have the issuer state it under another name"
            )


def _check_asked_with(entries: Entries, register: Register, asked_with: Mapping[str, ClaimPath]) -> None:
    sets = [set(names) for names in (register.asked_with, *register.alternatives)]
    known = set().union(*sets) | set(register.optional_parameters)
    if not any(names <= asked_with.keys() for names in sets) or asked_with.keys() - known:
        shown = " or ".join(", ".join(sorted(names)) for names in sets)
        entries.problem("asked_with", f"name the claim that must equal each parameter of {register.name}: {shown}")
