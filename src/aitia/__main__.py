"""The `aitia` command. docs/exit-codes.md lists what it returns."""

import io
import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code; no traceback for what a person can mend."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line with some arguments and give its exit code."""
    import click

    from aitia.cli.main import aitia
    from aitia.errors import INTERRUPTED, AitiaError, StateError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a letter shows a question mark instead of stopping everything.
            stream.reconfigure(errors="replace")
    try:
        code = aitia.main(args=arguments, prog_name="aitia", standalone_mode=False)
        sys.stdout.flush()
    except AitiaError as error:
        click.echo(f"aitia: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("aitia: stopped.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left (for example `| head`): nothing more to say.
        _drop_output()
        return 0
    except (OSError, UnicodeError) as error:
        _drop_output()
        reason = getattr(error, "strerror", None) or error
        click.echo(f"aitia: the output, or a folder that it needs, cannot be used: {reason}.", err=True)
        return StateError.exit_code
    return code if isinstance(code, int) else 0


def _drop_output() -> None:
    """Let what is still buffered go nowhere, so that Python does not stumble over it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
