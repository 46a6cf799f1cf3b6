"""The root command. Each subcommand's module is loaded only when it is called."""

from importlib import import_module

import click

from aitia import __version__

_COMMANDS = {
    "ask": ("aitia.cli.ask", "Answer a question with cited statements."),
    "search": ("aitia.cli.search", "Find the statements nearest to a question."),
    "library": ("aitia.cli.library", "Make, fill, list, show and check libraries."),
    "doctor": ("aitia.cli.doctor", "Find out what is wrong, and mend it."),
    "model": ("aitia.cli.model", "Run models of causes: multistep, life course, spread."),
    "completion": ("aitia.cli.completion", "Print the completion script for your shell."),
}


class _Lazy(click.Group):
    def list_commands(self, _: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(_COMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and name not in _COMMANDS and not name.startswith("-"):
            hint = (
                f'To ask a question: aitia ask "{" ".join(args)}"' if len(" ".join(args).split()) > 1 else ""
            )
            raise click.UsageError(
                f"there is no command {name!r}: choose from {', '.join(_COMMANDS)}. {hint}".strip(), ctx
            )
        return super().resolve_command(ctx, args)


@click.command(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Example: aitia ask "What are the causes of ALS?" --for patient',
)
@click.version_option(__version__, prog_name="aitia", message="%(prog)s %(version)s")
def aitia() -> None:
    """Medical answers in which every sentence can be checked, from your own library of evidence."""
