"""The doctor looks at what is around the database: addresses, the data directory, mail, the press."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

import aiosmtplib

from billhook.cli.doctor.findings import Finding, note, wrong
from billhook.documents import Press
from billhook.documents.paper.view import Columns, Line, PaperView, Party
from billhook.settings import Settings, smtp_server

LEAST_FREE_BYTES = 1024**3
SMTP_TIMEOUT_SECONDS = 10
_LOOPBACK = ("127.", "localhost", "::1")


def addresses(settings: Settings) -> list[Finding]:
    """Look at the addresses that mails and pages will carry."""
    is_public = not settings.host.startswith(_LOOPBACK) or bool(settings.smtp_url)
    if is_public and not settings.base_url:
        what = f"links in mails will begin with {settings.public_url()}, which others may not reach"
        return [
            wrong("address", what, "Set BILLHOOK_BASE_URL to the address people use, such as https://bill.example.com.")
        ]
    return [note("address", f"links begin with {settings.public_url()}")]


def data_dir(settings: Settings) -> list[Finding]:
    """Look at the directory of the embedded database: ours, closed to others, with room."""
    if settings.database_url:
        return []
    home = settings.data_dir.resolve()
    nearest = next(path for path in (home, *home.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        remedy = "Give it to the user Billhook runs as, or set BILLHOOK_DATA_DIR to another place."
        return [wrong("data directory", f"{nearest} cannot be written to: {error.strerror}", remedy)]
    findings = [*_password(home / "postgres" / "password"), *_room(nearest)]
    return findings or [note("data directory", f"{home} can be written to")]


def _password(path: Path) -> list[Finding]:
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        remedy = f"chmod 600 {path}"
        return [wrong("data directory", f"others may read {path}, the database's password", remedy)]
    if path.exists() and not os.access(path, os.R_OK):
        remedy = "Run this as the user Billhook runs as."
        return [wrong("data directory", f"{path} belongs to another user", remedy)]
    return []


def _room(path: Path) -> list[Finding]:
    free = shutil.disk_usage(path).free
    if free < LEAST_FREE_BYTES:
        remedy = "Free some space: a database that cannot write stops."
        return [wrong("data directory", f"only {free // 1024**2} MB are free at {path}", remedy)]
    return []


async def mail(settings: Settings) -> list[Finding]:
    """Connect to the mail server and log in, as a mail would."""
    if not settings.smtp_url:
        return [note("mail", "no mail server is set: every mail is kept in the database and shown at /dev/mail")]
    server = smtp_server(settings.smtp_url)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user or None,
        password=server.password or None,
        use_tls=server.security == "smtps",
        start_tls=server.security == "starttls",
        timeout=SMTP_TIMEOUT_SECONDS,
    )
    try:
        async with client:
            await client.noop()
    except (aiosmtplib.SMTPException, OSError) as error:
        reason = " ".join(str(error).split())
        what = f"the mail server {server.host}:{server.port} does not take us: {reason}"
        return [wrong("mail", what, "Check BILLHOOK_SMTP_URL: scheme, host, port, user and password.")]
    return [note("mail", f"the mail server {server.host}:{server.port} takes us")]


async def press() -> list[Finding]:
    """Render a page with letters of several scripts."""
    printing = Press(idle_seconds=1)
    try:
        pdf = await printing.render(_page(), 0)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the doctor is here to tell
        return [
            wrong(
                "press",
                f"a test page could not be printed: {error}",
                "Install Billhook anew: `pip install --force-reinstall billhook`.",
            )
        ]
    finally:
        await printing.close()
    return [note("press", f"a test page was printed ({len(pdf) // 1024} KB)")]


def _page() -> PaperView:
    return PaperView(
        title="Test",
        number="0",
        language="en",
        seller=Party("Čevljarstvo Žagar"),
        buyer=Party("Ракета"),
        columns=Columns("Item", "Amount"),
        lines=(Line("Space suit 宇宙服", "€1.00"),),
    )
