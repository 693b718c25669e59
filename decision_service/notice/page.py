"""The notice as one HTML page that stands alone: no script, nothing loaded, every value escaped; prints on A4."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from decision_service.notice.content import Notice

Language = Literal["zh", "en", "both"]

LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en", "both")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("decision_service.notice", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["capital"] = lambda text: text[:1].upper() + text[1:]
    return environment


@cache
def _style() -> str:
    return (files("decision_service.notice") / "templates" / "notice.css").read_text(encoding="utf-8").strip()


@cache
def content_security_policy() -> str:
    """What a browser may do with the page: show it with the one style sheet inside it, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def page(notice: Notice, language: Language = "both") -> str:
    """The page."""
    # A page on disk has no headers: it carries the policy itself, less what only a header may say.
    policy = content_security_policy().removesuffix("; frame-ancestors 'none'")
    style = Markup(_style())  # noqa: S704 - our own file, and nothing of the notice in it
    return _templates().get_template("notice.html").render(notice=notice, language=language, policy=policy, style=style)
