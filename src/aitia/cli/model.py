"""aitia model: the models of causes. Each family's module is loaded only when it is called."""

from typing import ClassVar

import click

from aitia.causes.tables import nearest
from aitia.cli.lazy import Elsewhere, LazyGroup


class _Families(LazyGroup):
    elsewhere: ClassVar[dict[str, Elsewhere]] = {
        "multistep": Elsewhere(
            "aitia.cli.model_multistep",
            "multistep",
            "How many steps? Fit models of onset to incidence by age.",
        ),
        "lifecourse": Elsewhere(
            "aitia.cli.model_lifecourse", "lifecourse", "Genes, time and environment: run a scenario."
        ),
        "spread": Elsewhere(
            "aitia.cli.model_spread", "spread", "Where it starts and how it spreads: fit or simulate."
        ),
        "examples": Elsewhere(
            "aitia.cli.model_examples", "examples", "Write the bundled example data to a folder."
        ),
    }

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and name not in self.elsewhere and not name.startswith("-"):
            raise click.UsageError(
                f"there is no model {name!r}: choose from {', '.join(self.elsewhere)}.{nearest(name, self.elsewhere)}",
                ctx,
            )
        return super().resolve_command(ctx, args)


@click.command(cls=_Families, epilog="Start with: aitia model examples")
def model() -> None:
    """Run models of causes on data or on a scenario."""
