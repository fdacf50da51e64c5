"""`billhook export` at the terminal: what it says while it works, and of what it made or proved."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from billhook.cli import export
from billhook.settings import Settings

_SECONDS_BETWEEN = 0.2


class _Progress:
    """One line that says how far it is, where somebody watches."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._last = 0.0

    def __call__(self, text: str) -> None:
        now = time.monotonic()
        if self._shown and now - self._last > _SECONDS_BETWEEN:
            self._last = now
            click.echo(f"\r\033[K{text}", nl=False, err=True)

    def clear(self) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)


@contextmanager
def _progress() -> Iterator[_Progress]:
    progress = _Progress()
    try:
        yield progress
    finally:
        progress.clear()


def make(settings: Settings, organization: str, target: Path) -> None:
    """Export an organization and say what was written. Raises what `export.export` raises."""
    with _progress() as progress:
        made = export.export(settings, organization, target, progress)
    manifest = made.manifest
    click.echo(f"{manifest.organization.name} ({manifest.organization.id}) is exported to {made.target}")
    for table in manifest.tables:
        left_out = f", without {', '.join(table.left_out)}" if table.left_out else ""
        click.echo(f"  {table.rows:>9,}  {table.name}{left_out}")
    click.echo(f"  {manifest.files:>9,}  files")
    click.echo(f"The journal ends with entry {manifest.chain.sequence}: {manifest.chain.hash or '-'}")
    click.echo(f"Keep this elsewhere: the SHA-256 of manifest.json is {made.sha256}")


def prove(place: Path) -> bool:
    """Prove an export, say what is wrong, and return whether nothing is. Raises what `export.prove` raises."""
    with _progress() as progress:
        proof = export.prove(place, progress)
    for finding in proof.findings:
        click.echo(f"✗ {finding}")
    manifest = proof.manifest
    name = f"{manifest.organization.name} ({manifest.organization.id}), exported {manifest.made_at}"
    if proof.findings:
        click.echo(f"{name}: not as it was written")
        return False
    said = f"{manifest.files:,} files, {proof.entries:,} entries of the journal, {proof.documents:,} documents"
    click.echo(f"✓ {name}: {said}; hashes, chain, totals and numbers hold")
    click.echo(f"The SHA-256 of manifest.json is {proof.sha256}")
    return True
