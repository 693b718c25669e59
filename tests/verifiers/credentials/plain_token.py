"""A plain token to change at will, and who signed it."""

from tests.verifiers.credentials.mint import CLAIMS, es256

ES = es256()
HEADER = {"alg": "ES256", "typ": "licence+jwt", "kid": "k1"}


def header(**changes: object) -> dict[str, object]:
    return {name: value for name, value in (HEADER | changes).items() if value is not None}


def token(**claims: object) -> str:
    return ES.jws(HEADER, CLAIMS | claims)
