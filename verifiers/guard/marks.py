"""Marks by which equal questions and persons are known again. They say nothing of what they stand for."""

import hashlib
import secrets

import orjson

from verifiers.verifier import Question


class Marks:
    """Keyed digests (BLAKE2b) with a key of this process, made at its start and kept nowhere: a bare digest of an ID
    number could be found by trying them all."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def question(self, question: Question) -> bytes | None:
        """The mark of what is asked; None for a question that can't be said in JSON.

        Questions for another matter, purpose or caller are other questions: how soon an answer comes must not tell a
        platform that another one has asked about the same person.
        """
        asked = [
            question.register.name,
            question.matter,
            question.purpose,
            question.caller,
            question.subject,
            question.asked_with,
            dict(question.params),
        ]
        try:
            text = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            return None
        return hashlib.blake2b(text, digest_size=16, key=self._key, person=b"question").digest()

    def person(self, number: str) -> bytes:
        """The mark of an ID number or credit code; a last `x` is an `X`."""
        return hashlib.blake2b(
            number.upper().encode(errors="surrogatepass"), digest_size=16, key=self._key, person=b"person"
        ).digest()
