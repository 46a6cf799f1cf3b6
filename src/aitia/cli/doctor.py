"""aitia doctor"""

import click


@click.command(
    epilog="""\b
Examples:
  aitia doctor
  aitia doctor --fix
\b
Exit code 1: something is wrong that was not mended."""
)
@click.option("--fix", is_flag=True, help="Make again what is derived: the search indexes.")
def doctor(fix: bool) -> int:
    """Look at the state folder, the database, the indexes and the plugins; name each problem and its mend."""
    from aitia.doctor import examine

    failed = 0
    for finding in examine(fix):
        mark = "mended" if finding.is_mended else "ok" if finding.is_well else "WRONG"
        click.echo(f"{mark:<7} {finding.what}: {finding.says}")
        if not finding.is_well and finding.mend:
            click.echo(f"        {finding.mend}")
        failed += not finding.is_well
    if failed:
        click.echo(f"{failed} problem{'s' * (failed > 1)}")
    return 1 if failed else 0
