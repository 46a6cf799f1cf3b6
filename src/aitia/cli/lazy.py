"""A group of commands whose modules are loaded only when they are called, so that help and the others stay quick."""

from importlib import import_module
from typing import ClassVar, NamedTuple

import click


class Elsewhere(NamedTuple):
    """Where a command is."""

    module: str
    attribute: str
    summary: str
    """For the group's help, which must not load the module."""


class LazyGroup(click.Group):
    """A group with commands elsewhere, after its own."""

    elsewhere: ClassVar[dict[str, Elsewhere]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, its own first."""
        return [*super().list_commands(ctx), *self.elsewhere]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, loaded now if it is elsewhere."""
        place = self.elsewhere.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        command = getattr(import_module(place.module), place.attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands with what each does, in the group's help."""
        own = [(name, command.get_short_help_str(80)) for name, command in sorted(self.commands.items())]
        others = [(name, place.summary) for name, place in self.elsewhere.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *others])
