"""The postman: hands letters to the mail server, or keeps them where there is none."""

import asyncio
import contextlib
import ipaddress
from typing import Final, Protocol
from urllib.parse import urlsplit

import aiosmtplib

from billhook.db import Database
from billhook.delivery import store
from billhook.delivery.mail.message import Letter
from billhook.delivery.model import Outcome, clean, wire_address
from billhook.settings import Settings, SmtpServer, smtp_server

KEPT: Final = 500
"""How many caught mails are kept."""
ANSWER_SECONDS: Final = 30
DELIVERY_SECONDS: Final = 150
"""Longest conversation with a mail server; well below the lease of a job, so that no two workers carry one mail."""

_NOT_AN_ADDRESS: Final = "this is not an address that mail can be sent to"
_NO_UTF8: Final = "the mail server takes no addresses with letters beyond ASCII (SMTPUTF8)"


class Postman(Protocol):
    """Whoever carries letters. Called outside of any transaction."""

    async def deliver(self, letter: Letter) -> Outcome:
        """Hand a letter over; failures are part of the outcome, nothing is raised for them."""
        ...


def postman(settings: Settings, database: Database, public_url: str) -> Postman:
    """Return who carries this installation's mail: to its mail server, or where none is set into the database."""
    if not settings.smtp_url:
        return Catcher(database)
    return Carrier(smtp_server(settings.smtp_url), name=_own_name(public_url))


def _own_name(public_url: str) -> str:
    """Return what we call ourselves to a mail server (EHLO): the public host, an address in brackets (RFC 5321)."""
    host = urlsplit(public_url).hostname or "localhost"
    with contextlib.suppress(ValueError):
        return f"[IPv6:{host}]" if ipaddress.ip_address(host).version == 6 else f"[{host}]"
    return host


class Catcher:
    """Keeps the newest mails in the database, for installations without a mail server."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def deliver(self, letter: Letter) -> Outcome:
        """Keep a letter; everybody has got it."""
        subject = str(letter.message["Subject"] or "")
        async with self.database.open() as tx:
            await store.catch(tx, letter.sender, list(letter.recipients), subject, letter.raw(), KEPT)
        return Outcome(accepted=letter.recipients)


class Carrier:
    """Speaks SMTP; a connection a letter."""

    def __init__(self, server: SmtpServer, *, name: str) -> None:
        self.server = server
        self.name = name

    async def deliver(self, letter: Letter) -> Outcome:
        """Hand a letter to the mail server.

        Final is what it answers 5xx about a recipient or the message. What it says of us (connection, TLS, login,
        sender) an operator can mend, so that only puts off, as 4xx does.
        """
        unusable = {address: _NOT_AN_ADDRESS for address in letter.recipients if wire_address(address) is None}
        usable = tuple(address for address in letter.recipients if address not in unusable)
        if not usable:
            return Outcome(refused=unusable)
        smtp = aiosmtplib.SMTP(
            hostname=self.server.host,
            port=self.server.port,
            username=self.server.user or None,
            password=self.server.password or None,
            local_hostname=self.name,
            use_tls=self.server.security == "smtps",
            start_tls=self.server.security == "starttls",
            timeout=ANSWER_SECONDS,
        )
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                outcome = await _converse(smtp, letter, usable)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            outcome = Outcome(postponed=dict.fromkeys(usable, f"{self.server.host}: {_reason(error)}"))
        finally:
            smtp.close()
        return Outcome(outcome.accepted, {**unusable, **outcome.refused}, outcome.postponed)


async def _converse(smtp: aiosmtplib.SMTP, letter: Letter, recipients: tuple[str, ...]) -> Outcome:
    """Connect and send. Raises SMTPException and OSError for what is not about recipients or the message."""
    await smtp.connect()
    refused: dict[str, str] = {}
    options = [] if letter.is_plain() else ["SMTPUTF8"]
    if options and smtp.is_ehlo_or_helo_needed:
        with contextlib.suppress(aiosmtplib.SMTPHeloError):  # a server that old has no extensions
            await smtp.ehlo()
    if options and not smtp.supports_extension("smtputf8"):
        refused = {address: _NO_UTF8 for address in recipients if not (wire_address(address) or "").isascii()}
        recipients = tuple(address for address in recipients if address not in refused)
        letter, options = letter.without_international(), []
        if not letter.is_plain():
            raise aiosmtplib.SMTPNotSupported(_NO_UTF8)  # our own address; a setting mends it
    outcome = await _hand_over(smtp, letter, recipients, options) if recipients else Outcome()
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # it has the mail; how it says goodbye is no matter
        await smtp.quit()
    return Outcome(outcome.accepted, {**refused, **outcome.refused}, outcome.postponed)


async def _hand_over(smtp: aiosmtplib.SMTP, letter: Letter, recipients: tuple[str, ...], options: list[str]) -> Outcome:
    by_wire = {wire_address(address) or "": address for address in recipients}
    try:
        answers, _ = await smtp.sendmail(letter.sender, list(by_wire), letter.raw(), mail_options=options)
        said = {address: (answer.code, answer.message) for address, answer in answers.items()}
    except aiosmtplib.SMTPRecipientsRefused as error:
        said = {refusal.recipient: (refusal.code, refusal.message) for refusal in error.recipients}
    except aiosmtplib.SMTPDataError as error:
        said = dict.fromkeys(by_wire, (error.code, error.message))
    refused: dict[str, str] = {}
    postponed: dict[str, str] = {}
    for wire, (code, message) in said.items():
        (refused if code >= 500 else postponed)[by_wire[wire]] = clean(f"{code} {message}")
    accepted = tuple(address for wire, address in by_wire.items() if wire not in said)
    return Outcome(accepted, refused, postponed)


def _reason(error: Exception) -> str:
    """Return why a conversation failed."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return clean(f"{error.code} {error.message}")
    return clean(str(error)) or type(error).__name__
