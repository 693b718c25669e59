"""The language server: problems and advice, hovers, completion, definitions and layout, over standard input and output.

It reads files and writes none; what it knows of the rules folder is the catalogue, read again for each file.
"""

from pathlib import Path
from typing import TypeAlias

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from decision_service.editing.formatting import FormattingError, formatted
from decision_service.editing.linting import advise, written
from decision_service.languageserver.knowing import definition, following, told
from decision_service.languageserver.places import Spot, spot_at
from decision_service.policy.catalogue import FOLDER, Catalogue, read_catalogue
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import MapNode, read_nodes
from decision_service.policy.shelf import CASES
from decision_service.source import PolicyProblems, Problem, Source, Span

NAME = "miaopi"

Placed: TypeAlias = lsp.HoverParams | lsp.CompletionParams | lsp.DefinitionParams
"""A question about a place of a file."""


def position(text: str, offset: int) -> lsp.Position:
    """An offset as the protocol counts: lines from 0, and in a line the units of UTF-16."""
    start = text.rfind("\n", 0, offset) + 1
    return lsp.Position(text.count("\n", 0, offset), len(text[start:offset].encode("utf-16-le")) // 2)


def column(line: str, units: int) -> int:
    """A place in a line, counted in units of UTF-16, as a number of characters."""
    return len(line.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore"))


def place(span: Span) -> lsp.Range:
    """A stretch of a file as the protocol counts."""
    return lsp.Range(position(span.source.text, span.start), position(span.source.text, span.end))


class Files:
    """The files that an editor has open, as far as they can be read."""

    def __init__(self) -> None:
        self.last: dict[str, MapNode] = {}
        """The last nodes of each file that could be read: what is known while a line is half written."""

    def catalogue(self, uri: str) -> Catalogue | None:
        """The catalogue of the rules folder around a file."""
        path = Path(to_fs_path(uri) or "")
        folder = next((one for one in path.parents if (one / FOLDER).is_dir()), None)
        return None if folder is None else read_catalogue(folder, Complaints())

    def node(self, uri: str, text: str) -> MapNode | None:
        """The nodes of the file, or those that it had when it could last be read."""
        node, problems = read_nodes(Source(uri, text))
        if isinstance(node, MapNode) and not problems:
            self.last[uri] = node
        return self.last.get(uri)

    def diagnostics(self, uri: str, text: str) -> list[lsp.Diagnostic]:
        """What is wrong with the file; where nothing is, what could be better."""
        catalogue = self.catalogue(uri)
        source = Source(uri.rpartition("/")[2], text)
        if catalogue is None or uri.endswith(CASES):
            _, problems = read_nodes(source)
            return [_diagnostic(one, text, lsp.DiagnosticSeverity.Error) for one in problems]
        try:
            file = written(source, catalogue)
        except PolicyProblems as found:
            return [_diagnostic(one, text, lsp.DiagnosticSeverity.Error) for one in found.problems]
        return [_diagnostic(one.problem, text, lsp.DiagnosticSeverity.Information) for one in advise(file)]


def _diagnostic(problem: Problem, text: str, severity: lsp.DiagnosticSeverity) -> lsp.Diagnostic:
    span = problem.span
    top = lsp.Range(lsp.Position(0, 0), position(text, max(text.find("\n"), 0)))
    hints = [hint for hint in (problem.hint_zh, problem.hint_en) if hint]
    said = "\n".join([problem.zh, problem.en, *hints])
    return lsp.Diagnostic(top if span is None else place(span), said, severity, code=problem.code, source=NAME)


def build() -> LanguageServer:
    """The server with everything it answers."""
    server, files = LanguageServer(NAME, "1"), Files()
    _watching(server, files)
    _answering(server, files)
    return server


def _watching(server: LanguageServer, files: Files) -> None:
    def tell(uri: str) -> None:
        text = server.workspace.get_text_document(uri).source
        server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, files.diagnostics(uri, text)))

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        tell(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        tell(params.text_document.uri)


def _answering(server: LanguageServer, files: Files) -> None:
    def at(params: Placed) -> tuple[Spot, MapNode | None, Catalogue | None]:
        uri, where = params.text_document.uri, params.position
        text = server.workspace.get_text_document(uri).source
        lines = text.split("\n")
        line = lines[where.line] if where.line < len(lines) else ""
        spot = spot_at(text, where.line, column(line, where.character))
        return spot, files.node(uri, text), files.catalogue(uri)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        spot, node, catalogue = at(params)
        said = "" if catalogue is None else told(spot, node, catalogue)
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, said)) if said else None

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["."]))
    def completion(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        spot, node, catalogue = at(params)
        found = {} if catalogue is None else following(spot, node, catalogue)
        return [
            lsp.CompletionItem(word, detail=text.zh, documentation=text.en)
            for word, text in found.items()
            if word.startswith(spot.so_far) or " " in word
        ]

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def defined(params: lsp.DefinitionParams) -> lsp.Location | None:
        spot, node, _ = at(params)
        span = definition(spot.word, node)
        return None if span is None else lsp.Location(params.text_document.uri, place(span))

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def layout(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        text = server.workspace.get_text_document(params.text_document.uri).source
        try:
            new = formatted(Source("file", text))
        except (PolicyProblems, FormattingError):
            return []
        whole = lsp.Range(lsp.Position(0, 0), position(text, len(text)))
        return [] if new == text else [lsp.TextEdit(whole, new)]
