"""The sandbox's data files: YAML nodes with their lines, read strictly. Scalars stay text until a kind reads them."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from verifiers.kinds import HINTS, BadValueError, Kind, read

_MAX_BYTES = 16 * 1024 * 1024


class DataFileError(ValueError):
    """Data that can't be used: every problem with its file and place, never with a value."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Entry:
    """One node of a data file and where it stands, such as `people[3].records.marriage`."""

    node: yaml.Node
    file: Path
    path: str

    def problem(self, what: str) -> str:
        """`what`, with its place in front."""
        return f"{self.file.name}:{self.node.start_mark.line + 1}: {self.path or 'the file'}: {what}"

    def fail(self, what: str) -> DataFileError:
        """An error of this entry alone."""
        return DataFileError((self.problem(what),))

    def text(self) -> str:
        """A scalar as it is written. Raises DataFileError for a list or a mapping."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.fail("a single value is expected here")
        return str(self.node.value)

    def items(self) -> "list[Entry]":
        """The entries of a list. Raises DataFileError for anything else."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.fail("a list is expected here; begin each entry with `- `")
        return [Entry(node, self.file, f"{self.path}[{at}]") for at, node in enumerate(self.node.value)]

    def fields(self) -> "dict[str, Entry]":
        """The entries of a mapping. Raises DataFileError for anything else, and for a name that stands twice."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.fail("`name: value` pairs are expected here")
        found: dict[str, Entry] = {}
        for key, node in self.node.value:
            name = Entry(key, self.file, self.path).text()
            inside = Entry(node, self.file, f"{self.path}.{name}" if self.path else name)
            if name in found:
                raise inside.fail("this name stands twice; keep one of them")
            found[name] = inside
        return found

    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def is_text(self) -> bool:
        """Whether it is a single value."""
        return isinstance(self.node, yaml.ScalarNode)

    def value(self, kind: Kind) -> object:
        """The JSON that a register would send for this. Raises DataFileError when it is not of `kind`."""
        raw = _json(self.node, kind)
        try:
            read(kind, raw)
        except BadValueError as error:
            raise self.fail(HINTS[error.hint][1]) from None
        return raw


def open_file(file: Path) -> Entry:
    """A data file's top. Raises DataFileError when it can't be read as YAML."""
    try:
        text = file.read_bytes()
        if len(text) > _MAX_BYTES:
            raise DataFileError((f"{file.name}: larger than 16 MiB; split it",))
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except OSError as error:
        raise DataFileError(
            (f"{file.name}: can't be read ({error.strerror}); check the path and its rights",)
        ) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataFileError((f"{file.name}:{line}: not YAML: {error.problem}; mend this line",)) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise DataFileError((f"{file.name}: not YAML in UTF-8; save it as UTF-8 text",)) from None
    return Entry(node if node is not None else _empty(), file, "")


def _empty() -> yaml.Node:
    start = yaml.Mark("", 0, 0, 0, "", 0)
    return yaml.MappingNode("tag:yaml.org,2002:map", [], start, start)


def _json(node: yaml.Node, kind: Kind) -> object:
    """As JSON, guided by `kind`; what does not fit is passed on as it is, for `kinds.read` to refuse."""
    if isinstance(node, yaml.SequenceNode):
        return [_json(inside, kind.item or Kind("text")) for inside in node.value]
    if isinstance(node, yaml.MappingNode):
        known = dict(kind.fields)
        return {key.value: _json(inside, known.get(str(key.value), Kind("text"))) for key, inside in node.value}
    plain = isinstance(node, yaml.ScalarNode) and not node.style
    if plain and node.value in ("", "~", "null"):
        return None
    if plain and kind.name == "boolean" and node.value in ("true", "false"):
        return node.value == "true"
    if plain and kind.name == "whole" and node.value.removeprefix("-").isdecimal():
        return int(node.value)
    return node.value
