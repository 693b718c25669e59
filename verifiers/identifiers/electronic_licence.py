"""Electronic licence identifier (电子证照标识), GB/T 36904-2018."""

import re
from dataclasses import dataclass, field

from verifiers.identifiers.check_characters import mod_37_36
from verifiers.identifiers.defect import Defect

ROOT = "1.2.156.3005.2"
"""The root of all licences. It is not covered by the check character."""

_PARTS = re.compile(r"([0-9A-Z]{18}[0-9]{3})\.([0-9A-Z]{1,32})\.([0-9A-Z]{1,64})\.([0-9]{3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ElectronicLicence:
    """The parts: licence type (code of the body that defines it and a number), issuer, serial, version.

    Issuers of before 2018 are written in other lengths than a credit code's 18, so its own checks are not asked of it.
    """

    text: str = field(repr=False)
    type_code: str
    issuer: str
    serial: str = field(repr=False)
    version: str


def electronic_licence(text: str) -> ElectronicLicence | Defect:
    """Read an identifier. A "check" defect on an incoming licence is doubtful, not false: some issuers err in it."""
    root, middle, check = text[: len(ROOT) + 1], text[len(ROOT) + 1 : -2], text[-2:]
    parts = _PARTS.fullmatch(middle)
    if root != ROOT + "." or parts is None or not re.fullmatch(r"\.[0-9A-Z]", check, re.ASCII):
        return Defect(
            "form",
            f"电子证照标识应以{ROOT}开头，其后为证照类型、颁发机构、流水号、版本号和校验码，以半角句点分隔",
            f"a licence identifier is {ROOT}, type, issuer, serial, version and check character, with full stops",
        )
    if mod_37_36("".join(parts.groups())) != check[1]:
        return Defect(
            "check",
            "电子证照标识的校验码不符，请核对是否输错",
            "the check character of the licence identifier does not fit: a character was probably mistyped",
        )
    return ElectronicLicence(text, *parts.groups())


def make_electronic_licence(type_code: str, issuer: str, serial: str, version: str) -> str | None:
    """The identifier with these parts, or None if one of them is ill-formed."""
    middle = f"{type_code}.{issuer}.{serial}.{version}"
    parts = _PARTS.fullmatch(middle)
    if parts is None:
        return None
    return f"{ROOT}.{middle}.{mod_37_36(''.join(parts.groups()))}"
