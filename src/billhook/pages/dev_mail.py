"""Caught mail to look at, `/dev/mail`: for who develops against an installation without a mail server.

Nobody logs in here, and mails hold links that open accounts. So the pages are there only for a browser on the same
machine that asks this server itself, on an installation that calls itself local; for all others the address leads
nowhere. A public address means a proxy, and behind a proxy everybody comes from the same machine: so no public address.
"""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from billhook import delivery
from billhook.kernel.colour import HOUSE
from billhook.pages.rendering import HEADERS, POLICY, html
from billhook.pages.theme import theme_of
from billhook.web import BillhookRequest

_HIGHEST_ID: Final = 2**63 - 1
_FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")

_FRAMING: Final = {"content-security-policy": POLICY.replace("font-src", "frame-src 'self'; font-src")}
_FRAMED: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
}
_FILE: Final = {"content-security-policy": "default-src 'none'; sandbox"}


def is_loopback(host: str | None) -> bool:
    """Tell whether a host name or an address stands for the machine itself."""
    name = (host or "").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _admit(request: BillhookRequest) -> None:
    """Let only the developer at this machine in. The `Host` is looked at against names that are rebound to us."""
    try:
        asked = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        asked = None
    hosts = (urlsplit(request.public_url).hostname, asked, request.client.host if request.client else None)
    is_forwarded = any(name in request.headers for name in _FORWARDED)
    if request.settings.smtp_url or is_forwarded or not all(map(is_loopback, hosts)):
        raise NotFoundException


async def _mail(request: BillhookRequest, mail_id: int) -> delivery.CaughtRaw:
    _admit(request)
    async with request.database.open() as tx:
        found = await delivery.caught_mail(tx, mail_id) if 0 < mail_id <= _HIGHEST_ID else None
    if found is None:
        raise NotFoundException
    return found


@get("/dev/mail")
async def index(request: BillhookRequest) -> Response[str]:
    """List the mails that were caught, newest first."""
    _admit(request)
    async with request.database.open() as tx:
        mails = await delivery.caught(tx)
    return html("dev_mail/index.html", language="en", theme=theme_of(HOUSE), mails=mails)


@get("/dev/mail/{mail_id:int}")
async def mail(request: BillhookRequest, mail_id: FromPath[int]) -> Response[str]:
    """Show one mail: headers, HTML in a frame that may do nothing, text, attachments."""
    found = await _mail(request, mail_id)
    opened = delivery.open_mail(found.raw)
    return html(
        "dev_mail/mail.html", headers=_FRAMING, language="en", theme=theme_of(HOUSE), caught=found, opened=opened
    )


@get("/dev/mail/{mail_id:int}/html")
async def body(request: BillhookRequest, mail_id: FromPath[int]) -> Response[str]:
    """Return the HTML of a mail, for the frame: no scripts, no forms, nothing loaded."""
    found = await _mail(request, mail_id)
    content = delivery.open_mail(found.raw).html
    return Response(content, media_type=MediaType.HTML, headers=HEADERS | _FRAMED)


@get("/dev/mail/{mail_id:int}/raw")
async def raw(request: BillhookRequest, mail_id: FromPath[int]) -> Response[bytes]:
    """Return a mail as it would have gone over the wire."""
    found = await _mail(request, mail_id)
    return Response(found.raw, media_type=MediaType.TEXT, headers=HEADERS | _FILE)


@get("/dev/mail/{mail_id:int}/attachments/{index:int}")
async def attachment(request: BillhookRequest, mail_id: FromPath[int], index: FromPath[int]) -> Response[bytes]:
    """Return an attachment of a mail, counted from 1, as a download."""
    parts = delivery.open_mail((await _mail(request, mail_id)).raw).attachments
    if not 0 < index <= len(parts):
        raise NotFoundException
    part = parts[index - 1]
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in part.name)
    headers = HEADERS | _FILE | {"content-disposition": f'attachment; filename="{name}"'}
    return Response(part.content, media_type=part.media_type, headers=headers)


ROUTES = [index, mail, body, raw, attachment]
