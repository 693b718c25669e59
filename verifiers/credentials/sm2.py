"""SM2 signatures with SM3 (GB/T 32918.2, 32918.5), an extra: its library is installed with miaopi[sm] only."""

import importlib
from typing import Protocol, cast

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from verifiers.credentials.keys import SM2_ORDER, Sm2Form, VerificationKey


class MissingExtraError(RuntimeError):
    """A key needs an algorithm whose library is not installed; the text says what to install."""


class _Library(Protocol):
    """What is used of gmssl_pyx. `public_key` is x and y, `signature` DER."""

    GmsslInnerError: type[Exception]

    def sm2_verify(self, public_key: bytes, message: bytes, signature: bytes, signer_id: bytes) -> bool: ...


class Sm2Suite:
    """SM2 with SM3. One verification takes about 0.7 ms of CPU and holds the GIL (checker.py sees to that).

    Raises MissingExtraError if gmssl_pyx is not installed.
    """

    def __init__(self) -> None:
        try:
            self._library = cast("_Library", importlib.import_module("gmssl_pyx"))
        except ImportError:
            raise MissingExtraError(
                "an issuer's key is for SM2, but the library for it is not installed: pip install 'miaopi[sm]'"
            ) from None

    def verify(self, key: VerificationKey, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is that of `key` over `message`, by the signer that the key names."""
        numbers = _numbers(key.sm2_form, signature)
        if numbers is None:
            return False
        r, s = numbers
        if not (0 < r < SM2_ORDER and 0 < s < SM2_ORDER) or r + s == SM2_ORDER:
            return False
        try:
            return self._library.sm2_verify(key.public[1:], message, encode_dss_signature(r, s), key.sm2_signer)
        except self._library.GmsslInnerError:
            return False


def _numbers(form: Sm2Form, signature: bytes) -> tuple[int, int] | None:
    """r and s, if they are written in the one way that `form` allows: no BER, nothing after them."""
    if form == "raw":
        return (int.from_bytes(signature[:32]), int.from_bytes(signature[32:])) if len(signature) == 64 else None
    try:
        r, s = decode_dss_signature(signature)
    except ValueError:
        return None
    return (r, s) if encode_dss_signature(r, s) == signature else None
