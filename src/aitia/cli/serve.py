"""aitia serve"""

from pathlib import Path

import click
import msgspec

from aitia.errors import StateError


@click.command(
    epilog="""\b
Examples:
  aitia serve
  aitia serve --port 8000 --library neurology
  aitia serve --settings /etc/aitia/settings.yaml --workers 2
\b
It listens to this machine alone until told otherwise. docs/operate.md tells how to run it for others."""
)
@click.option("--host", metavar="ADDRESS", help="The network address to listen at. Default: 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Default: 8080. 0: any that is free.")
@click.option(
    "--settings", "file", type=click.Path(path_type=Path), metavar="FILE", help="Settings, as YAML."
)
@click.option(
    "--policy", type=click.Path(path_type=Path), metavar="FILE", help="The editorial policy, as YAML."
)
@click.option(
    "--library",
    "libraries",
    multiple=True,
    metavar="NAME",
    help="A library to serve; give it again for more. Default: the starter library and all in the database.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Server processes.")
def serve(
    host: str | None,
    port: int | None,
    file: Path | None,
    policy: Path | None,
    libraries: tuple[str, ...],
    workers: int,
) -> None:
    """Serve answers, articles and their review to browsers and programs."""
    try:
        from aitia.web.serve import serve as run
        from aitia.web.settings import read_settings
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("aitia"):
            raise
        raise StateError("serving needs more packages: pip install 'aitia[web]', then try again.") from None
    chosen = {"host": host, "port": port, "policy": policy, "libraries": libraries or None}
    settings = msgspec.structs.replace(
        read_settings(file), **{name: value for name, value in chosen.items() if value is not None}
    )
    run(settings, workers, click.echo)
