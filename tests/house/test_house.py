"""What is asked of every file and no linter holds: sizes, docstrings, reasons for silenced lints, no machine paths."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_LINES = 300
MOST_FUNCTION_LINES = 40

EXCEPTIONS: dict[str, str] = {}
"""`path` or `path::function` -> why it may be larger."""

TEXTS = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".lark",
    ".html",
    ".css",
    ".js",
    ".service",
    ".txt",
    ".pyi",
    "",
}
SKIPPED = {".git", ".venv", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
SILENCER = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no\s*cover|ruff:\s*noqa|mypy:)", re.IGNORECASE)
EXCUSED = re.compile(
    r"#\s*(noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|type:\s*ignore\[[a-z-]+(,\s*[a-z-]+)*\])\s+(#|-|—)\s*\w.{8,}"
)
PLACES = re.compile(r"(?<![\w.])/(?:home|Users|root|work|var/folders)/\w|[A-Z]:\\Users\\")


def files(*folders: str, suffixes: frozenset[str] = frozenset({".py"})) -> list[Path]:
    roots = [ROOT / folder for folder in folders]
    found = [path for root in roots for path in sorted(root.rglob("*")) if path.is_file() and path.suffix in suffixes]
    return [path for path in found if not SKIPPED & set(path.relative_to(ROOT).parts)]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


OURS = files("decision_service", "verifiers")
PYTHON = OURS + files("tests", "benchmarks")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def long_file(name: str, text: str) -> Iterator[str]:
    """The file if it is over its measure."""
    lines = text.count("\n")
    if lines > MOST_LINES:
        yield f"{name} has {lines} lines"


def long_functions(name: str, text: str) -> Iterator[str]:
    """Each function of the file that is over its measure."""
    for node in _functions(ast.parse(text)):
        size = (node.end_lineno or node.lineno) - node.lineno + 1
        if size > MOST_FUNCTION_LINES:
            yield f"{name}::{node.name} has {size} lines"


def _functions(node: ast.AST) -> Iterator[Function]:
    """All functions within; no expression holds one."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield child
        if not isinstance(child, ast.expr):
            yield from _functions(child)


def undocumented(name: str, text: str) -> Iterator[str]:
    """The module and its public classes, functions and methods that say nothing about themselves."""
    tree = ast.parse(text)
    if not ast.get_docstring(tree) and text.strip():
        yield f"{name} has no docstring"
    yield from _undocumented(name, tree.body)


def _undocumented(name: str, body: list[ast.stmt], inside: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node) and not _stands_for_another(node):
                yield f"{name}:{node.lineno}: {inside}{node.name} has no docstring"
            if isinstance(node, ast.ClassDef):
                yield from _undocumented(name, node.body, f"{node.name}.")


def _stands_for_another(node: Function | ast.ClassDef) -> bool:
    """An overload, a setter or an override is explained where it is first declared."""
    marks = {ast.unparse(mark).rsplit(".", 1)[-1] for mark in node.decorator_list}
    return bool(marks & {"overload", "override", "setter"})


def silenced(name: str, text: str) -> Iterator[str]:
    """Each lint that is silenced without naming its code and a reason."""
    if not SILENCER.search(text):
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and SILENCER.search(token.string) and not EXCUSED.search(token.string):
            yield f"{name}:{token.start[0]}: {token.string}"


def machine_paths(name: str, text: str) -> Iterator[str]:
    """Each line that names a folder of somebody's machine."""
    for number, line in enumerate(text.splitlines(), 1):
        if PLACES.search(line):
            yield f"{name}:{number}: {line.strip()[:80]}"


def excepted(found: Iterator[str]) -> list[str]:
    return [one for one in found if one.split(" has ")[0] not in EXCEPTIONS]


def nothing(found: list[str]) -> None:
    assert not found, "\n" + "\n".join(found)


def test_files_and_functions_keep_their_measure() -> None:
    """Files everywhere; functions where they are the product's, for a test may tell a long story in one piece."""
    found = [one for path in PYTHON for one in long_file(named(path), path.read_text())]
    found += [one for path in OURS for one in long_functions(named(path), path.read_text())]
    nothing(excepted(iter(found)))
    needed = {one.split(" has ")[0] for one in found}
    assert set(EXCEPTIONS) <= needed, "an exception is needed no more"
    assert all(len(reason) > 20 for reason in EXCEPTIONS.values())


def test_what_is_public_says_what_it_is() -> None:
    nothing([one for path in OURS for one in undocumented(named(path), path.read_text())])


def test_lints_are_silenced_with_a_code_and_a_reason() -> None:
    nothing([one for path in PYTHON for one in silenced(named(path), path.read_text())])


def test_no_file_names_a_folder_of_one_machine() -> None:
    texts = [path for path in files(".", suffixes=frozenset(TEXTS)) if path != Path(__file__).resolve()]
    nothing([one for path in texts for one in machine_paths(named(path), path.read_text(errors="replace"))])


LONG_FUNCTION = '"""M."""\ndef f():\n' + "    pass\n" * MOST_FUNCTION_LINES


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (long_file, "x = 1\n" * (MOST_LINES + 1)),
        (long_functions, LONG_FUNCTION),
        (undocumented, "x = 1\n"),
        (undocumented, '"""M."""\nclass A:\n    """A."""\n    def f(self): ...\n'),
        (silenced, "import a  # noqa\n"),
        (silenced, "import a  # noqa: F401\n"),
        (silenced, "x = 1  # type: ignore  # because of this and that\n"),
        (silenced, "x = 1  # type: ignore[arg-type]\n"),
        (machine_paths, "open('/ho" + "me/li/x')\n"),
    ],
)
def test_each_check_can_fail(check: object, text: str) -> None:
    assert callable(check)
    assert len(list(check("x.py", text))) == 1


def test_each_check_lets_good_text_pass() -> None:
    good = '"""M."""\nimport a  # noqa: F401 - the door needs it loaded\n'
    good += "x = f(1)  # type: ignore[arg-type]  # the stub is wrong\n"
    good += 'def f():\n    """F."""\ndef _g(): ...\n' + "# see https://example.org/home/page\n"
    for check in (long_file, long_functions, undocumented, silenced, machine_paths):
        assert list(check("x.py", good)) == []
