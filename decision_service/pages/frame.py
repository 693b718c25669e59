"""The frame that the workshop's pages share."""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


@cache
def templates(package: str) -> Environment:
    """The templates of a package (its folder `templates`), which may extend `frame.html` and import `words.html` here.
    Every value is escaped; a name that a page forgets is an error."""
    loader = ChoiceLoader([PackageLoader(package, "templates"), PackageLoader("decision_service.pages", "templates")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
