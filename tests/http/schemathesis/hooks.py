"""What a platform knows and no schema says: each request has a key of its own, and some names are those there are."""

import re
import uuid

import schemathesis
from schemathesis import GenerationMode

USABLE = re.compile(r'"([ !#-\[\]-~]|\\["\\]){1,255}"|[!#-~]([ -~]{0,253}[!-~])?')
KNOWN = {"matter": "elderly_allowance", "code": "ELDER"}


@schemathesis.hook
def before_call(_: object, case: schemathesis.Case, **__: object) -> None:
    """A new key for each request that has a usable one, as used keys are rightly refused; and credentials only where
    they are meant to be refused, as no schema says which registers a matter lists."""
    case.body = plain(case.body)
    if case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE and isinstance(case.body, dict):
        case.body.pop("credentials", None)
    for name in list(case.headers or ()):
        value = case.headers[name]
        if name.lower() == "idempotency-key" and isinstance(value, str) and USABLE.fullmatch(value):
            case.headers[name] = f"{uuid.uuid4()}"


def plain(value: object) -> object:
    """`value` with 5 for 5.0: the same to JSON Schema, but not to a service that reads strictly."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@schemathesis.hook
def map_path_parameters(_: object, path_parameters: dict[str, str] | None) -> dict[str, str]:
    """Half of the names are those of a matter or a bundle that there is."""
    path_parameters = path_parameters or {}
    for name, known in KNOWN.items():
        if name in path_parameters and len(str(path_parameters[name])) % 2:
            path_parameters[name] = known
    return path_parameters
