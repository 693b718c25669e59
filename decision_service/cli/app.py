"""The commands, each in a module of its own that is imported when it is called."""

import typer

from decision_service.cli import check, decide, guide, test


def build() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(
        name="miaopi",
        help="秒批 Miaopi: instant decisions for simple government matters, from rule files that analysts write.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.command("decide")(decide.decide)
    app.command("check")(check.check)
    app.command("test")(test.test)
    app.command("guide")(guide.guide)
    return app


def main() -> None:
    """The entry point of the console script."""
    build()()
