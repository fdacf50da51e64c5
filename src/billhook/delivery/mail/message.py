"""The message: headers that nobody can smuggle lines into, plain text beside HTML, the paper attached."""

import copy
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final, Self

import msgspec

from billhook.delivery.mail.document import one_line
from billhook.delivery.mail.render import Rendered
from billhook.delivery.model import wire_address

LONGEST_NAME: Final = 120
_INTERNATIONAL = SMTP.clone(utf8=True)


class Attachment(msgspec.Struct, frozen=True):
    """A file that goes along."""

    name: str
    content: bytes
    media_type: str = "application/pdf"


class Letter(msgspec.Struct, frozen=True):
    """A message with its envelope: who sends, and who is to get it (copies are in no header)."""

    message: EmailMessage
    sender: str
    recipients: tuple[str, ...]

    def raw(self) -> bytes:
        """Return the message as it goes over the wire; without SMTPUTF8 as long as no address needs it."""
        return self.message.as_bytes(policy=SMTP if self.is_plain() else _INTERNATIONAL)

    def is_plain(self) -> bool:
        """Whether every address in it is ASCII, as mail servers without SMTPUTF8 want it."""
        headers = (self.message[name] for name in ("From", "To", "Reply-To") if name in self.message)
        shown = (address.addr_spec for header in headers for address in header.addresses)
        return all(address.isascii() for address in (*shown, *filter(None, map(wire_address, self.recipients))))

    def without_international(self) -> Self:
        """Return the letter without the recipients whose addresses are not ASCII, and without such a Reply-To."""
        message = copy.deepcopy(self.message)
        for name in ("To", "Reply-To"):
            kept = [a for a in (message[name].addresses if name in message else ()) if a.addr_spec.isascii()]
            del message[name]
            if kept:
                message[name] = kept
        recipients = tuple(address for address in self.recipients if (wire_address(address) or "").isascii())
        return type(self)(message, self.sender, recipients)


def sender_of(mail_from: str) -> tuple[str, str]:
    """Return name and address of the setting `mail_from`; where it has no name, the domain is the name."""
    name, address = parseaddr(mail_from)
    return name or address.rpartition("@")[2], wire_address(address) or address


def header_text(text: str) -> str:
    """Return a text as a header may have it: one line, and nothing that reads as an encoded word (RFC 2047).

    The standard library would decode such a word and, before Python 3.11.10, let line breaks out of it.
    """
    return one_line(text).replace("=?", "= ?")


def mailbox(name: str, address: str) -> Address | None:
    """Return a header's address with a display name; None for what no mail server would take."""
    wire = wire_address(address)
    if wire is None:
        return None
    local, _, domain = wire.rpartition("@")
    return Address(display_name=header_text(name)[:LONGEST_NAME], username=local, domain=domain)


def compose(
    rendered: Rendered,
    *,
    sender: Address,
    to: Sequence[Address],
    reply_to: Address | None,
    message_id: str,
    at: datetime,
    attachments: Sequence[Attachment] = (),
) -> EmailMessage:
    """Return the message. Header values pass `EmailMessage`, which refuses line breaks in them with ValueError.

    Names of recipients are given where there is one: where the standard library folds a list after a name that is not
    ASCII, it hides the comma in the name and the next recipient with it.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    if to:
        message["To"] = list(to) if len(to) == 1 else [Address("", a.username, a.domain) for a in to]
    if reply_to is not None:
        message["Reply-To"] = reply_to
    message["Subject"] = header_text(rendered.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps vacation notices from answering
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    for attachment in attachments:
        main, _, sub = attachment.media_type.partition("/")
        if main == "message":  # a mail within a mail may not be encoded as the others are (RFC 2046, 5.2.1)
            main, sub = "application", "octet-stream"
        message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
    return message
