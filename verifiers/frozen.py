"""Frozen dataclasses that are made in a third of the time. Every decision makes some hundred of them.

What `dataclass(frozen=True)` writes puts each field in its place through `object.__setattr__`. Here the new object is
for that moment one of a class with the same slots and nothing else, whose fields are plain assignments; then it is what
it was. Nobody can see it before. It is as frozen as before: only how it is made differs (tests/verifiers).
"""

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, fields
from functools import update_wrapper
from typing import Any, TypeVar

Made = TypeVar("Made")

_GIVEN = object()
"""Stands where a default is to be made anew for each object."""


def quickly_made(cls: type[Made]) -> type[Made]:
    """`cls`, a dataclass of `frozen=True, slots=True` that stands by itself, with a quicker `__init__`; classes made
    from it have their own. Raises TypeError for one that is anything else."""
    usual = cls.__init__
    made = _written(cls, _twin_of(cls), (" _its = self.__class__", " _turn(self, '__class__', _twin)"))
    cls.__init__ = update_wrapper(made, usual)  # type: ignore[method-assign]  # that is what this is for
    return cls


def maker(cls: type[Made]) -> Callable[..., Made]:
    """What makes objects of `cls`, a class as for `quickly_made` or one of those, from the same arguments: quicker
    still, as the object need not be turned to and fro."""
    twin: Any = _twin_of(cls)
    twin.__init__ = _written(cls, twin, (" _its = _cls",))
    makes: Callable[..., Made] = twin
    return makes


def _twin_of(cls: type) -> type:
    parts = fields(cls)
    slots = cls.__dict__.get("__slots__")
    plain = all(one.init and not one.kw_only for one in parts) and slots == tuple(one.name for one in parts)
    if cls.__mro__ != (cls, object) or not plain:
        raise TypeError(f"{cls.__name__} is no plain dataclass with slots")
    return type(cls.__name__, (), {"__slots__": slots})


def _written(cls: type, twin: type, before: Sequence[str]) -> Callable[..., None]:
    """An `__init__` that fills the slots of the twin. `before` has the lines that make it one, and say what it is to be
    afterwards."""
    parts = fields(cls)
    known: dict[str, Any] = {"_cls": cls, "_twin": twin, "_turn": object.__setattr__, "_given": _GIVEN}
    lines = [f"def __init__({', '.join(['self', *(_parameter(one, known) for one in parts)])}):"]
    lines += [f" if {one.name} is _given: {one.name} = _make_{one.name}()" for one in parts if _is_made(one)]
    lines += [*before, *(f" self.{one.name} = {one.name}" for one in parts), " self.__class__ = _its"]
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec("\n".join(lines), known)  # noqa: S102 - the text holds names of fields and nothing else
    written: Callable[..., None] = known["__init__"]
    return written


def _is_made(one: "Field[Any]") -> bool:
    return one.default_factory is not MISSING


def _parameter(one: "Field[Any]", known: dict[str, Any]) -> str:
    if _is_made(one):
        known[f"_make_{one.name}"] = one.default_factory
        return f"{one.name}=_given"
    if one.default is MISSING:
        return one.name
    known[f"_usual_{one.name}"] = one.default
    return f"{one.name}=_usual_{one.name}"
