"""aitia completion"""

import click
from click.shell_completion import get_completion_class


@click.command(
    epilog="""\b
Examples:
  aitia completion bash >> ~/.bashrc
  aitia completion zsh >> ~/.zshrc
  aitia completion fish > ~/.config/fish/completions/aitia.fish"""
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands and options in SHELL."""
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(context.find_root().command, {}, "aitia", "_AITIA_COMPLETE").source())
