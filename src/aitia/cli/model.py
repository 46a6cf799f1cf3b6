"""aitia model: the models of causes. Each family's module is loaded only when it is called."""

from importlib import import_module

import click

from aitia.causes.tables import nearest

_COMMANDS = {
    "multistep": ("aitia.cli.model_multistep", "How many steps? Fit models of onset to incidence by age."),
    "lifecourse": ("aitia.cli.model_lifecourse", "Genes, time and environment: run a scenario."),
    "spread": ("aitia.cli.model_spread", "Where it starts and how it spreads: fit or simulate."),
    "examples": ("aitia.cli.model_examples", "Write the bundled example data to a folder."),
}


class _Families(click.Group):
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
            raise click.UsageError(
                f"there is no model {name!r}: choose from {', '.join(_COMMANDS)}.{nearest(name, _COMMANDS)}",
                ctx,
            )
        return super().resolve_command(ctx, args)


@click.command(cls=_Families, epilog="Start with: aitia model examples")
def model() -> None:
    """Run models of causes on data or on a scenario."""
