"""A credential that hides most of its claims, the disclosures that show them, and the wallet it may be bound to."""

from tests.verifiers.credentials.mint import CLAIMS, digest, disclosure, es256, sd_jwt, without

ISSUER = es256()
WALLET = es256()
CNF = {"cnf": {"jwk": WALLET.jwk}}

LEVEL = disclosure("salt-1", "level", 1)
CATEGORY = disclosure("salt-2", "category", 4)
NAME = disclosure("salt-3", "name", "李")
PERSON = disclosure("salt-4", "person", {"_sd": [digest(NAME)], "born": 1935})
AID = disclosure("salt-5", "wheelchair")
HIDDEN = without(CLAIMS, "level", "category") | {
    "_sd": [digest(LEVEL), digest(CATEGORY), digest(PERSON), "decoy"],
    "aids": [{"...": digest(AID)}, "stick", {"...": "decoy-2"}],
    "_sd_alg": "sha-256",
}


def shown(*disclosed: str, **changes: object) -> str:
    return sd_jwt(ISSUER, HIDDEN | changes, disclosed)
