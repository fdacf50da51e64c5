"""A mail as its reader sees it: headers, text, HTML, attachments; for the pages that show caught mail."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP

import msgspec

_FOLD = re.compile(r"\r?\n(?=[ \t])")


class Part(msgspec.Struct, frozen=True):
    """An attachment."""

    name: str
    media_type: str
    content: bytes


class Opened(msgspec.Struct, frozen=True):
    """A mail taken apart."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Part, ...]


def open_mail(raw: bytes) -> Opened:
    """Take a mail of ours apart."""
    message = message_from_bytes(raw, policy=SMTP)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Opened(
        headers=tuple(_headers(raw)),
        text=text.get_content().replace("\r\n", "\n") if text else "",
        html=html.get_content() if html else "",
        attachments=tuple(
            Part(part.get_filename() or "attachment", part.get_content_type(), part.get_content())
            for part in message.iter_attachments()
        ),
    )


def _headers(raw: bytes) -> list[tuple[str, str]]:
    """Return the headers decoded: the newer parser leaves blanks between the encoded words of a long name."""
    old = message_from_bytes(raw)
    return [(name, str(make_header(decode_header(_FOLD.sub("", str(value)))))) for name, value in old.items()]
