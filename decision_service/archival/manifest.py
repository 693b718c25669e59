"""The list of what is in a package, by digest, and the seal over it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from decision_service.archival.retention import retention_of
from decision_service.archival.zipped import PackageError
from decision_service.ledger.entry import Recorded
from decision_service.policy.shape import Policy
from decision_service.seals import Seal, own_seal_holds

FORMAT: Final = "miaopi package v1"
MANIFEST: Final = "manifest.json"
SEAL: Final = "seal.json"
EXTRA_SEAL: Final = "seal-{}.json"
_APART: Final = "seal"
"""Seals are set on the manifest, so it does not list them."""


def written(value: object) -> bytes:
    """JSON for people and for digests: sorted, indented, one line feed at the end."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def manifest_of(recorded: Recorded, policy: Policy, parts: Mapping[str, bytes]) -> bytes:
    """The manifest of these parts."""
    entry = recorded.entry
    return written(
        {
            "format": FORMAT,
            "decision_id": entry.decision_id,
            "application_id": entry.application_id,
            "matter": entry.matter,
            "item_code": policy.item_code,
            "decided_at": entry.at,
            "record": {"log": recorded.log, "index": recorded.index, "leaf": f"sha256:{recorded.leaf.hex()}"},
            "retention": retention_of(policy.item_type),
            "parts": {name: f"sha256:{hashlib.sha256(content).hexdigest()}" for name, content in parts.items()},
        }
    )


def seal_part(seal: Seal) -> bytes:
    """A seal as a part."""
    return written(seal.as_json())


def read_manifest(parts: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest in a package. Raises PackageError where it is none, or is not about exactly these parts."""
    try:
        manifest: dict[str, Any] = orjson.loads(parts[MANIFEST])
        listed: dict[str, str] = dict(manifest["parts"])
        if manifest["format"] != FORMAT:
            raise PackageError(f"{MANIFEST}: the format is not {FORMAT!r}")
    except (KeyError, TypeError, ValueError):
        raise PackageError(f"{MANIFEST}: missing, or no manifest") from None
    for what in _differences(parts, listed):
        raise PackageError(what)
    return manifest


def sealed_bytes(parts: Mapping[str, bytes]) -> bytes:
    """What our own seal is over: the manifest, and the seals that others set on it."""
    further = sorted(name for name in parts if name.startswith(_APART) and name != SEAL)
    lines = [f"{name} {hashlib.sha256(parts[name]).hexdigest()}\n" for name in (MANIFEST, *further)]
    return "".join(lines).encode()


def require_sealed(parts: Mapping[str, bytes], trusted: Sequence[bytes]) -> None:
    """Raises PackageError unless the test seal was made over this package under one of the `trusted` keys."""
    try:
        seal = orjson.loads(parts[SEAL])
    except (KeyError, ValueError):
        raise PackageError(f"{SEAL}: missing, or no seal") from None
    if not isinstance(seal, dict) or written(seal) != parts[SEAL]:
        raise PackageError(f"{SEAL}: no seal as packages write it")
    if not any(own_seal_holds(seal, sealed_bytes(parts), key) for key in trusted):
        raise PackageError(f"{SEAL}: not made over this package under a trusted key")


def _differences(parts: Mapping[str, bytes], listed: Mapping[str, str]) -> Iterator[str]:
    there = {name for name in parts if name != MANIFEST and not name.startswith(_APART)}
    for name in sorted(there ^ listed.keys()):
        yield f"{name}: {'missing' if name in listed else 'not in the manifest'}"
    for name in sorted(there):
        if listed[name] != f"sha256:{hashlib.sha256(parts[name]).hexdigest()}":
            yield f"{name}: changed since the package was made"
