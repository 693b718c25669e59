"""`miaopi lsp`: rule files in any editor that speaks the language server protocol."""

import os
import sys

from decision_service.cli.workshop import needed


def lsp() -> None:
    """语言服务器，由编辑器启动。 Serve an editor over standard input and output until it ends."""
    needed("pygls")
    from decision_service.languageserver.server import build

    # The server closes its stream when the editor leaves; standard output itself is flushed after every command.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as stream:
        build().start_io(stdout=stream)
