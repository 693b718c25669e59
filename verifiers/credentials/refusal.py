"""Why a credential is refused: one closed set of words, so that each negative has its reason (docs/credentials.md)."""

from typing import Literal

RefusalWord = Literal[
    "malformed",
    "too_large",
    "header",
    "algorithm",
    "issuer",
    "key_unknown",
    "key_withdrawn",
    "signature",
    "type",
    "audience",
    "expired",
    "not_yet_valid",
    "issued_in_future",
    "claims",
    "licence_doubtful",
    "disclosure",
    "proof",
    "context",
    "holder",
    "nonce",
    "reused",
    "reuse_unknown",
    "stale",
    "status_revoked",
    "status_suspended",
    "status_unknown",
    "late",
]


class CredentialRefused(Exception):  # noqa: N818 - the name says what befell the credential; nothing here has failed
    """A credential, or a list or key set that it leans on, was judged and not taken. The text holds no value of it."""

    def __init__(self, word: RefusalWord) -> None:
        super().__init__(f"the credential was refused: {word} (docs/credentials.md says what each word means)")
        self.word: RefusalWord = word

    def __reduce__(self) -> tuple[type["CredentialRefused"], tuple[RefusalWord]]:
        """From its word, so that it is the same on the other side of a process."""
        return (type(self), (self.word,))
