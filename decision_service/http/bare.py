"""Problems as they go over the wire when no application answers."""

from functools import cache
from http import HTTPStatus

from decision_service.http.headers import SECURITY
from decision_service.http.problems import MEDIA_TYPE, Problem

_CODES = {"pipelined": "not_http", "host_unclear": "not_http", "length_unclear": "not_http"}
"""Words of ours and the problem that tells them."""


@cache
def bare_problem(why: str) -> bytes:
    """The whole answer that tells why a request is not served, and that the connection ends."""
    problem = Problem(_CODES.get(why, why))
    response = problem.response()
    phrase = HTTPStatus(problem.status).phrase
    fields = [(b"content-type", MEDIA_TYPE.encode()), (b"connection", b"close"), *SECURITY]
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        fields.append((b"retry-after", b"1"))
    fields.append((b"content-length", str(len(response.body)).encode()))
    head = b"".join(b"%s: %s\r\n" % field for field in fields)
    return f"HTTP/1.1 {problem.status} {phrase}\r\n".encode() + head + b"\r\n" + bytes(response.body)
