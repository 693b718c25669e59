"""The check characters of the standards, over text whose form was tested beforehand.

What each guarantees: MOD 11-2, MOD 11,10 and MOD 37,36 (ISO 7064) and the modulus 31 of GB 32100 catch every change of
one character. GB 11714 and VIN work modulo 11 over an alphabet larger than 11, so letters that are congruent (A and L,
say) stand for one another unseen.
"""

DIGITS_AND_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100-2015: no I, O, S, V, Z."""

_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "012345678912345678123457923456789", strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_PLACES = {
    alphabet: {character: place for place, character in enumerate(alphabet)}
    for alphabet in (DIGITS_AND_LETTERS, "0123456789")
}


def mod_11_2(digits: str) -> str:
    """ISO 7064 MOD 11-2, the check of GB 11643: 0 to 9 or X."""
    running = 0
    for digit in digits:
        running = (running + int(digit)) * 2 % 11
    return "0123456789X"[(12 - running) % 11]


def mod_31(text: str) -> str:
    """The check of GB 32100-2015 over 17 characters of its alphabet, weights 3^(i-1) mod 31."""
    total = sum(CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(text))
    return CREDIT_ALPHABET[-total % 31]


def organisation_check(body: str) -> str:
    """The check of GB 11714 over the 8 characters of an organisation's code: 0 to 9 or X."""
    total = sum(
        DIGITS_AND_LETTERS.index(character) * weight
        for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X"[-total % 11]


def mod_37_36(text: str) -> str:
    """ISO 7064 MOD 37,36 over digits and capital letters."""
    return _hybrid(text, DIGITS_AND_LETTERS)


def mod_11_10(digits: str) -> str:
    """ISO 7064 MOD 11,10 over digits."""
    return _hybrid(digits, "0123456789")


def vin_check(text: str) -> str:
    """The check of GB 16735 over all 17 characters; position 9, where it stands, weighs nothing."""
    total = sum(int(_VIN_VALUES[character]) * weight for character, weight in zip(text, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def _hybrid(text: str, alphabet: str) -> str:
    """ISO 7064 hybrid systems, MOD M+1,M for an alphabet of M characters."""
    size, places = len(alphabet), _PLACES[alphabet]
    running = size
    for character in text:
        running = ((running + places[character]) % size or size) * 2 % (size + 1)
    return alphabet[(1 - running) % size]
