"""The operator's issuer file for this sandbox, ready to be saved (docs/credentials.md)."""

from collections.abc import Iterable

from verifiers.registers import Register
from verifiers.sandbox.issuing.issuer import JWT_TYP, PREFIX


def issuer_file(registers: Iterable[Register], base: str) -> str:
    """The TOML that pins every issuer of the sandbox at `base`, each with both of its formats."""
    head = "# The issuers of one run of the sandbox: its keys are lost when it stops.\n"
    return head + "\n".join(_issuer(register, base) for register in registers if may_stand(register))


def may_stand(register: Register) -> bool:
    """Whether a credential can stand for a register at all."""
    return not (register.allocator or register.asked_once)


def _issuer(register: Register, base: str) -> str:
    name = register.name
    head = f"""[[issuer]]
identifier = "{PREFIX}{name}"
algorithms = ["ES256"]
jwks_url = "{base}/issuers/{name}/jwks.json"
status_lists = ["{base}/issuers/{name}/status/"]
"""
    kinds = (("sd-jwt", "dc+sd-jwt", "bound"), ("jwt", JWT_TYP, "matched"))
    return head + "".join(_credential(register, *kind) for kind in kinds)


def _credential(register: Register, form: str, typ: str, holder: str) -> str:
    parameters = {name for names in (register.asked_with, *register.alternatives) for name in names}
    asked_with = _table("asked_with", sorted(parameters | set(register.optional_parameters)))
    return f"""
[[issuer.credential]]
format = "{form}"
typ = "{typ}"
kind = "{PREFIX}{register.name}"
register = "{register.name}"
holder = "{holder}"
max_age_hours = 24
subject = "sub"
dated = "data_as_of"
asked_with = {asked_with}
facts = {_table("facts", register.answers)}
"""


def _table(claim: str, names: Iterable[str]) -> str:
    inside = ", ".join(f'{name} = "{claim}.{name}"' for name in names)
    return f"{{ {inside} }}"
