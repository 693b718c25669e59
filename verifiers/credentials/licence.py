"""The identifier of an electronic licence (电子证照标识, GB/T 36904-2018) inside a credential."""

from collections.abc import Mapping

from verifiers.credentials.claim_paths import text_at
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.terms import CredentialTerms
from verifiers.identifiers import Defect, electronic_licence


def check_licence(claims: Mapping[str, object], terms: CredentialTerms) -> None:
    """Return if the claims hold a right licence identifier, or the terms ask for none.

    A check character that does not fit is no lie: one widely used program counts letters from 11, and licences that it
    issued are in circulation. The credential is not taken then, and its register is asked, which knows the licence or
    not. Raises CredentialRefused: licence_doubtful then, claims if there is none or it is of no licence's form.
    """
    if terms.licence_at is None:
        return
    found = text_at(claims, terms.licence_at)
    read = None if found is None else electronic_licence(found)
    if read is None or (isinstance(read, Defect) and read.kind != "check"):
        raise CredentialRefused("claims")
    if isinstance(read, Defect):
        raise CredentialRefused("licence_doubtful")
