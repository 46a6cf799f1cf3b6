"""The root command. Each subcommand's module is loaded only when it is called."""

from typing import ClassVar

import click

from aitia import __version__
from aitia.cli.lazy import Elsewhere, LazyGroup


class _Commands(LazyGroup):
    elsewhere: ClassVar[dict[str, Elsewhere]] = {
        "ask": Elsewhere("aitia.cli.ask", "ask", "Answer a question with cited statements."),
        "search": Elsewhere("aitia.cli.search", "search", "Find the statements nearest to a question."),
        "library": Elsewhere("aitia.cli.library", "library", "Make, fill, list, show and check libraries."),
        "serve": Elsewhere(
            "aitia.cli.serve", "serve", "Serve answers and their review to browsers and programs."
        ),
        "review": Elsewhere(
            "aitia.cli.review", "review", "Follow the review of articles; prove that nothing was changed."
        ),
        "people": Elsewhere(
            "aitia.cli.people", "people", "Invite people, give roles, make links for new passwords."
        ),
        "model": Elsewhere(
            "aitia.cli.model", "model", "Run models of causes: multistep, life course, spread."
        ),
        "doctor": Elsewhere("aitia.cli.doctor", "doctor", "Find out what is wrong, and mend it."),
        "completion": Elsewhere(
            "aitia.cli.completion", "completion", "Print the completion script for your shell."
        ),
    }

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and name not in self.elsewhere and not name.startswith("-"):
            hint = (
                f'To ask a question: aitia ask "{" ".join(args)}"' if len(" ".join(args).split()) > 1 else ""
            )
            raise click.UsageError(
                f"there is no command {name!r}: choose from {', '.join(self.elsewhere)}. {hint}".strip(), ctx
            )
        return super().resolve_command(ctx, args)


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Example: aitia ask "What are the causes of ALS?" --for patient',
)
@click.version_option(__version__, prog_name="aitia", message="%(prog)s %(version)s")
def aitia() -> None:
    """Medical answers in which every sentence can be checked, from your own library of evidence."""
