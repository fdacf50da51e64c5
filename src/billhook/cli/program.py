"""The commands and their options. What a command needs is imported when it runs: `billhook settings` stays quick."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from billhook import __version__
from billhook.kernel.problems import Problem
from billhook.settings import Settings, load


def main() -> None:
    """Run `billhook`; a refusal is one line on standard error and exit status 1."""
    try:
        program(prog_name="billhook")
    except Problem as problem:
        sys.exit(f"billhook: {problem.message}")


def settings_of(**overrides: Any) -> Settings:
    """Return the settings of the environment, beaten by what the command line says. Raises SettingsRefused."""
    return load(os.environ, overrides)


data_dir = click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Directory of the embedded database (BILLHOOK_DATA_DIR)."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="billhook %(version)s")
def program() -> None:
    """Self-hosted invoicing and payments. Everything is set by BILLHOOK_* variables; see `billhook settings`."""


@program.command()
@click.option("--host", help="Address to listen on (BILLHOOK_HOST).")
@click.option("--port", type=int, help="TCP port to listen on (BILLHOOK_PORT); 0 picks a free one.")
@data_dir
@click.option("--workers", type=int, help="Number of web processes (BILLHOOK_WORKERS).")
@click.option("--no-demo", is_flag=True, help="Leave an empty database empty (BILLHOOK_DEMO=false).")
def serve(host: str | None, port: int | None, data_dir: Path | None, workers: int | None, *, no_demo: bool) -> None:
    """Start everything: the database (unless BILLHOOK_DATABASE_URL names yours), the API and the worker."""
    settings = settings_of(
        host=host, port=port or None, data_dir=data_dir, workers=workers, demo=False if no_demo else None
    )
    from billhook.cli.serve import serve

    serve(settings, any_port=port == 0)


@program.command()
@data_dir
def worker(data_dir: Path | None) -> None:
    """Work off the outbox in a process of its own, beside `serve`."""
    settings = settings_of(data_dir=data_dir)
    from billhook.cli.serve import work

    work(settings)


@program.command()
@data_dir
def migrate(data_dir: Path | None) -> None:
    """Bring the database up to this program's schema; `serve` does it by itself."""
    settings = settings_of(data_dir=data_dir)
    from billhook.cli.errands import migrate

    for name in migrate(settings) or ["nothing to do"]:
        click.echo(name)


@program.group()
def account() -> None:
    """Accounts."""


@account.command()
@click.option("--email", required=True, help="Address to sign in with.")
@click.option("--password", help="Password; asked for, or read from standard input, when it is not given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@data_dir
def create(email: str, password: str | None, data_dir: Path | None, *, as_json: bool) -> None:
    """Open an account and an access token for it, whether the server runs or not."""
    settings = settings_of(data_dir=data_dir)
    password = password or _password()
    from billhook.cli.errands import create_account

    opened = create_account(settings, email, password)
    if as_json:
        click.echo(opened.as_json())
    else:
        click.echo(f"account       {opened.id}\nemail         {opened.email}\naccess token  {opened.access_token}")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


@program.command()
@click.option("--url", help="Where Billhook answers; without it, the address of the settings.")
def demo(url: str | None) -> None:
    """Play the quick start on a running Billhook: an account, an agency, an invoice paid and sent."""
    settings = settings_of()
    from billhook.cli.demo import play, summary

    base_url = (url or settings.public_url()).rstrip("/")
    click.echo(summary(play(base_url, send=not settings.smtp_url), base_url))


@program.command()
def openapi() -> None:
    """Print the description of the API (OpenAPI 3.1, JSON)."""
    settings = settings_of()
    from billhook.cli.errands import openapi

    click.echo(openapi(settings))


@program.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def settings(*, as_json: bool) -> None:
    """Show every setting: its value, where the value came from, what it means."""
    from billhook.cli.table import rows_as_json, rows_as_table
    from billhook.settings import describe

    rows = describe(settings_of())
    click.echo(rows_as_json(rows) if as_json else rows_as_table(rows))


@program.command()
@data_dir
@click.option("--verify", is_flag=True, help="Prove every journal and every total anew; reads all of them.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(data_dir: Path | None, *, verify: bool, as_json: bool) -> None:
    """Look for what is wrong, and say how to mend it; exit status 1 when something is."""
    from billhook.cli.doctor import examine, report

    findings = examine(os.environ, {"data_dir": data_dir}, verify=verify)
    click.echo(report(findings, as_json=as_json))
    if any(finding.is_wrong for finding in findings):
        sys.exit(1)


@program.command()
@click.option("--organization", help="Id of the organization that is to be exported.")
@click.option("--to", type=click.Path(path_type=Path), help="Folder, or file that ends in .zip, to write to.")
@click.option(
    "--verify", "proved", type=click.Path(path_type=Path, exists=True), help="Prove an export; no database is needed."
)
@data_dir
def export(organization: str | None, to: Path | None, proved: Path | None, data_dir: Path | None) -> None:
    """Write everything of an organization to files, or prove such files; exit status 1 when something is wrong."""
    if (organization is None) == (proved is None):
        raise click.UsageError("Say --organization ID to export it, or --verify PLACE to prove an export.")
    from billhook.cli.exporting import make, prove

    if organization is not None:
        make(settings_of(data_dir=data_dir), organization, to or Path(f"organization-{organization}"))
    elif proved is not None and not prove(proved):
        sys.exit(1)


@program.group()
def rates() -> None:
    """Exchange rates."""


@rates.command("import")
@click.argument("place", metavar="FILE|URL")
@data_dir
def import_rates(place: str, data_dir: Path | None) -> None:
    """Keep euro reference rates: the European Central Bank's CSV, ZIP or XML, of one day or of all."""
    from billhook.cli.rates import import_rates

    done = import_rates(settings_of(data_dir=data_dir), place)
    click.echo(f"{done.read} rates up to {done.day} read, {done.changed} of them new or changed")
